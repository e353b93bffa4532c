"""Loans that are overdue, as answers."""

from datetime import date
from uuid import UUID

from contracts.loan.collecting import LoansToCollect, LoanToCollect
from contracts.loan.values import Classification, ClassifiedBy
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT
from gateway.answers.loans import LOAN
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

A_LATE_LOAN = {
    "loan_id": LOAN, "customer_id": 1, "account_number": ACCOUNT, "product_code": "PERSONAL",
    "currency": "INR", "overdue": "10661.85", "overdue_since": "2026-02-01", "days_past_due": 12,
    "instalments_overdue": 1, "classification": "sma-0", "classified_by": "loan",
    "outstanding": "120000.00", "last_paid_on": None, "last_paid": "0.00",
}  # fmt: skip


class LoanToCollectAnswer(Answer):
    """A loan of which something is overdue."""

    model_config = example(**A_LATE_LOAN)
    tells = LoanToCollect

    loan_id: UUID
    customer_id: int
    account_number: str
    product_code: str
    currency: Currency
    overdue: MoneyText
    overdue_since: date
    days_past_due: int
    instalments_overdue: int
    classification: Classification
    classified_by: ClassifiedBy
    outstanding: MoneyText
    last_paid_on: date | None
    last_paid: MoneyText


class LoansToCollectAnswer(Page[LoanToCollectAnswer]):
    """A page of loans that are overdue."""

    model_config = example(items=[A_LATE_LOAN], next_cursor=None)
    tells = LoansToCollect
