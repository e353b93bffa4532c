"""Payments to other banks: they take several steps and end completed, failed or cancelled.

What people do when the rail contradicts such an end is resolutions.py.
"""

import time
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Path, Query, Response

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.payments import (
    GetPayment,
    ListPayments,
    MakePayment,
    Payment,
    PaymentAccepted,
    Payments,
)
from contracts.payment.steering import CancelPayment, CompensatePayment, ParkPayment, RetryPayment
from contracts.payment.values import (
    Beneficiary,
    PaymentState,
    Rail,
    ResolutionOutcome,
    ResolutionState,
    StepState,
)
from contracts.words import AccountNumber, Reason, Text
from gateway.answers.accounts import ACCOUNT
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount, MoneyText, decimal_text, money
from gateway.operations import OperationAccepted
from gateway.problems import Problem
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import After, Answer, Body, Limit, Page, TruthFilter, UuidPath, example

router = EdgeRouter("/api/payments", "payments")

PAYMENT = "01941f29-7c00-7000-8000-000000000008"
PaymentPath = Annotated[UuidPath, Path(examples=[PAYMENT])]
A_BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}
A_PAYMENT = {
    "payment_id": PAYMENT, "state": "completed", "rail": "IMPS",
    "rail_reference": "IMPS-432100000001", "from_account": ACCOUNT, "beneficiary": A_BENEFICIARY,
    "amount": "250.00", "currency": "INR", "description": "invoice 12", "needs_attention": False,
    "reason": None, "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:01Z",
    "steps": [
        {
            "name": "hold", "state": "done", "started_at": "2026-01-01T10:00:00Z",
            "ended_at": "2026-01-01T10:00:00Z", "reason": None,
        }
    ],
    "resolution": None,
}  # fmt: skip


class PaymentRequest(Body):
    model_config = example(
        from_account=ACCOUNT, beneficiary=A_BENEFICIARY, amount="250.00", rail="IMPS",
        description="invoice 12",
    )  # fmt: skip

    from_account: AccountNumber
    beneficiary: Beneficiary
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    rail: Rail
    description: Text = ""


class ReasonRequest(Body):
    model_config = example(reason="the rail confirmed by telephone")

    reason: Reason


class StepAnswer(Answer):
    name: str
    state: StepState
    started_at: datetime
    ended_at: datetime | None
    reason: str | None


class ResolutionAnswer(Answer):
    """The last answer of two managers to a rail that contradicted itself.

    Customers see one that is done, without who and why.
    """

    number: int
    outcome: ResolutionOutcome
    state: ResolutionState
    code: str | None
    reason: str | None
    proposed_by: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    contradicted_at: datetime | None


class PaymentAnswer(Answer):
    """A payment and how far it got."""

    model_config = example(**A_PAYMENT)
    location: ClassVar[str | None] = "/api/payments/{payment_id}"

    payment_id: UUID
    state: PaymentState
    rail: Rail
    rail_reference: str | None
    from_account: str
    beneficiary: Beneficiary
    amount: MoneyText
    currency: Currency
    description: str
    needs_attention: bool
    reason: str | None
    created_at: datetime
    updated_at: datetime
    steps: tuple[StepAnswer, ...]
    resolution: ResolutionAnswer | None


class PaymentsAnswer(Page[PaymentAnswer]):
    model_config = example(items=[A_PAYMENT], next_cursor=None)


class PaymentUnderWay(Answer):
    """Accepted and not ended yet: `status_url` shows every step."""

    model_config = example(
        payment_id=PAYMENT, state="processing", status_url=f"/api/payments/{PAYMENT}"
    )

    payment_id: UUID
    state: PaymentState
    status_url: str


def payment_answer(payment: Payment) -> PaymentAnswer:
    steps = tuple(StepAnswer(**step.model_dump()) for step in payment.steps)
    resolved = payment.resolution
    return PaymentAnswer(
        **payment.model_dump(exclude={"amount_minor", "steps", "beneficiary", "resolution"}),
        resolution=ResolutionAnswer(**resolved.model_dump()) if resolved else None,
        beneficiary=payment.beneficiary,
        amount=decimal_text(payment.amount_minor, payment.currency),
        steps=steps,
    )


