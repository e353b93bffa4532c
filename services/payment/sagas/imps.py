"""IMPS, as the saga of a payment speaks to it."""

from contracts.payment.values import Rail
from contracts.rail.imps import (
    InquireTransfer,
    RailAccepted,
    RailRefused,
    RailUnaware,
    SubmitTransfer,
)
from infra.sagas.table import Meaning, Sends
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import RailSide, submission


def _submit(order: PaymentOrder) -> SubmitTransfer:
    return SubmitTransfer(**submission(order))


def _inquire(order: PaymentOrder) -> InquireTransfer:
    return InquireTransfer(transfer_id=order.payment_id)


IMPS = RailSide(
    rail=Rail.IMPS,
    submit=Sends(SubmitTransfer, _submit),
    inquire=Sends(InquireTransfer, _inquire),
    answers={
        RailAccepted: Meaning.DONE,
        RailRefused: Meaning.REFUSED,
        RailUnaware: Meaning.UNAWARE,
    },
)
