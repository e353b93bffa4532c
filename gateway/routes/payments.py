"""Payments to other banks: they take several steps and end completed, failed or cancelled.

What people do when the rail contradicts such an end is resolutions.py.
"""

import time
from typing import Annotated

from fastapi import Path, Query, Response

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.payments import (
    GetPayment,
    ListPayments,
    MakePayment,
    Payment,
    PaymentAccepted,
)
from contracts.payment.steering import CancelPayment, CompensatePayment, ParkPayment, RetryPayment
from contracts.payment.values import (
    ONE_PAYEE,
    Beneficiary,
    PaymentState,
    Rail,
)
from contracts.words import AccountNumber, Reason, Text
from gateway.answers.accounts import ACCOUNT
from gateway.answers.payments import (
    A_BENEFICIARY,
    PAYMENT,
    PaymentAnswer,
    PaymentsAnswer,
    PaymentUnderWay,
)
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount, money
from gateway.operations import OperationAccepted
from gateway.problems import missing
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import After, Body, Limit, TruthFilter, UuidPath, example
from gateway.waiting import waited_for

router = EdgeRouter("/api/payments", "payments")

PaymentPath = Annotated[UuidPath, Path(examples=[PAYMENT])]


class PaymentRequest(Body):
    """Money to pay to an account at another bank."""

    model_config = example(
        ONE_PAYEE,
        from_account=ACCOUNT, beneficiary=A_BENEFICIARY, amount="250.00", rail="IMPS",
        description="invoice 12",
    )  # fmt: skip

    from_account: AccountNumber
    beneficiary: Beneficiary | None = None
    beneficiary_id: UuidPath | None = None
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    rail: Rail
    description: Text = ""


class ReasonRequest(Body):
    """Why a manager steers the payment."""

    model_config = example(reason="the rail confirmed by telephone")

    reason: Reason


@router.calls(
    MakePayment, "POST ", gives=PaymentAnswer, status=201, key=Key.REQUIRED,
    also={202: PaymentUnderWay | OperationAccepted},
    later=Rendering(202, PaymentUnderWay, PaymentAccepted),
)  # fmt: skip
async def make_payment(call: Call, body: PaymentRequest) -> Response:
    """Pay an account at another bank; 201 when it ended while you waited, whatever the end.

    The payee is named by what he goes by, or by his id on the list of the account's customer.

    Otherwise 202 with its address, also with `Prefer: respond-async`, and of a payment that leaves
    in a batch: nobody waits for its cut-off.
    """
    until = time.monotonic() + call.wait_seconds
    if (body.beneficiary is None) == (body.beneficiary_id is None):
        raise missing("beneficiary", "beneficiary_id")
    command = MakePayment(
        from_account=body.from_account,
        beneficiary=body.beneficiary,
        beneficiary_id=body.beneficiary_id,
        amount=money(body.amount, body.currency),
        rail=body.rail,
        description=body.description,
    )
    reply = await call.begin(command)
    headers = dict(REPLAYED) if reply.replayed else {}
    assert isinstance(reply.message, Payment)
    payment_id = reply.message.payment_id
    payment = await waited_for(
        call,
        reply,
        Payment,
        ended_id=payment_id,
        question=GetPayment(payment_id=payment_id),
        is_under_way=lambda known: not known.state.is_final and known.cut_off is None,
        until=until,
    )
    if payment.state.is_final:
        return PaymentAnswer.about(payment).response(201, headers)
    under_way = PaymentUnderWay.about(payment)
    return under_way.response(202, {**headers, "Location": under_way.status_url})


@router.asks(ListPayments, "GET ", answers=PaymentsAnswer)
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


@router.asks(GetPayment, "GET /{payment_id}", answers=PaymentAnswer)
def get_payment(payment_id: PaymentPath) -> GetPayment:
    """A payment with every step, its times and its reasons."""
    return GetPayment(payment_id=payment_id)


@router.sends(CancelPayment, "POST /{payment_id}/cancel", answers=PaymentAnswer, status=200)
def cancel_payment(payment_id: PaymentPath) -> CancelPayment:
    """Stop a payment that has not gone to the other bank yet."""
    return CancelPayment(payment_id=payment_id)


@router.sends(RetryPayment, "POST /{payment_id}/retry", answers=PaymentAnswer, status=200)
def retry_payment(payment_id: PaymentPath, body: ReasonRequest) -> RetryPayment:
    """Try the present step again, now."""
    return RetryPayment(payment_id=payment_id, reason=body.reason)


@router.sends(ParkPayment, "POST /{payment_id}/park", answers=PaymentAnswer, status=200)
def park_payment(payment_id: PaymentPath, body: ReasonRequest) -> ParkPayment:
    """Stop the bank's own retries until a person decides."""
    return ParkPayment(payment_id=payment_id, reason=body.reason)


@router.sends(CompensatePayment, "POST /{payment_id}/compensate", answers=PaymentAnswer, status=200)
def compensate_payment(payment_id: PaymentPath, body: ReasonRequest) -> CompensatePayment:
    """Undo what was done for a payment that has not gone to the other bank."""
    return CompensatePayment(payment_id=payment_id, reason=body.reason)
