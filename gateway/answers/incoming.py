"""Payments from other banks as answers."""

from datetime import datetime
from uuid import UUID

from contracts.money import Currency
from contracts.payment.incoming import IncomingPayment, IncomingPayments, IncomingState
from contracts.payment.values import Payee, Rail
from gateway.answers.accounts import ACCOUNT
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

INCOMING = "01941f29-7c00-7000-8000-000000000018"
AN_INCOMING_PAYMENT = {
    "incoming_id": INCOMING, "state": "completed", "rail": "IMPS",
    "rail_reference": "IMPS432100000001", "transfer_id": "01941f29-7c00-7000-8000-000000000019",
    "to_account": ACCOUNT,
    "remitter": {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"},
    "amount": "250.00", "currency": "INR", "description": "invoice 12", "needs_attention": False,
    "reason": None, "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:01Z",
}  # fmt: skip


class IncomingPaymentAnswer(Answer):
    """A payment from another bank, and what became of it."""

    model_config = example(**AN_INCOMING_PAYMENT)
    tells = IncomingPayment

    incoming_id: UUID
    state: IncomingState
    rail: Rail
    rail_reference: str
    transfer_id: UUID
    to_account: str
    remitter: Payee
    amount: MoneyText
    currency: Currency
    description: str
    needs_attention: bool
    reason: str | None
    created_at: datetime
    updated_at: datetime


class IncomingPaymentsAnswer(Page[IncomingPaymentAnswer]):
    """Payments from other banks, newest first."""

    model_config = example(items=[AN_INCOMING_PAYMENT], next_cursor=None)
    tells = IncomingPayments
