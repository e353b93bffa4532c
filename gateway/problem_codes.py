"""What the edge itself says no to. The services' refusals are their own; a generated catalogue
(contracts/schemas/problems.json) holds both, and a test that no code is missing here."""

from collections.abc import Mapping
from typing import NamedTuple


class Told(NamedTuple):
    """A problem's status, and what it means for whoever gets it."""

    status: int
    meaning: str
    at: str | None = None  # the part of every such call that is at fault, as a pointer


KEY = "header:Idempotency-Key"
VERSION = "header:If-Match"
TOKEN = "header:Authorization"
TYPE, ENCODING = "header:Content-Type", "header:Content-Encoding"

EDGE: Mapping[str, Told] = {
    "malformed": Told(400, "The body is not a JSON object as the bank reads it: see the detail."),
    "repeated-header": Told(400, "A header of which only one counts was sent more than once."),
    "idempotency-key-missing": Told(400, "This call needs an Idempotency-Key header.", KEY),
    "idempotency-key-invalid": Told(400, "A key has 1 to 255 visible ASCII characters.", KEY),
    "if-match-malformed": Told(400, "If-Match is neither * nor a list of entity tags.", VERSION),
    "if-match-not-taken": Told(400, "This call takes no If-Match header.", VERSION),
    "unauthenticated": Told(401, "Sign in first: the call has no Authorization header.", TOKEN),
    "invalid-token": Told(401, "The token is none of the bank's, or its session has ended.", TOKEN),
    "token-expired": Told(
        401, "The access token is over; get a new one with the refresh token.", TOKEN
    ),
    "not-found": Told(404, "It does not exist, or not for you."),
    "method-not-allowed": Told(405, "The address exists; the header Allow says how to call it."),
    "request-timeout": Told(408, "The body did not arrive in time."),
    "stale-version": Told(412, "Somebody has changed it since you read it.", VERSION),
    "body-too-large": Told(413, "The body is larger than this call takes."),
    "unsupported-media-type": Told(
        415, "Send the body in a media type that the call takes: application/json.", TYPE
    ),
    "unsupported-encoding": Told(415, "Send the body as it is, not compressed.", ENCODING),
    "invalid-request": Told(422, "A field does not fit: `errors` says which and why."),
    "invalid-file": Told(
        422, "The file has faults: `errors` says in which lines; nothing of it is kept."
    ),
    "file-name-reused": Told(422, "Another file of yours has this name, its MsgId."),
    "invalid-amount": Told(
        422, "An amount is not a positive number that its currency can express."
    ),
    "idempotency-key-reused": Told(422, "The key was used before with other content.", KEY),
    "precondition-required": Told(428, "Send If-Match with the ETag that you read.", VERSION),
    "too-many-requests": Told(429, "Too many public calls from one address; see Retry-After."),
    "head-too-large": Told(431, "The request line and headers are larger than 32 KB."),
    "internal-error": Told(500, "Something went wrong in the bank; it was noted."),
    "unavailable": Told(503, "The bank cannot take the call now; see Retry-After."),
    "not-begun": Told(503, "It was not begun before its deadline; nothing was done."),
}

OF_SERVICES: Mapping[str, str] = {"invalid-cursor": "query:cursor"}


def pointer_of(code: str) -> str | None:
    """What is at fault whenever a call ends with this code; None: that depends, or nothing is."""
    return EDGE[code].at if code in EDGE else OF_SERVICES.get(code)
