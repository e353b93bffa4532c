"""What a handler is given beside its store: values, and for some a way to ask other services."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from contracts.envelope import Message, Query, Subject
from infra.runtime.tracing import Trace

M = TypeVar("M", bound=Message)


class Ask(Protocol):
    """Ask another service a question, on behalf of the subject of the message at hand."""

    async def __call__(self, query: Query) -> Message:
        """The owner's reply.

        Raises:
            DomainError: the owner refused (an `AskRefused` with the owner's code).
            Unavailable: no answer in time; the pipeline will try the whole message again.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler knows about its message beside the payload."""

    message_id: UUID
    correlation_id: str
    causation_id: str | None  # the message that this one answers or follows from
    sender: str  # the broker-validated user that published it
    subject: Subject  # on whose behalf
    now: datetime  # UTC, one value for the whole unit of work
    business_date: date  # that is open in this unit of work
    source: str | None = None  # the address that the call came from; None: not over HTTP
    trace: Trace | None = None  # None: no message asked for it, but the clock
    approved_by: Subject | None = None  # who let a parked command be run; None: it was not parked


@dataclass(frozen=True, slots=True)
class Asked(Generic[M]):
    """One message of a batch with its context."""

    message: M
    context: Context
