"""The shape of what is said over a rail when a bank asks back what it has paid to another.

A recall is known by its `recall_id`, and asks for the whole amount of one transfer. Yes or no is
the other bank's to say, often days later; the money itself comes by a return.
"""

from dataclasses import dataclass
from uuid import UUID

from contracts.envelope import Message
from contracts.money import Money
from contracts.rail.bodies import Code, Detail, FromRail, ToRail


class AskedBack(Message):
    """The wish to have the amount of a transfer back, with its reason."""

    recall_id: UUID
    transfer_id: UUID
    amount: Money
    code: Code
    detail: Detail = ""


class RecallRequest(AskedBack, ToRail):
    """We ask another bank for what we have paid to it; the same however often it is said."""


class RecallAnswer(FromRail):
    """What another bank says of one of our recalls."""

    recall_id: UUID
    transfer_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.recall_id


class RecallAgreement(RecallAnswer):
    """A yes: it gives the amount back."""


class RecallRefusal(RecallAnswer):
    """A no, with its reason."""

    code: Code
    detail: Detail = ""


@dataclass(frozen=True, slots=True)
class SaidOfRecalls:
    """The messages of one rail about what banks ask back, by what they are for."""

    ask: type[RecallRequest]
    agreed: type[RecallAgreement]
    refused: type[RecallRefusal]
