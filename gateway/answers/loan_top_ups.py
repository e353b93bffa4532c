"""Further amounts lent on loans as answers: what one costs, and what was told of each."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel

from contracts.loan.top_ups import KeptTopUp, TopUpFacts, TopUps
from contracts.money import Currency
from gateway.answers.loan_key_facts import FeeAnswer
from gateway.answers.loans import LOAN, OPERATION, Apr, Rate
from gateway.money import MoneyText
from gateway.schemas import Answer, example
from gateway.telling import From

A_TOP_UP = {
    "loan_id": LOAN, "prepared_on": "2026-07-01", "currency": "INR", "amount": "60000.00",
    "fees": [{"name": "Processing fee", "amount": "600.00", "tax": "108.00"}],
    "all_fees": "708.00", "net_disbursed": "59292.00", "annual_rate": "12",
    "principal_before": "61790.34", "principal_after": "121790.34",
    "instalment_before": "10661.85", "instalment": "21014.73", "instalments": 6,
    "first_due_date": "2026-08-01", "last_due_date": "2027-01-01",
    "total_interest": "4298.04", "total_due": "126088.38", "apr": "14.08",
}  # fmt: skip


class FactsTold(BaseModel):
    """What is told of a further amount: the loan as it is, and as it would be with it."""

    loan_id: UUID
    prepared_on: date
    currency: Currency
    amount: MoneyText
    fees: tuple[FeeAnswer, ...]
    all_fees: Annotated[MoneyText, From("fees_minor")]
    net_disbursed: MoneyText
    annual_rate: Rate
    principal_before: MoneyText
    principal_after: MoneyText
    instalment_before: MoneyText
    instalment: MoneyText
    instalments: int
    first_due_date: date
    last_due_date: date
    total_interest: MoneyText
    total_due: MoneyText
    apr: Apr


class TopUpFactsAnswer(Answer, FactsTold):
    """What a further amount costs; no other fee is charged for it."""

    model_config = example(**A_TOP_UP)
    tells = TopUpFacts


class KeptTopUpAnswer(Answer, FactsTold):
    """What the borrower was told of an amount that was lent."""

    model_config = example(**A_TOP_UP, sequence=8, operation_id=OPERATION)
    tells = KeptTopUp

    sequence: int
    operation_id: UUID


class TopUpsAnswer(Answer):
    """The further amounts of the loan, the oldest first."""

    model_config = example(
        loan_id=LOAN, items=[{**A_TOP_UP, "sequence": 8, "operation_id": OPERATION}]
    )
    tells = TopUps

    loan_id: UUID
    items: tuple[KeptTopUpAnswer, ...]
