"""The shape of what is said over a rail when a bank asks back what it has paid to another.

A recall is known by its `recall_id`, and asks for the whole amount of one transfer. Yes or no is
the other bank's to say, often days later; the money itself comes by a return. What we are asked is
answered by us, and both our answer and our return are told until the rail has them.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import StringConstraints

from contracts.envelope import Message
from contracts.money import Money
from contracts.rail.bodies import Code, Detail, FromRail, ToRail

# A reason that we give: a word of ours, which the documents turn into a code of ISO 20022.
OwnCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,35}$")]


class AskedBack(Message):
    """The wish to have the amount of a transfer back, with its reason."""

    recall_id: UUID
    transfer_id: UUID
    amount: Money
    code: Code
    detail: Detail = ""


class RecallRequest(AskedBack, ToRail):
    """We ask another bank for what we have paid to it; the same however often it is said."""

    code: OwnCode


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


class RecallArrival(AskedBack, FromRail):
    """Another bank asks for what it has paid to a customer of ours, and waits for our answer."""

    @property
    def subject_id(self) -> UUID:
        return self.recall_id


class RecallReply(ToRail):
    """What we say of a recall of another bank: yes, or with a code no."""

    recall_id: UUID
    transfer_id: UUID
    code: Code | None = None
    detail: Detail = ""


class RecallAcknowledgement(RecallAnswer):
    """The rail has our answer to a recall."""


class CreditReturn(ToRail):
    """We give back what another bank had paid; once for each `return_id`, however often sent."""

    return_id: UUID
    transfer_id: UUID
    amount: Money
    code: OwnCode
    detail: Detail = ""


class ReturnAcknowledgement(FromRail):
    """The rail has our return, and settles with it."""

    return_id: UUID
    transfer_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.return_id


def key_of(recall_id: UUID, rail: str) -> UUID:
    """Ours, for what comes under this id over this rail: an id stands for one recall."""
    return uuid5(recall_id, f"recall/{rail}")


@dataclass(frozen=True, slots=True)
class SaidOfRecalls:
    """The messages of one rail about what banks ask back, by what they are for."""

    ask: type[RecallRequest]
    agreed: type[RecallAgreement]
    refused: type[RecallRefusal]
    arrived: type[RecallArrival]
    answer: type[RecallReply]
    answered: type[RecallAcknowledgement]
    give_back: type[CreditReturn]
    given_back: type[ReturnAcknowledgement]

    @property
    def orders(self) -> tuple[type[RecallRequest | RecallReply | CreditReturn], ...]:
        """What a rail is told about them."""
        return self.ask, self.answer, self.give_back

    @property
    def answers(self) -> tuple[type[FromRail], ...]:
        """What a rail says about them."""
        return self.agreed, self.refused, self.arrived, self.answered, self.given_back
