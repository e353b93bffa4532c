"""The shape of what is said over a rail when another bank pays one of our customers.

The other bank's transfer is known by the rail and its `transfer_id`. What is said about it names
the amount and the account too: should two transfers come under one id, each has an answer.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from contracts.envelope import Message
from contracts.money import Money
from contracts.rail.bodies import (
    Account,
    Code,
    Detail,
    FromRail,
    PersonName,
    Reference,
    Remittance,
    ToRail,
)


class InwardTransfer(Message):
    """An amount for an account of ours, whose number is as another bank wrote it."""

    transfer_id: UUID
    amount: Money
    beneficiary_account: Account


class FromRailOfCredit(InwardTransfer, FromRail):
    """What a rail says of one."""

    @property
    def subject_id(self) -> UUID:
        return self.transfer_id

    @property
    def credit_id(self) -> UUID:
        """Ours: the same for the same transfer, amount and account over the same rail."""
        [rail] = self.senders
        money = f"{self.amount.minor} {self.amount.currency}"
        return uuid5(self.transfer_id, f"{rail}/{money}/{self.beneficiary_account}")


class CreditArrival(FromRailOfCredit):
    """Another bank pays; it has the money of its customer, and waits for our answer."""

    rail_reference: Reference
    remitter_name: PersonName
    remitter_account: Account
    remitter_ifsc: Account  # of a bank that says only its BIC, that
    beneficiary_name: PersonName
    description: Remittance = ""


class CreditAnswer(InwardTransfer, ToRail):
    """Yes, our customer has the money; or with a code no, it goes back to its sender."""

    code: Code | None = None
    detail: Detail = ""


class CreditAcknowledgement(FromRailOfCredit):
    """The rail has our answer, and settles with it."""


@dataclass(frozen=True, slots=True)
class SaidOfCredits:
    """The messages of one rail about money that comes in, by what they are for."""

    arrived: type[CreditArrival]
    answer: type[CreditAnswer]
    acknowledged: type[CreditAcknowledgement]
