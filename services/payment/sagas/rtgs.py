"""RTGS, as the saga of a payment speaks to it."""

from contracts.payment.values import Rail
from contracts.rail.rtgs import (
    InquireRtgsTransfer,
    RtgsAccepted,
    RtgsRefused,
    RtgsUnaware,
    SubmitRtgsTransfer,
)
from infra.sagas.table import Meaning, Sends
from services.payment.sagas.order import PaymentOrder
from services.payment.sagas.paying import RailSide, submission


def _submit(order: PaymentOrder) -> SubmitRtgsTransfer:
    return SubmitRtgsTransfer(**submission(order))


def _inquire(order: PaymentOrder) -> InquireRtgsTransfer:
    return InquireRtgsTransfer(transfer_id=order.payment_id)


RTGS = RailSide(
    rail=Rail.RTGS,
    submit=Sends(SubmitRtgsTransfer, _submit),
    inquire=Sends(InquireRtgsTransfer, _inquire),
    answers={
        RtgsAccepted: Meaning.DONE,
        RtgsRefused: Meaning.REFUSED,
        RtgsUnaware: Meaning.UNAWARE,
    },
)
