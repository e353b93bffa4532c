"""Each rail, as the saga of a payment speaks to it: all follows from the messages of the rail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contracts import rail
from contracts.envelope import Event
from contracts.payment.values import Rail
from contracts.rail.batches import SaidOfBatches
from contracts.rail.bodies import AddressSubmission, Inquiry, Submission
from contracts.rail.said import Said
from infra.sagas.table import Meaning, Sends, Together
from services.payment.sagas.batches import together, words_of
from services.payment.sagas.order import PaymentOrder
from services.payment.settings import PaymentSettings

Submit: TypeAlias = Sends[PaymentOrder] | Together[PaymentOrder]


@dataclass(frozen=True, slots=True)
class RailSide:
    """What one rail is told of a payment, in its own messages, and what its answers mean."""

    rail: Rail
    in_batches: bool
    pays_addresses: bool
    submit: Callable[[PaymentSettings], Submit]
    inquire: Sends[PaymentOrder]
    answers: Mapping[type[Event], Meaning]


def side_of(said: Said) -> RailSide:
    """The side of the rail on which this is said."""

    def inquire(order: PaymentOrder) -> Inquiry:
        return said.inquire(transfer_id=order.payment_id)

    return RailSide(
        rail=Rail(said.name),
        in_batches=isinstance(said.submit, SaidOfBatches),
        pays_addresses=said.pays_addresses,
        submit=lambda settings: _submit(said, settings),
        inquire=Sends(said.inquire, inquire),
        answers={
            said.accepted: Meaning.DONE,
            said.refused: Meaning.REFUSED,
            said.unaware: Meaning.UNAWARE,
        },
    )


def _submit(said: Said, settings: PaymentSettings) -> Submit:
    kind = said.submit
    if isinstance(kind, SaidOfBatches):
        return together(Rail(said.name), kind, settings)

    def submit(order: PaymentOrder) -> Submission | AddressSubmission:
        return kind(**words_of(order))

    return Sends(kind, submit)


RAILS: tuple[RailSide, ...] = tuple(side_of(said) for said in rail.RAILS)
IN_BATCHES = {side.rail for side in RAILS if side.in_batches}
PAYS_ADDRESSES = {side.rail for side in RAILS if side.pays_addresses}
