"""What is known of a call before its route runs, kept in the ASGI scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from contracts.envelope import BODY_BYTES_MAX

_KEY = "bank.facts"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Its headers, and the ids under which it can be found again."""

    headers: Mapping[bytes, bytes]  # lower-case names
    request_id: bytes
    traceparent: str
    source: str | None = None  # the caller's address, or the /64 of an IPv6 address
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def trace_id(self) -> str:
        return self.traceparent[3:35]

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


def keep(facts: RequestFacts, scope: Scope) -> None:
    scope[_KEY] = facts


def facts_of(scope: Scope) -> RequestFacts:
    facts = scope[_KEY]
    assert isinstance(facts, RequestFacts)
    return facts
