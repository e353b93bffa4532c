"""Quotes: what a loan would cost on given terms; nothing is stored."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import EVERYONE, Message, Query, Role
from contracts.loan.terms import LoanTerms, Rate
from contracts.loan.words import ScheduleType
from contracts.money import MINOR_MAX, Currency

CHANGES_MAX = 24  # of each kind: every one costs a schedule of its own


class Disbursement(BaseModel):
    """What is paid out on a day."""

    model_config = ConfigDict(frozen=True)

    on: date
    amount_minor: int


class Instalment(BaseModel):
    """What is due on one date, and how its interest came about."""

    model_config = ConfigDict(frozen=True)

    number: int
    due_date: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    due_minor: int
    balance_minor: int  # principal outstanding after this instalment
    # Interest is counted from this day on to the due date; None: of a quote before 0.3.
    from_date: date | None = None
    days: int = 0
    waived_minor: int = 0  # of what is due, what the bank does without
    rate_factor: Decimal = Decimal(0)  # of the period's interest to its balance, twelve decimals


class LoanSchedule(Message):
    """Every instalment of a loan and its cost, in minor units of `currency`."""

    currency: Currency
    instalment_minor: int  # of the first one that repays principal
    instalments: tuple[Instalment, ...]
    total_interest_minor: int
    total_due_minor: int
    apr: Decimal  # percent a year, two decimals: the internal rate of a period x periods a year
    total_principal_minor: int = 0
    total_fees_minor: int = 0  # kept back and due with instalments, the tax on them included
    net_disbursed_minor: int = 0  # what the borrower gets
    schedule_type: ScheduleType = ScheduleType.CUMULATIVE  # the one that the terms lead to
    disbursements: tuple[Disbursement, ...] = ()


class Tranche(BaseModel):
    """A part of the loan that is paid out on a date of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    amount_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)]


class RateChange(BaseModel):
    """Another yearly rate for the days from this one on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_date: date
    annual_rate: Rate


class QuoteLoan(LoanTerms, Query):
    """The schedule of a loan on these terms; nothing is stored."""

    reply = LoanSchedule
    roles = EVERYONE | {Role.SYSTEM}

    principal_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)]
    start_date: date
    first_due_date: date | None = None  # None: one period after the start
    # What they leave of the principal is paid out on the start date. Where they leave nothing,
    # and none is on the start date, they come on top of it.
    tranches: Annotated[tuple[Tranche, ...], Field(max_length=CHANGES_MAX)] = ()
    rate_changes: Annotated[tuple[RateChange, ...], Field(max_length=CHANGES_MAX)] = ()
