"""The shape of what is said over any rail; the messages themselves are those of each rail.

A message says over which rail it goes: `class SubmitTransfer(Submission, rail=IMPS)`. From that
follows by which exchange, and who alone may send it.
"""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from contracts.envelope import Command, Event
from contracts.money import Money
from contracts.text import Cleaned, Cleaning, Composed, Seen, Shown
from contracts.topology import OutsideSystem
from contracts.words import PRINTABLE


class Answer(Event):
    """What a rail says of one transfer."""

    transfer_id: UUID

    def __init_subclass__(cls, rail: OutsideSystem | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if rail is not None:
            cls.exchange, cls.senders = rail.answers, frozenset({rail.user})

    @property
    def aggregate(self) -> str:
        return f"rail:{self.transfer_id}"


class Acceptance(Answer):
    """A yes, with the rail's own name for the transfer."""

    rail_reference: Annotated[
        str,
        StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE),
        Composed,
        Seen,
        Shown,
    ]


class Refusal(Answer):
    """A no, with its reason."""

    code: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE), Composed, Seen]
    detail: Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE), Composed, Seen]


class _Order(Command):
    """What a rail is told by the service that it is open to."""

    def __init_subclass__(cls, rail: OutsideSystem | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if rail is not None:
            cls.exchange, cls.senders = rail.orders, frozenset({rail.partner})


class Submission(_Order):
    """An amount for an account at another bank."""

    transfer_id: UUID
    amount: Money
    beneficiary_name: Cleaned
    beneficiary_account: Cleaned
    beneficiary_ifsc: Cleaned
    remitter_account: Cleaned
    description: Annotated[str, StringConstraints(max_length=140, pattern=PRINTABLE), Cleaning] = ""


class Inquiry(_Order):
    """The question what became of a transfer."""

    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class Said:
    """The messages of one rail, by what they are for."""

    system: OutsideSystem
    submit: type[Submission]
    inquire: type[Inquiry]
    accepted: type[Acceptance]
    refused: type[Refusal]
    unaware: type[Answer]

    @property
    def name(self) -> str:
        """What people call the rail: `IMPS`."""
        return self.system.user.removeprefix("rail-").upper()

    @property
    def orders(self) -> tuple[type[Submission], type[Inquiry]]:
        """What it is told."""
        return self.submit, self.inquire

    @property
    def answers(self) -> tuple[type[Answer], ...]:
        """What it says."""
        return self.accepted, self.refused, self.unaware
