"""What a saga is: a table of steps, and where one run of it stands. How it moves is saga_moves.py.

Each step is one command to one owner. The table is read top to bottom, undone bottom to top.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Command, Event, Subject
from contracts.sagas import StepState

D = TypeVar("D", bound=BaseModel)


class Phase(StrEnum):
    FORWARD = "forward"
    UNDOING = "undoing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"  # it was completed, and taken back since

    @property
    def is_end(self) -> bool:
        return self not in (Phase.FORWARD, Phase.UNDOING)


class Awaits(StrEnum):
    """What a run waits for."""

    ANSWER = "answer"  # to the command that was sent
    INQUIRY = "inquiry"  # the answer to a question about the command that was sent
    PAUSE = "pause"  # the next attempt; nothing of ours is on its way
    MOMENT = "moment"  # before which the step's command is not sent
    NOTHING = "nothing"  # it has ended


class Meaning(StrEnum):
    """What an answer says about a step."""

    DONE = "done"
    REFUSED = "refused"  # it did not and will not happen; the answer has a code and a detail
    UNAWARE = "unaware"  # the other side never received the command
    RETURNED = "returned"  # of the pivot alone: it did happen, and was given back since


@dataclass(frozen=True, slots=True)
class Present:
    """The moment at which a run moves, and the business day that is open then."""

    now: datetime  # UTC
    business_date: date


@dataclass(frozen=True, slots=True)
class Sends(Generic[D]):
    """A command of a step: its class, by which its answers are heard, and how it is made."""

    kind: type[Command]
    make: Callable[[D], Command]

    def __call__(self, data: D) -> Command:
        command = self.make(data)
        assert type(command) is self.kind, f"declared {self.kind}, made {type(command)}"
        return command


@dataclass(frozen=True, kw_only=True)
class Together(Generic[D]):
    """What a step does whose runs leave together: those that come to it at once begin one run of
    another saga, which sends one command for all of them. Each is answered from outside."""

    saga: "Saga[Any]"
    data: Callable[[UUID, Sequence[D]], BaseModel]  # of that run, by its id, from those that join
    key: Callable[[D], Hashable]  # those with another one leave apart
    most: int  # that leave in one


@dataclass(frozen=True, slots=True)
class Decides:
    """What a step does whose own service decides whether the run goes on, in the transaction in
    which it comes to the step: nothing is sent, so nothing can be lost or come late.

    `by` names the rule, which the service's repertoire knows. It says of each run None: it goes on;
    or a code: it stands still until a person has it decided once more, or undone.
    """

    by: str


@dataclass(frozen=True, kw_only=True)
class Step(Generic[D]):
    """One command to one owner, and what to do when it must be undone, asked about or refused.

    `undo` must also succeed, and prevent the step, when the step has not happened yet. After the
    pivot it is done only when the pivot was given back; that of the pivot books what came back.
    """

    name: str
    do: Sends[D] | Together[D] | Decides
    undo: Sends[D] | None = None  # None: leaves nothing behind
    inquire: Sends[D] | None = None
    set_aside: Sends[D] | None = None  # books a success that came after a refusal
    learn: Callable[[D, Any], D] = lambda data, answer: data
    subject: Callable[[D], Subject] | None = None  # on whose behalf it is done; None: our own
    # Before which moment it is not sent, asked once when the step's turn has come; None: at once.
    not_before: Callable[[D, Present], datetime | None] | None = None
    # From which moment on one that is asked about in vain is taken for refused; None: never.
    not_after: Callable[[D], datetime | None] | None = None
    # How long to wait for an answer; doubled with every wait in vain, up to the most of the saga.
    seconds: float = 30.0
    pivot: bool = False
    answers: Mapping[type[Event], Meaning] = field(default_factory=dict)  # from outside, by type
    answered_run: Callable[[Any], UUID] | None = None  # which run such an answer is for

    @property
    def sends(self) -> tuple[Sends[D], ...]:
        """All that it may send."""
        all_of_them = (self.do, self.undo, self.inquire, self.set_aside)
        return tuple(each for each in all_of_them if isinstance(each, Sends))


@dataclass(frozen=True, kw_only=True)
class Saga(Generic[D]):
    """A business process. A changed table gets a new version; runs end under the one they began."""

    name: str
    version: int
    data: type[D]
    steps: tuple[Step[D], ...]
    # What is told at each end, in order; nothing where nobody was told otherwise before.
    completed: Callable[[D], Sequence[Event]]
    failed: Callable[[D, str, str], Sequence[Event]]  # with code and detail
    returned: Callable[[D], Sequence[Event]] | None = None  # None: nothing is ever given back
    seconds_max: float = 60.0  # the longest wait between two attempts after the first
    patience: int = 5  # waits in vain before a person must look

    def __post_init__(self) -> None:
        for step in self.steps:
            if Meaning.RETURNED in step.answers.values() and not (step.pivot and self.returned):
                raise ValueError(f"{self.name}: only a pivot is given back, and that has an end")
            if step.not_after and (step.inquire is None or isinstance(step.do, Together)):
                raise ValueError(f"{self.name}: only what is asked about alone is given up")
            if isinstance(step.do, Together) and not (step.answers and step.inquire):
                raise ValueError(f"{self.name}: what leaves together is answered from outside")
        if isinstance(self.steps[0].do, Together | Decides):
            raise ValueError(f"{self.name}: what joins or is decided has done something before")


@dataclass(frozen=True, slots=True)
class Run(Generic[D]):
    """Where one run of a saga stands: at the step with index `at`, forward or backward."""

    saga_id: UUID
    data: D
    phase: Phase = Phase.FORWARD
    at: int = 0
    awaits: Awaits = Awaits.ANSWER
    attempt: int = 1  # number of the last command or question of this step; 0: none sent yet
    tries: int = 0  # waits in vain
    sent: int = 0  # steps, from the top, whose command was ever sent; undoing changes nothing here
    code: str | None = None  # why it is undone
    detail: str | None = None
    ends_as: Phase = Phase.FAILED  # when all is undone
    until: datetime | None = None  # the moment that it awaits
    is_parked: bool = False  # nothing is sent until a person says so
    is_contradicted: bool = False  # the other side said yes and no, or yes to what it was not sent


@dataclass(frozen=True, slots=True)
class Order:
    """One command to send; without a subject it is sent on the service's own behalf."""

    command: Command
    message_id: UUID
    subject: Subject | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history: the step with this index is now in this state."""

    at: int
    state: StepState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Move(Generic[D]):
    """What follows: the run as it is now, what to send, and how long to wait for what comes."""

    run: Run[D]
    orders: tuple[Order, ...] = ()
    events: Sequence[Event] = ()  # at the end
    wait_seconds: float | None = None  # None: for ever, or until a moment
    wait_until: datetime | None = None
    lines: tuple[Line, ...] = ()
    is_joining: bool = False  # it leaves together with others
    decides: str | None = None  # the rule by which it is decided now whether the run goes on
