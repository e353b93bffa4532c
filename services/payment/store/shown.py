"""Payments as people see them: what is kept of one, put together."""

from collections.abc import Sequence

import asyncpg

from contracts.payment.payments import Payment
from contracts.payment.recalled import PaymentRecall
from contracts.payment.values import (
    Compensation,
    PaymentState,
    Rail,
    Resolution,
    ResolutionState,
    Step,
)
from contracts.sagas import StepState
from infra.sagas.looking import HistoryLine
from services.payment.domain.screening import BEING_CHECKED, HIT
from services.payment.sagas import PaymentOrder


def untold(payment: Payment) -> Payment:
    """As a customer sees it: that it is checked or asked back, and not why."""
    if payment.recall is not None:
        hidden = {"code": None, "reason": None, "asked_by": None}
        payment = payment.model_copy(update={"recall": payment.recall.model_copy(update=hidden)})
    if payment.reason != HIT:
        return payment
    steps = [
        step.model_copy(update={"reason": BEING_CHECKED}) if step.reason == HIT else step
        for step in payment.steps
    ]
    return payment.model_copy(update={"reason": BEING_CHECKED, "steps": tuple(steps)})


def for_customers(resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Those that a customer sees: what is done, without who and why."""
    hidden = {"reason": None, "proposed_by": None, "decided_by": None}
    return [
        each.model_copy(update=hidden) for each in resolutions if each.state is ResolutionState.DONE
    ]


def payment_of(
    row: asyncpg.Record,
    history: Sequence[HistoryLine],
    resolutions: Sequence[Resolution],
    recalls: Sequence[PaymentRecall],
    compensation: Compensation | None = None,
) -> Payment:
    """A row of `payments_now` with what is kept elsewhere."""
    order = PaymentOrder.model_validate_json(row["payment_order"])
    return Payment(
        payment_id=row["payment_id"],
        state=PaymentState(row["state"]),
        rail=Rail(row["rail"]),
        rail_reference=order.rail_reference,
        from_account=order.from_account,
        beneficiary=order.beneficiary,
        amount_minor=order.amount.minor,
        currency=order.amount.currency,
        description=order.description,
        needs_attention=row["needs_attention"],
        reason=row["reason"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        steps=tuple(_step(line) for line in history),
        resolution=resolutions[-1] if resolutions else None,
        cut_off=order.cut_off,
        beneficiary_id=order.beneficiary_id,
        answer_by=order.answer_by,
        fee_minor=order.fee_minor,
        gst_minor=order.gst_minor,
        recall=recalls[-1] if recalls else None,
        compensation=compensation,
    )


def _step(line: HistoryLine) -> Step:
    by = f"{line.actor}: {line.reason}" if line.actor else line.reason
    return Step(
        name=line.name,
        state=StepState(line.state),
        started_at=line.started_at,
        ended_at=line.ended_at,
        reason=by,
    )
