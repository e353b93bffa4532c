"""What every service that runs sagas is asked and told alike, by keys of its own each.

A saga is named by its id alone; whoever asks for one asks the services that run some, in turn.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import GATEWAY, OPERATOR, READERS, Command, Message, Query, Role
from contracts.words import Cursor, Name, PageSize, Reason

LOOKERS = frozenset({GATEWAY, OPERATOR})


class StepState(StrEnum):
    WAITING = "waiting"  # its command is on its way
    WAITING_UNTIL = "waiting-until"  # a moment, which is its reason
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer in time; being asked about
    UNDOING = "undoing"
    UNDONE = "undone"


class SagaState(StrEnum):
    """Where a run stands; the last four are its ends.

    processing     on its way forward
    waiting-until  before a moment its next step is not begun
    undoing        on its way back
    parked         a person has stopped it; it goes on when it is retried or compensated
    returned       it was completed, and taken back since the other side gave back its part
    """

    PROCESSING = "processing"
    WAITING_UNTIL = "waiting-until"
    UNDOING = "undoing"
    PARKED = "parked"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class SagaStep(BaseModel):
    """One step as far as it got."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: StepState
    reason: str | None  # the code of what stopped it
    started_at: datetime
    ended_at: datetime | None


class Intervention(BaseModel):
    """What a person did about a saga, and why."""

    model_config = ConfigDict(frozen=True)

    action: str
    actor: str
    reason: str
    made_at: datetime


class SagaSummary(Message):
    """One run of a saga, without what it is about: that its owner tells."""

    saga_id: UUID
    service: str
    name: str
    version: int  # of the table of steps that it follows
    state: SagaState
    step: str | None  # where it stands; None: before it has begun the next
    needs_attention: bool
    reason: str | None  # why it is or was undone: a code
    waiting_until: datetime | None
    started_at: datetime
    updated_at: datetime


class SagaDetails(SagaSummary):
    """The same with every step and every intervention, oldest first."""

    steps: tuple[SagaStep, ...]
    interventions: tuple[Intervention, ...]


class SagaSteered(SagaDetails):
    """The saga after a person's command."""


class SagaList(Message):
    """A page of sagas; `next_cursor` is None on the last one."""

    items: tuple[SagaSummary, ...]
    next_cursor: str | None


class ListSagas(Query):
    """The sagas of one service, newest first."""

    reply = SagaList
    senders = LOOKERS
    roles = READERS

    name: Name | None = None
    state: SagaState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class GetSaga(Query):
    """One saga of this service."""

    reply = SagaDetails
    senders = LOOKERS
    roles = READERS

    saga_id: UUID


class _Steer(Command):
    about = "saga:{saga_id}"
    reply = SagaSteered
    senders = LOOKERS
    roles = frozenset({Role.MANAGER})

    saga_id: UUID
    reason: Reason


class RetrySaga(_Steer):
    """Do now what the deadline would do later; a parked saga goes on."""


class ParkSaga(_Steer):
    """Send nothing more by itself until a person retries or compensates it."""


class CompensateSaga(_Steer):
    """Undo what was done, which its pivot ends."""
