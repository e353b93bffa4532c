"""The ids under which a call is found again, on its way through all processes.

The trace id is W3C Trace Context's; the request id is the name that the caller gave to his call,
if he gave one. Both stand on every message and in every line of a log.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._~:/+=-]{1,64}")  # of 1 to 64 harmless characters


class Trace(NamedTuple):
    """One hop of a trace."""

    parent: str  # a well-formed traceparent: `00-<trace>-<span>-<flags>`
    given_id: str | None = None  # the caller's own X-Request-Id; None: he gave none of use

    @property
    def id(self) -> str:
        """The trace id, 32 hexadecimal digits."""
        return self.parent[3:35]

    @property
    def request_id(self) -> str:
        """What the caller finds in X-Request-Id."""
        return self.given_id or self.parent[3:35]

    def child(self) -> "Trace":
        """The next hop."""
        return Trace(f"{self.parent[:36]}{secrets.token_hex(8)}{self.parent[52:]}", self.given_id)

    def fields(self) -> dict[str, str]:
        """As fields of a carrier's item."""
        if self.given_id is None:
            return {"traceparent": self.parent}
        return {"traceparent": self.parent, "request_id": self.given_id}

    def headers(self) -> dict[str, str]:
        """As headers of an AMQP message."""
        return {name.replace("_", "-"): value for name, value in self.fields().items()}


def new_trace(given_id: object = None) -> Trace:
    """The first hop of a trace that is not sampled."""
    return hop_of(secrets.token_hex(16), _harmless(given_id))


def hop_of(trace_id: str, given_id: str | None) -> Trace:
    """A new hop of a trace of which only the ids were kept."""
    return Trace(f"00-{trace_id}-{secrets.token_hex(8)}-00", given_id)


def trace_of(traceparent: object, given_id: object = None) -> Trace:
    """What somebody else says of a message's trace; what is malformed or missing starts anew."""
    if isinstance(traceparent, str) and _TRACEPARENT.fullmatch(traceparent):
        return Trace(traceparent, _harmless(given_id))
    return new_trace(given_id)


def trace_of_item(item: Mapping[str, Any]) -> Trace:
    """The trace of one item of a carrier."""
    return trace_of(item.get("traceparent"), item.get("request_id"))


def _harmless(given_id: object) -> str | None:
    is_fit = isinstance(given_id, str) and _REQUEST_ID.fullmatch(given_id)
    return given_id if is_fit and isinstance(given_id, str) else None
