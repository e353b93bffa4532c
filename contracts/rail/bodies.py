"""The shape of what is said over any rail; the messages themselves are those of each rail."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from contracts.envelope import Command, Event
from contracts.money import Money
from contracts.text import Cleaned, Cleaning, Composed, Seen, Shown
from contracts.words import PRINTABLE


class Answer(Event):
    """What a rail says of one transfer."""

    transfer_id: UUID

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


class Submission(Command):
    """An amount for an account at another bank."""

    transfer_id: UUID
    amount: Money
    beneficiary_name: Cleaned
    beneficiary_account: Cleaned
    beneficiary_ifsc: Cleaned
    remitter_account: Cleaned
    description: Annotated[str, StringConstraints(max_length=140, pattern=PRINTABLE), Cleaning] = ""


class Inquiry(Command):
    """The question what became of a transfer."""

    transfer_id: UUID
