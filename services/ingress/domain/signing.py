"""What a partner signs: six lines of text, by Ed25519 (RFC 8032), as docs/partners.md has them.

None of the lines can hold a line break, so no two messages have one text.
"""

from base64 import b64decode
from binascii import Error
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.ingress.domain.refusals import BadSignature

FIRST_LINE = "bank-partner-1"
SIGNATURE_BYTES = 64


def signed_text(user: str, message_id: str, type_: str, timestamp: int, body: bytes) -> bytes:
    """The bytes under the signature; the time is in whole seconds since 1970."""
    lines = (FIRST_LINE, user, message_id, type_, str(timestamp), sha256(body).hexdigest())
    return "\n".join(lines).encode()


def check_signature(public_key: str, signature: str, text: bytes) -> None:
    """Both in Base64.

    Raises:
        BadSignature: it is another text's, another key's, or none.
    """
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key))
        key.verify(b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, Error) as error:
        raise BadSignature from error
