"""Payments that were asked back, as answers."""

from datetime import datetime
from uuid import UUID

from contracts.money import Currency
from contracts.payment.recalled import PaymentRecall, RecallReason, RecallState
from contracts.payment.recalls import PaymentRecalls
from contracts.payment.values import Rail
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

A_RECALL = {
    "recall_id": "01941f29-7c00-7000-8000-000000000043", "state": "refused", "rail": "IMPS",
    "payment_id": "01941f29-7c00-7000-8000-000000000008", "amount": "250.00", "currency": "INR",
    "code": "DUPL", "reason": "the payer sent invoice 12 twice", "asked_by": "manager",
    "answer_code": "CUST", "answer_detail": "Our customer does not agree.",
    "needs_attention": False, "created_at": "2026-01-02T10:00:00Z",
    "updated_at": "2026-01-03T10:00:00Z",
}  # fmt: skip


class RecallAnswer(Answer):
    """A payment that was asked back, and what has come of it.

    Customers see it without who and why.
    """

    model_config = example(**A_RECALL)
    tells = PaymentRecall

    recall_id: UUID
    payment_id: UUID
    state: RecallState
    rail: Rail
    amount: MoneyText
    currency: Currency
    code: RecallReason | None
    reason: str | None
    asked_by: str | None
    answer_code: str | None
    answer_detail: str | None
    needs_attention: bool
    created_at: datetime
    updated_at: datetime


class RecallsAnswer(Page[RecallAnswer]):
    """Payments that were asked back, newest first."""

    model_config = example(items=[A_RECALL], next_cursor=None)
    tells = PaymentRecalls
