"""Payments as answers, with their steps and their resolution."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.money import Currency
from contracts.payment.payments import Payment, Payments
from contracts.payment.values import (
    Compensation,
    CompensationState,
    Payee,
    PaymentState,
    Rail,
    Resolution,
    ResolutionOutcome,
    Step,
)
from gateway.answers.accounts import ACCOUNT
from gateway.answers.recalls import RecallAnswer
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.states import RESOLUTION_WORDS, STEP_WORDS, ResolutionState, StepState
from gateway.telling import From

PAYMENT = "01941f29-7c00-7000-8000-000000000008"
A_BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}
A_PAYMENT = {
    "payment_id": PAYMENT, "state": "completed", "rail": "IMPS",
    "rail_reference": "IMPS432100000001", "from_account": ACCOUNT,
    "beneficiary": {**A_BENEFICIARY, "vpa": None}, "amount": "250.00",
    "currency": "INR", "description": "invoice 12", "needs_attention": False,
    "reason": None, "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:01Z",
    "steps": [
        {
            "name": "hold", "state": "completed", "started_at": "2026-01-01T10:00:00Z",
            "ended_at": "2026-01-01T10:00:00Z", "reason": None,
        }
    ],
    "resolution": None, "cut_off": None, "beneficiary_id": None, "recall": None,
    "answer_by": "2026-01-02T17:30:00Z", "compensation": None, "fee": "5.00", "gst": "0.90",
}  # fmt: skip


class StepAnswer(Answer):
    """One step of a payment, or what a person did about it."""

    tells = Step

    name: str
    state: Annotated[StepState, From("state", STEP_WORDS.told)]
    started_at: datetime
    ended_at: datetime | None
    reason: str | None


class ResolutionAnswer(Answer):
    """The last answer of two managers to a rail that contradicted itself.

    Customers see one that is done, without who and why.
    """

    tells = Resolution

    number: int
    outcome: ResolutionOutcome
    state: Annotated[ResolutionState, From("state", RESOLUTION_WORDS.told)]
    code: str | None
    reason: str | None
    proposed_by: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    contradicted_at: datetime | None


class CompensationAnswer(Answer):
    """What the payer gets of a payment that failed after its turn around time."""

    tells = Compensation

    days: int
    amount: MoneyText
    currency: Currency
    state: CompensationState
    code: str | None


class PaymentAnswer(Answer):
    """A payment and how far it got."""

    model_config = example(**A_PAYMENT)
    location: ClassVar[str | None] = "/api/payments/{payment_id}"
    tells = Payment

    payment_id: UUID
    state: PaymentState
    rail: Rail
    rail_reference: str | None
    from_account: str
    beneficiary: Payee
    amount: MoneyText
    currency: Currency
    description: str
    needs_attention: bool
    reason: str | None
    created_at: datetime
    updated_at: datetime
    steps: tuple[StepAnswer, ...]
    resolution: ResolutionAnswer | None
    cut_off: datetime | None
    beneficiary_id: UUID | None
    answer_by: datetime | None
    compensation: CompensationAnswer | None
    fee: MoneyText
    gst: MoneyText
    recall: RecallAnswer | None


class PaymentsAnswer(Page[PaymentAnswer]):
    """Payments, newest first."""

    model_config = example(items=[A_PAYMENT], next_cursor=None)
    tells = Payments


def address(payment_id: UUID) -> str:
    """Where every step of the payment is shown."""
    return f"/api/payments/{payment_id}"


class PaymentUnderWay(Answer):
    """Accepted and not ended yet: `status_url` shows every step."""

    model_config = example(
        payment_id=PAYMENT,
        state="processing",
        cut_off=None,
        fee="5.00",
        gst="0.90",
        currency="INR",
        status_url=f"/api/payments/{PAYMENT}",
    )
    tells = Payment
    hides = frozenset(Payment.model_fields) - {
        "payment_id", "state", "cut_off", "fee_minor", "gst_minor", "currency",
    }  # fmt: skip

    payment_id: UUID
    state: PaymentState
    cut_off: datetime | None
    fee: MoneyText
    gst: MoneyText
    currency: Currency
    status_url: Annotated[str, From("payment_id", address)]
