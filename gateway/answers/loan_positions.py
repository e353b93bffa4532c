"""Loans on a date as answers: what closes one, what has happened to it, why a figure is so."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from contracts.loan.positions import (
    ExplainedLine,
    LoanExplanation,
    LoanPenalCharge,
    LoanTransaction,
    LoanTransactions,
    Payoff,
)
from contracts.money import Currency
from gateway.answers.loans import LOAN, OPERATION
from gateway.money import MoneyText
from gateway.schemas import Answer, example
from gateway.telling import From

A_TRANSACTION = {
    "sequence": 2, "kind": "repaid", "value_date": "2026-02-01", "booked_on": "2026-02-01",
    "recorded_at": "2026-02-01T10:00:00Z", "amount": "10661.85", "principal": "9461.85",
    "interest": "1200.00", "fees": "0.00", "penalties": "0.00", "operation_id": OPERATION,
    "reference": "LOAN-01941f297c0070008000000000000011", "reverses": None, "is_reversed": False,
}  # fmt: skip
A_PENAL_CHARGE = {
    "instalment": 1, "due_on": "2026-02-01", "charged_on": "2026-02-05", "amount": "295.00",
    "tax": "45.00",
}  # fmt: skip
A_LINE = {
    "amount": "1200.00", "rule": "interest-of-days", "instalment": 1, "sequence": None,
    "sentence": "Interest for 31 days, from 1 January 2026 to 31 January 2026, on INR 120000.00 at"
    " 12 % a year: INR 120000.00 x 0.010000000000, rounded to INR 1200.00.",
    "since": "2026-01-01", "until": "2026-02-01", "days": 31, "interest_on": "120000.00",
    "annual_rate": "12", "factor": "0.010000000000",
}  # fmt: skip


class PayoffAnswer(Answer):
    """What closes the loan if it is paid on this date, to the last minor unit."""

    model_config = example(
        loan_id=LOAN, currency="INR", on="2026-01-16", payoff="120580.65", principal="120000.00",
        interest="580.65", fees="0.00", penalties="0.00",
    )  # fmt: skip
    tells = Payoff

    loan_id: UUID
    currency: Currency
    on: date
    payoff: MoneyText
    principal: MoneyText
    interest: MoneyText
    fees: MoneyText
    penalties: MoneyText


class LoanTransactionAnswer(Answer):
    """One event of the loan, and what it paid or waived of each part."""

    tells = LoanTransaction
    borrows_currency = True

    sequence: int
    kind: str
    value_date: date
    booked_on: date
    recorded_at: datetime
    amount: MoneyText | None
    principal: MoneyText
    interest: MoneyText
    fees: MoneyText
    penalties: MoneyText
    operation_id: UUID | None
    reference: str | None
    reverses: int | None
    is_reversed: bool


class LoanPenalChargeAnswer(Answer):
    """What late payment of an instalment has cost on a day."""

    tells = LoanPenalCharge
    borrows_currency = True

    instalment: int
    due_on: date
    charged_on: date
    amount: MoneyText
    tax: MoneyText


class LoanTransactionsAnswer(Answer):
    """All events of the loan, the latest first, and the penal charges that follow from them."""

    model_config = example(
        loan_id=LOAN, currency="INR", items=[A_TRANSACTION], penal_charges=[A_PENAL_CHARGE]
    )
    tells = LoanTransactions

    loan_id: UUID
    currency: Currency
    items: tuple[LoanTransactionAnswer, ...]
    penal_charges: tuple[LoanPenalChargeAnswer, ...]


class ExplainedLineAnswer(Answer):
    """One line: what it adds to the figure, and why. Days, balance and rate are of interest."""

    tells = ExplainedLine
    borrows_currency = True

    amount: MoneyText
    sentence: str
    rule: str
    instalment: int
    sequence: int | None
    since: date | None
    until: date | None
    days: int | None
    interest_on: Annotated[MoneyText | None, From("balance_minor")]
    annual_rate: Annotated[str | None, From("annual_rate", lambda rate: rate and f"{rate:f}")]
    factor: str | None


class LoanExplanationAnswer(Answer):
    """A figure, and lines whose amounts add up to it."""

    model_config = example(
        loan_id=LOAN, currency="INR", on="2026-02-01", figure="1200.00", lines=[A_LINE]
    )
    tells = LoanExplanation

    loan_id: UUID
    currency: Currency
    on: date
    figure: MoneyText
    lines: tuple[ExplainedLineAnswer, ...]
