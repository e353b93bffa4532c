"""What is known of a call before its route runs, kept in the ASGI scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Scope

from contracts.envelope import BODY_BYTES_MAX
from infra.runtime.tracing import Trace

_KEY = "bank.facts"


@dataclass(slots=True)
class RequestFacts:
    """Its headers, the ids under which it can be found again, and what is learned on the way."""

    headers: Mapping[bytes, bytes]  # lower-case names
    trace: Trace
    source: str | None = None  # the caller's address, or the /64 of an IPv6 address
    body_bytes_max: int = BODY_BYTES_MAX
    subject_id: str | None = None  # of a caller who has signed in
    code: str | None = None  # of the problem he was answered
    is_key_missed: bool = False  # an Idempotency-Key would have made the call safe to repeat

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")


def keep(facts: RequestFacts, scope: Scope) -> None:
    scope[_KEY] = facts


def facts_of(scope: Scope) -> RequestFacts:
    facts = scope[_KEY]
    assert isinstance(facts, RequestFacts)
    return facts
