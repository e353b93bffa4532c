"""The shape of what is said over any rail; the messages themselves are those of each rail.

A message says over which rail it goes: `class SubmitTransfer(Submission, rail=IMPS)`. From that
follows by which exchange, and who alone may send it. Batches are in batches.py. Lengths are those
of ISO 20022, whose documents these messages travel as; see documents/.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from contracts.envelope import Command, Document, Event, Message
from contracts.money import Money
from contracts.text import Cleaned, Cleaning, Composed, Seen, Shown
from contracts.topology import OutsideSystem
from contracts.words import PRINTABLE

Reference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=35, pattern=PRINTABLE),
    Composed,
    Seen,
    Shown,
]
Code = Annotated[str, StringConstraints(max_length=35, pattern=PRINTABLE), Composed, Seen]
Detail = Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE), Composed, Seen]
Account = Annotated[str, StringConstraints(min_length=1, max_length=34), Cleaning]
PersonName = Annotated[str, StringConstraints(max_length=140), Cleaning]
Remittance = Annotated[str, StringConstraints(max_length=140, pattern=PRINTABLE), Cleaning]


class OverRail(Message):
    """What goes over a rail, as documents of ISO 20022 where its shape has one."""

    @classmethod
    def document(cls) -> Document | None:
        from contracts.rail.documents.table import form_of  # heavy, and few processes need it

        return form_of(cls)


class FromRail(OverRail, Event):
    """What a rail says."""

    def __init_subclass__(cls, rail: OutsideSystem | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if rail is not None:
            cls.exchange, cls.senders = rail.answers, frozenset({rail.user})

    @property
    def subject_id(self) -> UUID:
        """The id of what it is about, which is also that of the run that hears it."""
        raise NotImplementedError

    @property
    def aggregate(self) -> str:
        return f"rail:{self.subject_id}"


class ToRail(OverRail, Command):
    """What a rail is told by the service that it is open to."""

    def __init_subclass__(cls, rail: OutsideSystem | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if rail is not None:
            cls.exchange, cls.senders = rail.orders, frozenset({rail.partner})


class Answer(FromRail):
    """What a rail says of one transfer."""

    transfer_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.transfer_id


class Acceptance(Answer):
    """A yes, with the rail's own name for the transfer."""

    rail_reference: Reference


class Refusal(Answer):
    """A no, with its reason."""

    code: Code
    detail: Detail


class Unawareness(Answer):
    """It never saw the transfer."""


class Credit(Message):
    """An amount for somebody at another bank, whom those below name in their own way."""

    transfer_id: UUID
    amount: Money
    beneficiary_name: PersonName
    remitter_account: Account
    description: Remittance = ""

    @property
    def goes_to(self) -> str:
        """The account number or the address of the payee."""
        raise NotImplementedError


class Transfer(Credit):
    """An amount for an account at another bank."""

    beneficiary_account: Account
    beneficiary_ifsc: Account

    @property
    def goes_to(self) -> str:
        return self.beneficiary_account


class AddressTransfer(Credit):
    """An amount for who goes by a payment address (VPA), whichever account stands behind it."""

    beneficiary_vpa: Cleaned

    @property
    def goes_to(self) -> str:
        return self.beneficiary_vpa


class Submission(Transfer, ToRail):
    """A transfer that goes by itself."""


class AddressSubmission(AddressTransfer, ToRail):
    """A transfer to an address, which goes by itself."""


class Inquiry(ToRail):
    """The question what became of a transfer."""

    transfer_id: UUID
