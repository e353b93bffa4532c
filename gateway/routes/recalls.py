"""Payments of ours that are asked back from other banks."""

from typing import Annotated

from fastapi import Query

from contracts.payment.recalled import RecallReason, RecallState
from contracts.payment.recalls import ListRecalls, RecallPayment
from contracts.words import Reason
from gateway.answers.payments import PaymentAnswer
from gateway.answers.recalls import RecallsAnswer
from gateway.routes.payments import PaymentPath
from gateway.routing import EdgeRouter
from gateway.schemas import After, Body, Limit, TruthFilter, example

router = EdgeRouter("/api/payments", "payments")


class RecallRequest(Body):
    """Why the payment is asked back."""

    model_config = example(code="DUPL", reason="the payer sent invoice 12 twice")

    code: RecallReason
    reason: Reason


@router.asks(ListRecalls, "GET /recalls", answers=RecallsAnswer)
def list_recalls(
    state: Annotated[RecallState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListRecalls:
    """Payments that were asked back, newest first, and what has come of it."""
    return ListRecalls(state=state, needs_attention=needs_attention, limit=limit, cursor=cursor)


@router.sends(RecallPayment, "POST /{payment_id}/recall", answers=PaymentAnswer, status=200)
def recall_payment(payment_id: PaymentPath, body: RecallRequest) -> RecallPayment:
    """Ask a completed payment back from the other bank, which answers when it has decided."""
    return RecallPayment(payment_id=payment_id, code=body.code, reason=body.reason)
