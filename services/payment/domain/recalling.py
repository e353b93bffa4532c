"""Payments that are asked back from other banks: which may be, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.envelope import Conflict
from contracts.payment.payments import Payment
from contracts.payment.recalled import PaymentRecall, RecallState
from contracts.payment.values import PaymentState, Resolution
from services.payment.domain.payments import ResolutionUnderWay
from services.payment.domain.returning import is_being_booked

RECALL_DAYS_MAX = 30  # after it was made; other banks take no later ones by their agreements


class PaymentNotCompleted(Conflict):
    """Only a payment that the other bank has and has not given back is asked back."""


class PaymentContradicted(Conflict):
    """The rail has contradicted itself about this payment; two managers resolve that."""


class PaymentTooOld(Conflict):
    """The payment was made too long ago to be asked back."""


class RecallUnderWay(Conflict):
    """The payment was asked back already, and the other bank has not said no."""


def check_may_recall(
    payment: Payment,
    resolutions: Sequence[Resolution],
    recalls: Sequence[PaymentRecall],
    *,
    is_contradicted: bool,
    now: datetime,
) -> None:
    """Return if this payment may be asked back now.

    Raises:
        PaymentContradicted, PaymentNotCompleted, ResolutionUnderWay, RecallUnderWay, PaymentTooOld
    """
    if is_contradicted:
        raise PaymentContradicted
    if payment.state is not PaymentState.COMPLETED:
        raise PaymentNotCompleted
    if is_being_booked(resolutions):
        raise ResolutionUnderWay
    if any(each.state is not RecallState.REFUSED for each in recalls):
        raise RecallUnderWay
    if now - payment.created_at > timedelta(days=RECALL_DAYS_MAX):
        raise PaymentTooOld(f"It was made more than {RECALL_DAYS_MAX} days ago.")