def payments_answer(payments: Payments) -> PaymentsAnswer:
    items = tuple(payment_answer(payment) for payment in payments.items)
    return PaymentsAnswer(items=items, next_cursor=payments.next_cursor)


def under_way_answer(payment: Payment) -> PaymentUnderWay:
    url = f"/api/payments/{payment.payment_id}"
    return PaymentUnderWay(payment_id=payment.payment_id, state=payment.state, status_url=url)


@router.calls(
    MakePayment, "POST ", gives=PaymentAnswer, status=201, key=Key.REQUIRED,
    also={202: PaymentUnderWay | OperationAccepted},
    later=Rendering(202, under_way_answer, PaymentAccepted),
)  # fmt: skip
async def make_payment(call: Call, body: PaymentRequest) -> Response:
    """Pay an account at another bank; 201 when it ended while you waited, whatever the end."""
    until = time.monotonic() + call.wait_seconds
    command = MakePayment(
        from_account=body.from_account,
        beneficiary=body.beneficiary,
        amount=money(body.amount, body.currency),
        rail=body.rail,
        description=body.description,
    )
    reply = await call.send(command)
    headers = dict(REPLAYED) if reply.replayed else {}
    assert isinstance(reply.message, Payment)
    payment = reply.message
    if reply.replayed:
        # It may have ended long ago, so that its end is not heard any more.
        payment = await _present(call, payment)
    if not payment.state.is_final:
        await call.edge.endings.wait(payment.payment_id, until - time.monotonic())
        payment = await _present(call, payment)
    if payment.state.is_final:
        return payment_answer(payment).response(201, headers)
    under_way = under_way_answer(payment)
    return under_way.response(202, {**headers, "Location": under_way.status_url})


@router.asks(ListPayments, "GET ", answers=payments_answer)
def list_payments(
    account_number: Annotated[AccountNumber | None, Query()] = None,
    state: Annotated[PaymentState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListPayments:
    """Payments, newest first; a customer sees those from his own accounts."""
    return ListPayments(
        account_number=account_number,
        state=state,
        needs_attention=needs_attention,
        limit=limit,
        cursor=cursor,
    )


@router.asks(GetPayment, "GET /{payment_id}", answers=payment_answer)
def get_payment(payment_id: PaymentPath) -> GetPayment:
    """A payment with every step, its times and its reasons."""
    return GetPayment(payment_id=payment_id)


@router.sends(CancelPayment, "POST /{payment_id}/cancel", answers=payment_answer, status=200)
def cancel_payment(payment_id: PaymentPath) -> CancelPayment:
    """Stop a payment that has not gone to the other bank yet."""
    return CancelPayment(payment_id=payment_id)


@router.sends(RetryPayment, "POST /{payment_id}/retry", answers=payment_answer, status=200)
def retry_payment(payment_id: PaymentPath, body: ReasonRequest) -> RetryPayment:
    """Try the present step again, now."""
    return RetryPayment(payment_id=payment_id, reason=body.reason)


@router.sends(ParkPayment, "POST /{payment_id}/park", answers=payment_answer, status=200)
def park_payment(payment_id: PaymentPath, body: ReasonRequest) -> ParkPayment:
    """Stop the bank's own retries until a person decides."""
    return ParkPayment(payment_id=payment_id, reason=body.reason)


@router.sends(
    CompensatePayment, "POST /{payment_id}/compensate", answers=payment_answer, status=200
)
def compensate_payment(payment_id: PaymentPath, body: ReasonRequest) -> CompensatePayment:
    """Undo what was done for a payment that has not gone to the other bank."""
    return CompensatePayment(payment_id=payment_id, reason=body.reason)


async def _present(call: Call, accepted: Payment) -> Payment:
    """The payment as it is now; as it was accepted when that cannot be learned at the moment."""
    try:
        payment = await call.ask(GetPayment(payment_id=accepted.payment_id))
    except Problem as problem:
        if problem.status_code != 503:
            raise
        return accepted
    assert isinstance(payment, Payment)
    return payment
