"""The key facts of a loan: what its borrower is told before it is approved."""

from datetime import date
from typing import Annotated
from uuid import UUID

from contracts.loan.counting import CountingRules
from contracts.loan.loans import KeyFacts
from contracts.loan.values import ChargedFee
from contracts.loan.words import Frequency, Method
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT
from gateway.answers.loan_shapes import PLAIN, ShapeTold
from gateway.answers.loans import AN_INSTALMENT, COUNTING, LOAN, Apr, InstalmentAnswer, Rate
from gateway.money import MoneyText, rate_text
from gateway.schemas import Answer, example
from gateway.telling import From

KEY_FACTS = {
    "loan_id": LOAN, "customer_id": 1, "account_number": ACCOUNT, "product_code": "PERSONAL",
    "product_name": "Personal loan", "product_version": 1, "prepared_on": "2026-01-01",
    "currency": "INR", "principal": "120000.00", "annual_rate": "12", "benchmark": None,
    "benchmark_rate": None, "method": "EMI",
    "frequency": "MONTHLY", "counting": COUNTING, **PLAIN,
    "instalments": 12, "instalment": "10661.85",
    "first_due_date": "2026-02-01", "last_due_date": "2027-01-01",
    "fees": [{"name": "Processing fee", "amount": "1200.00", "tax": "216.00"}],
    "all_fees": "1416.00", "instalment_fees": [], "net_disbursed": "118584.00",
    "total_interest": "7942.26",
    "total_due": "127942.26", "apr": "14.22", "penal_rate": "24",
    "penal_amount": "250.00", "penal_grace_days": 3, "penal_cap": "1000.00",
    "penal_tax_percent": "0", "cooling_off_days": 3,
    "schedule": [AN_INSTALMENT],
}  # fmt: skip


class FeeAnswer(Answer):
    """A fee and the tax on it."""

    tells = ChargedFee
    borrows_currency = True

    name: str
    amount: MoneyText
    tax: MoneyText


class KeyFactsAnswer(Answer, ShapeTold):
    """What the borrower is told before the loan is approved; nothing else is charged later."""

    model_config = example(**KEY_FACTS)
    tells = KeyFacts

    loan_id: UUID
    customer_id: int
    account_number: str
    product_code: str
    product_name: str
    product_version: int
    prepared_on: date
    currency: Currency
    principal: MoneyText
    annual_rate: Rate
    benchmark: str | None
    benchmark_rate: Annotated[str | None, From("benchmark_rate", rate_text)]
    method: Method
    frequency: Frequency
    counting: CountingRules | None
    instalments: int
    instalment: MoneyText
    first_due_date: date
    last_due_date: date
    fees: tuple[FeeAnswer, ...]
    all_fees: Annotated[MoneyText, From("fees_minor")]
    instalment_fees: tuple[FeeAnswer, ...]
    net_disbursed: MoneyText
    total_interest: MoneyText
    total_due: MoneyText
    apr: Apr
    penal_rate: Annotated[str, From("penal_rate", "{:f}".format)]
    penal_amount: MoneyText | None
    penal_grace_days: int | None
    penal_cap: MoneyText | None
    penal_tax_percent: Annotated[str | None, From("penal_tax_percent", rate_text)]
    cooling_off_days: int
    schedule: tuple[InstalmentAnswer, ...]
