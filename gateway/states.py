"""The states of all that has a life, as told over HTTP: `state`, in lower case, one word a meaning.

Owners keep the words of their tables; where one differs, `Words` turns it into the word of here,
and a filter takes either. What the first clients were promised in capitals stays beside it as
`status` (docs/decisions/0027-one-vocabulary-of-states.md).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BeforeValidator

from contracts import jobs, notification, sagas
from contracts.account import values as account
from contracts.loan import values as loan
from contracts.payment import values as payment

# Every word of a state, and what it means wherever it is told.
VOCABULARY: Mapping[str, str] = {
    "pending": "nothing has come of it yet: it waits for its turn, or for a second person",
    "awaiting-approval": "nothing is done until a second person approves it",
    "processing": "the bank is at work on it, or waits for an answer",
    "waiting-until": "it goes on at a moment that is told",
    "unknown": "no answer came in time, and the bank is asking what became of it",
    "undoing": "what was done of it is being taken back",
    "suspended": "nothing of it is let in until somebody resumes it",
    "parked": "a person has stopped it; it goes on when a person says so",
    "applied": "somebody asks for it, and nobody has decided",
    "open": "it is in force",
    "paused": "nothing of it is done until somebody resumes it, and what falls due is left out",
    "cooling": "it is new, and little is let through until a moment that is told",
    "active": "it is in use; of a loan, it was paid out, in part or whole, and is not repaid yet",
    "completed": "it was done, whole",
    "agreed": "the other side has said yes, and the money is still to come",
    "approved": "a second person has approved it",
    "captured": "the money went to where it was held for",
    "skipped": "it was left out: its day has passed without it, or will",
    "released": "the money can be spent again",
    "sent": "it has left the bank",
    "refused": "a rule or the other side said no",
    "rejected": "a second person said no",
    "expired": "its time was over before it ended otherwise",
    "failed": "it could not be done, and is not tried any more",
    "cancelled": "somebody took it back before it was done",
    "undone": "it was done and taken back",
    "returned": "it was completed, and the money has come back",
    "removed": "it was taken off, and is kept to be seen",
    "closed": "it is over for good; of a loan, all of it is repaid",
    "set-aside": "nobody is known yet whom it belongs to, and a person must look",
    "written-off": "the bank expects nothing more of it",
}


class HoldState(StrEnum):
    """Of a hold: open until it ends, once."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class LoanState(StrEnum):
    """Of a loan; how well it is repaid is its classification."""

    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ACTIVE = "active"
    CLOSED = "closed"
    WRITTEN_OFF = "written-off"


class TransactionState(StrEnum):
    """An entry is booked in one piece; there is no other state to see."""

    COMPLETED = "completed"


class StepState(StrEnum):
    """Of one step of a payment or saga."""

    PROCESSING = "processing"
    WAITING_UNTIL = "waiting-until"
    COMPLETED = "completed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNDOING = "undoing"
    UNDONE = "undone"


class ResolutionState(StrEnum):
    """Of a resolution: pending until another manager decides, processing while it is booked."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"


class JobState(StrEnum):
    """Of a job for one date, or of a part of it; pending while an earlier date goes first."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"


class DeliveryState(StrEnum):
    """Of a message to a customer."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


Inside = TypeVar("Inside", bound=StrEnum)
Told = TypeVar("Told", bound=StrEnum)


class Words(Generic[Inside, Told]):
    """An owner's states and what each is called over HTTP: `others` are those of another name."""

    def __init__(
        self, inside: type[Inside], told: type[Told], others: Mapping[Inside, Told] | None = None
    ) -> None:
        others = others or {}
        self._told = {each: others.get(each) or told[each.name] for each in inside}
        self._inside = {word: each for each, word in self._told.items()}
        self._read = {each.value: word for each, word in self._told.items()}

    def __iter__(self) -> Iterator[Inside]:
        """The owner's states."""
        return iter(self._told)

    def told(self, state: Inside) -> Told:
        return self._told[state]

    def inside(self, state: Told | None) -> Inside | None:
        """The owner's state of a filter; None: of every state."""
        return None if state is None else self._inside[state]

    def read(self, text: str) -> str:
        """The word of here for the owner's, which was told once; any other text as it is."""
        return self._read.get(text, text)

    @property
    def either(self) -> BeforeValidator:
        """For a filter, which takes both words."""
        return BeforeValidator(self.read)


HOLD_WORDS = Words(account.HoldState, HoldState)
LOAN_WORDS = Words(loan.LoanState, LoanState)
STEP_WORDS = Words(
    sagas.StepState,
    StepState,
    {
        sagas.StepState.WAITING: StepState.PROCESSING,
        sagas.StepState.DONE: StepState.COMPLETED,
    },
)
RESOLUTION_WORDS = Words(
    payment.ResolutionState,
    ResolutionState,
    {
        payment.ResolutionState.PROPOSED: ResolutionState.PENDING,
        payment.ResolutionState.APPROVED: ResolutionState.PROCESSING,
        payment.ResolutionState.DONE: ResolutionState.COMPLETED,
    },
)
JOB_WORDS = Words(
    jobs.JobState,
    JobState,
    {
        jobs.JobState.WAITING: JobState.PENDING,
        jobs.JobState.RUNNING: JobState.PROCESSING,
        jobs.JobState.DONE: JobState.COMPLETED,
    },
)
DELIVERY_WORDS = Words(
    notification.DeliveryState,
    DeliveryState,
    {notification.DeliveryState.WAITING: DeliveryState.PENDING},
)
