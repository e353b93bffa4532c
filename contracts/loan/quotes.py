"""Quotes: what a loan would cost on given terms; nothing is stored."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import EVERYONE, Message, Query, Role
from contracts.money import MINOR_MAX, Currency
from contracts.words import ShortName


class Method(StrEnum):
    """How principal and interest are spread over the instalments."""

    EMI = "EMI"


class Frequency(StrEnum):
    """How often an instalment is due."""

    MONTHLY = "MONTHLY"


class InterestPeriod(StrEnum):
    """Interest of a period: a twelfth of the yearly rate, or day by day."""

    SAME_AS_REPAYMENT = "SAME_AS_REPAYMENT"


class Instalment(BaseModel):
    model_config = ConfigDict(frozen=True)

    number: int
    due_date: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    due_minor: int
    balance_minor: int  # principal outstanding after this instalment


class LoanSchedule(Message):
    """Every instalment of a loan and its cost, in minor units of `currency`."""

    currency: Currency
    instalment_minor: int
    instalments: tuple[Instalment, ...]
    total_interest_minor: int
    total_due_minor: int
    apr: Decimal  # percent a year, two decimals: 12 x the monthly internal rate of return


class Fee(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ShortName
    amount_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)]


class QuoteLoan(Query):
    """The schedule of a loan on these terms; nothing is stored."""

    reply = LoanSchedule
    roles = EVERYONE | {Role.SYSTEM}

    principal_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)]
    annual_rate: Annotated[Decimal, Field(ge=0, le=200, max_digits=9, decimal_places=6)]  # percent
    instalments: Annotated[int, Field(ge=1, le=600)]
    start_date: date
    first_due_date: date | None = None  # None: one period after the start
    method: Method = Method.EMI
    frequency: Frequency = Frequency.MONTHLY
    interest_period: InterestPeriod = InterestPeriod.SAME_AS_REPAYMENT
    instalment_multiple_minor: Annotated[int, Field(ge=1, le=10**9)] = 1
    currency: Currency = Currency.INR
    fees: Annotated[tuple[Fee, ...], Field(max_length=20)] = ()
