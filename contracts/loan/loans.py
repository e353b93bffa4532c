"""Loans: found, listed, and with what their borrowers were told before they were approved."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Message, Query
from contracts.loan.counting import CountingRules
from contracts.loan.quotes import Instalment, LoanSchedule
from contracts.loan.shape import Shape
from contracts.loan.values import (
    ChargedFee,
    Classification,
    ClassifiedBy,
    LoanState,
    Scorecard,
    Stage,
)
from contracts.loan.words import Frequency, Method
from contracts.money import Currency
from contracts.words import Cursor, CustomerId, PageSize


class Loan(Shape, Message):
    """A loan as it stands; amounts in minor units, rates in percent a year."""

    loan_id: UUID
    state: LoanState
    customer_id: int
    account_number: str  # into which it is paid out
    product_code: str
    product_version: int  # whose terms it keeps
    currency: Currency
    principal_minor: int
    annual_rate: Decimal  # as it was applied for
    benchmark: str | None = None  # with which the rate floats; None: it is fixed
    instalments: int
    instalment_minor: int
    method: Method
    frequency: Frequency
    counting: CountingRules | None = None  # None: kept before loans said it
    apr: Decimal
    fees_minor: int  # kept back when it is paid out, tax included
    disbursed_minor: int
    disbursed_on: date | None  # the first part of it
    outstanding_minor: int  # principal
    overdue_minor: int
    overdue_since: date | None
    days_past_due: int
    classification: Classification
    classified_by: ClassifiedBy
    stage: Stage | None  # None: nothing is owed of it, or not shown to customers
    npa_since: date | None  # None: it performs, or not shown to customers
    provision_minor: int | None  # for what may be lost of it; None: not shown to customers
    next_due_on: date | None
    next_due_minor: int
    operation_id: UUID | None  # a movement of its money that is under way
    operation: str | None
    scorecard: Scorecard | None  # None: not shown to customers
    applied_by: str | None  # None: not shown to customers
    applied_at: datetime
    decided_by: str | None
    approved_by: str | None  # the second person, where one was needed
    decided_at: datetime | None
    decision_reason: str | None
    updated_at: datetime


class GetLoan(Query):
    """One loan; a customer sees his own only."""

    reply = Loan

    loan_id: UUID


class Loans(Message):
    """A page of loans; `next_cursor` is None on the last one."""

    items: tuple[Loan, ...]
    next_cursor: str | None


class ListLoans(Query):
    """Loans, newest first; a customer sees his own only."""

    reply = Loans

    customer_id: CustomerId | None = None
    state: LoanState | None = None
    days_past_due_min: Annotated[int, Field(ge=1, le=36_500)] | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class GetLoanSchedule(Query):
    """The schedule of one loan, as it was applied for or, once paid out, as it is.

    A version is the schedule as it was when what made it had become known.
    """

    reply = LoanSchedule

    loan_id: UUID
    version: Annotated[int, Field(strict=True, ge=1, le=2**53)] | None = None  # None: as it is


class KeyFacts(Shape, Message):
    """What a borrower is told before his loan is approved; nothing else can be charged later.

    The figures of the Key Facts Statement of the Reserve Bank of India, circular RBI/2024-25/18.
    """

    loan_id: UUID
    customer_id: int
    account_number: str
    product_code: str
    product_name: str
    product_version: int
    prepared_on: date
    currency: Currency
    principal_minor: int
    annual_rate: Decimal
    benchmark: str | None = None  # with which the rate floats; None: it is fixed
    benchmark_rate: Decimal | None = None  # of the benchmark when this was told
    method: Method
    frequency: Frequency
    counting: CountingRules | None = None  # None: told before it was said
    instalments: int
    instalment_minor: int
    first_due_date: date
    last_due_date: date
    fees: tuple[ChargedFee, ...]  # kept back from what is paid out
    fees_minor: int  # of all these, with their tax
    instalment_fees: tuple[ChargedFee, ...] = ()  # each as it adds up over all instalments
    net_disbursed_minor: int
    total_interest_minor: int
    total_due_minor: int  # with all instalments, their fees included
    apr: Decimal
    penal_rate: Decimal
    # How else late payment is charged; None: told before any was, and none is.
    penal_amount_minor: int | None = None
    penal_grace_days: int | None = None
    penal_cap_minor: int | None = None  # also None: no cap
    penal_tax_percent: Decimal | None = None
    cooling_off_days: int
    schedule: tuple[Instalment, ...]


class GetKeyFacts(Query):
    """The key facts of one loan as its borrower was told them; a customer sees his own only."""

    reply = KeyFacts

    loan_id: UUID
