"""Loans as answers: as they stand, their schedules, their key facts."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.loan.counting import CountingRules
from contracts.loan.loans import Loan, Loans
from contracts.loan.operations import LoanOperation, LoanOperationState
from contracts.loan.quotes import Disbursement, Instalment, LoanSchedule
from contracts.loan.values import (
    Advice,
    Classification,
    ClassifiedBy,
    Scorecard,
    ScoreLine,
    Stage,
)
from contracts.loan.words import Frequency, Method, ScheduleType
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT
from gateway.answers.loan_shapes import PLAIN, ShapeTold
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.states import LOAN_WORDS, LoanState
from gateway.telling import From

LOAN = "01941f29-7c00-7000-8000-000000000010"
OPERATION = "01941f29-7c00-7000-8000-000000000011"
STAFF = "01941f29-7c00-7000-8000-000000000012"
COUNTING = CountingRules().model_dump(mode="json")

Rate = Annotated[str, From("annual_rate", "{:f}".format)]
Apr = Annotated[str, From("apr", "{:.2f}".format)]

A_SCORECARD = {
    "card": "transparent-1", "points": 65, "advice": "accept",
    "lines": [{"rule": "papers", "points": 20, "reason": "The papers are verified."}],
}  # fmt: skip
A_LOAN = {
    "loan_id": LOAN, "state": "active", "customer_id": 1, "account_number": ACCOUNT,
    "product_code": "PERSONAL", "product_version": 1, "currency": "INR",
    "principal": "120000.00", "annual_rate": "12", "benchmark": None, "instalments": 12,
    "instalment": "10661.85",
    "method": "EMI", "frequency": "MONTHLY", "counting": COUNTING, **PLAIN,
    "apr": "14.22", "fees": "1416.00",
    "disbursed": "120000.00", "disbursed_on": "2026-01-01", "outstanding": "120000.00",
    "overdue": "0.00", "overdue_since": None, "days_past_due": 0, "classification": "standard",
    "classified_by": "loan", "stage": "standard", "npa_since": None, "provision": "480.00",
    "next_due_on": "2026-02-01", "next_due": "10661.85",
    "operation_id": None, "operation": None,
    "scorecard": A_SCORECARD, "applied_by": STAFF, "applied_at": "2026-01-01T09:00:00Z",
    "decided_by": STAFF, "approved_by": None, "decided_at": "2026-01-01T10:00:00Z",
    "decision_reason": None, "updated_at": "2026-01-01T11:00:00Z",
}  # fmt: skip
AN_INSTALMENT = {
    "number": 1, "due_date": "2026-02-01", "principal": "9461.85", "interest": "1200.00",
    "fees": "0.00", "due": "10661.85", "balance": "110538.15", "from_date": "2026-01-01",
    "days": 31, "waived": "0.00",
    "rate_factor": "0.010000000000",
}  # fmt: skip
A_SCHEDULE = {
    "currency": "INR", "instalment": "10661.85", "instalments": [AN_INSTALMENT],
    "total_interest": "7942.26", "total_due": "127942.26", "apr": "12.00",
    "total_principal": "120000.00", "total_fees": "0.00", "net_disbursed": "120000.00",
    "schedule_type": "CUMULATIVE",
    "disbursements": [{"date": "2026-01-01", "amount": "120000.00"}],
}  # fmt: skip


class InstalmentAnswer(Answer):
    """One instalment, and what is owed after it."""

    tells = Instalment
    borrows_currency = True

    number: int
    due_date: date
    principal: MoneyText
    interest: MoneyText
    fees: MoneyText
    due: MoneyText
    balance: MoneyText
    from_date: date | None = Field(
        default=None, description="The first day whose interest is in it; null: it is not told."
    )
    days: int = Field(
        default=0, description="How many days there are from `from_date` to the due date."
    )
    waived: MoneyText = Field(
        default="0.00", description="Of what is due, what the bank does without."
    )
    rate_factor: Annotated[str, From("rate_factor", "{:.12f}".format)] = Field(
        default="0",
        description="What one unit of the balance bears in these days, not in percent.",
    )


class DisbursementAnswer(Answer):
    """What is paid out on a day; fees kept back and down payments are in it."""

    tells = Disbursement
    borrows_currency = True

    date: Annotated[date, From("on"), Field(description="The day on which it is paid out.")]
    amount: MoneyText


class ScheduleAnswer(Answer):
    """The schedule; `apr` is the yearly cost in percent."""

    model_config = example(**A_SCHEDULE)
    tells = LoanSchedule

    currency: Currency
    instalment: MoneyText
    instalments: tuple[InstalmentAnswer, ...]
    total_interest: MoneyText
    total_due: MoneyText
    apr: Apr
    total_principal: MoneyText = Field(description="All that is paid out.")
    total_fees: MoneyText = Field(description="All fees, with the tax on them.")
    net_disbursed: MoneyText = Field(description="What is paid out, less the fees kept back.")
    schedule_type: ScheduleType = Field(description="The type that these terms lead to.")
    disbursements: tuple[DisbursementAnswer, ...] = Field(
        description="What is paid out when; of a loan that is kept, its transactions say it."
    )


class ScoreLineAnswer(Answer):
    """What one rule gave, and why."""

    tells = ScoreLine

    rule: str
    points: int
    reason: str


class ScorecardAnswer(Answer):
    """How the application was scored; it advises, and a person decides."""

    tells = Scorecard

    card: str
    points: int
    advice: Advice
    lines: tuple[ScoreLineAnswer, ...]


class LoanAnswer(Answer, ShapeTold):
    """A loan as it stands. Customers do not see how it was scored, who decided and why, nor what is
    provided for it."""

    model_config = example(**A_LOAN)
    location: ClassVar[str | None] = "/api/loans/{loan_id}"
    tells = Loan

    loan_id: UUID
    state: Annotated[LoanState, From("state", LOAN_WORDS.told)]
    customer_id: int
    account_number: str
    product_code: str
    product_version: int
    currency: Currency
    principal: MoneyText
    annual_rate: Rate
    benchmark: str | None
    instalments: int
    instalment: MoneyText
    method: Method
    frequency: Frequency
    counting: CountingRules | None
    apr: Apr
    fees: MoneyText
    disbursed: MoneyText
    disbursed_on: date | None
    outstanding: MoneyText
    overdue: MoneyText
    overdue_since: date | None
    days_past_due: int
    classification: Classification
    classified_by: ClassifiedBy
    stage: Stage | None
    npa_since: date | None
    provision: MoneyText | None
    next_due_on: date | None
    next_due: MoneyText
    operation_id: UUID | None
    operation: str | None
    scorecard: ScorecardAnswer | None
    applied_by: str | None
    applied_at: datetime
    decided_by: str | None
    approved_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    updated_at: datetime


class LoansAnswer(Page[LoanAnswer]):
    """A page of loans."""

    model_config = example(items=[A_LOAN], next_cursor=None)
    tells = Loans


def operation_url(operation: LoanOperation) -> str:
    """Where it is told how far a movement of a loan's money is."""
    return f"/api/loans/{operation.loan_id}/operations/{operation.operation_id}"


class LoanOperationAnswer(Answer):
    """A movement of a loan's money and how far it is."""

    model_config = example(
        operation_id=OPERATION, loan_id=LOAN, kind="disbursement", state="processing", code=None,
        detail=None, begun_at="2026-01-01T11:00:00Z",
    )  # fmt: skip
    tells = LoanOperation

    operation_id: UUID
    loan_id: UUID
    kind: str
    state: LoanOperationState
    code: str | None
    detail: str | None
    begun_at: datetime
