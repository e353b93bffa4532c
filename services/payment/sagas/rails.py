"""Each rail, as the saga of a payment speaks to it: all follows from the messages of the rail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts import rail
from contracts.envelope import Event
from contracts.payment.values import Rail
from contracts.rail.bodies import Inquiry, Said, Submission
from infra.sagas.table import Meaning, Sends
from services.payment.sagas.order import PaymentOrder


@dataclass(frozen=True, slots=True)
class RailSide:
    """What one rail is told of a payment, in its own messages, and what its answers mean."""

    rail: Rail
    submit: Sends[PaymentOrder]
    inquire: Sends[PaymentOrder]
    answers: Mapping[type[Event], Meaning]


def side_of(said: Said) -> RailSide:
    """The side of the rail on which this is said."""

    def submit(order: PaymentOrder) -> Submission:
        return said.submit(**submission(order))

    def inquire(order: PaymentOrder) -> Inquiry:
        return said.inquire(transfer_id=order.payment_id)

    return RailSide(
        rail=Rail(said.name),
        submit=Sends(said.submit, submit),
        inquire=Sends(said.inquire, inquire),
        answers={
            said.accepted: Meaning.DONE,
            said.refused: Meaning.REFUSED,
            said.unaware: Meaning.UNAWARE,
        },
    )


def submission(order: PaymentOrder) -> dict[str, Any]:
    """What every rail is told of a payment."""
    return {
        "transfer_id": order.payment_id,
        "amount": order.amount,
        "beneficiary_name": order.beneficiary.name,
        "beneficiary_account": order.beneficiary.account_number,
        "beneficiary_ifsc": order.beneficiary.ifsc,
        "remitter_account": order.from_account,
        "description": order.description,
    }


RAILS: tuple[RailSide, ...] = tuple(side_of(said) for said in rail.RAILS)
