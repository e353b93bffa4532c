"""What other banks gave back, as answers."""

from datetime import datetime
from uuid import UUID

from contracts.money import Currency
from contracts.payment.returns import ReturnedPayment, ReturnedPayments, ReturnState
from contracts.payment.values import Rail
from gateway.answers.payments import PAYMENT
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

RETURN = "01941f29-7c00-7000-8000-000000000041"
A_RETURN = {
    "return_id": RETURN, "state": "returned", "rail": "IMPS",
    "rail_reference": "IMPS432100000041", "transfer_id": PAYMENT, "payment_id": PAYMENT,
    "amount": "250.00", "currency": "INR", "code": "account-closed",
    "detail": "The account was closed.", "set_aside_because": None, "needs_attention": False,
    "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:01Z",
}  # fmt: skip


class ReturnAnswer(Answer):
    """What another bank gave back, and what became of it."""

    model_config = example(**A_RETURN)
    tells = ReturnedPayment

    return_id: UUID
    state: ReturnState
    rail: Rail
    rail_reference: str
    transfer_id: UUID
    payment_id: UUID | None
    amount: MoneyText
    currency: Currency
    code: str
    detail: str
    set_aside_because: str | None
    needs_attention: bool
    created_at: datetime
    updated_at: datetime


class ReturnsAnswer(Page[ReturnAnswer]):
    """What other banks gave back, newest first."""

    model_config = example(items=[A_RETURN], next_cursor=None)
    tells = ReturnedPayments
