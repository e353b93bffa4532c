"""Payments from other banks to customers of ours."""

from typing import Annotated

from fastapi import Path, Query

from contracts.payment.incoming import GetIncomingPayment, IncomingState, ListIncomingPayments
from contracts.words import AccountNumber
from gateway.answers.incoming import INCOMING, IncomingPaymentAnswer, IncomingPaymentsAnswer
from gateway.routing import EdgeRouter
from gateway.schemas import After, Limit, TruthFilter, UuidPath

router = EdgeRouter("/api/payments/incoming", "payments")

IncomingPath = Annotated[UuidPath, Path(examples=[INCOMING])]


@router.asks(ListIncomingPayments, "GET ", answers=IncomingPaymentsAnswer)
def list_incoming_payments(
    account_number: Annotated[AccountNumber | None, Query()] = None,
    state: Annotated[IncomingState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListIncomingPayments:
    """Payments from other banks, newest first; a customer sees those to his own accounts."""
    return ListIncomingPayments(
        account_number=account_number,
        state=state,
        needs_attention=needs_attention,
        limit=limit,
        cursor=cursor,
    )


@router.asks(GetIncomingPayment, "GET /{incoming_id}", answers=IncomingPaymentAnswer)
def get_incoming_payment(incoming_id: IncomingPath) -> GetIncomingPayment:
    """A payment from another bank, with what became of it."""
    return GetIncomingPayment(incoming_id=incoming_id)
