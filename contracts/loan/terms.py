"""The terms of a loan: every choice of a schedule but how much, when, and to whom.

A quote, a product and a loan that is kept share them, so that what was quoted is what is lent.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.calendar import DueDates
from contracts.loan.shape import INSTALMENTS_MAX, Percent, Shape
from contracts.loan.words import (
    DayCount,
    DaysInMonth,
    DaysInYear,
    FeeCharged,
    Frequency,
    InterestPeriod,
    Method,
    PercentOf,
    ScheduleType,
)
from contracts.money import MINOR_MAX, Currency
from contracts.words import ShortName

Rate = Annotated[Decimal, Field(ge=0, le=200, max_digits=9, decimal_places=6)]  # percent a year


class Fee(BaseModel):
    """A fee: an amount, or a percentage of something; `tax_percent` comes on top of either."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ShortName
    amount_minor: Annotated[int, Field(gt=0, le=MINOR_MAX)] | None = None
    percent: Percent | None = None  # instead of the amount
    percent_of: PercentOf = PercentOf.PRINCIPAL
    charged: FeeCharged = FeeCharged.AT_DISBURSEMENT
    tax_percent: Percent = Decimal(0)  # such as the goods and services tax


class LoanTerms(Shape, DueDates):
    """Every choice of a schedule; what two of them contradict is refused when one is drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    annual_rate: Rate
    instalments: Annotated[int, Field(ge=1, le=INSTALMENTS_MAX)]
    currency: Currency = Currency.INR
    method: Method = Method.EMI
    frequency: Frequency = Frequency.MONTHLY
    interest_period: InterestPeriod = InterestPeriod.SAME_AS_REPAYMENT
    days_in_year: DaysInYear = DaysInYear.D365
    days_in_month: DaysInMonth = DaysInMonth.D30
    day_count: DayCount | None = None  # None: by days_in_year and days_in_month
    schedule_type: ScheduleType | None = None  # None: by the other terms, services/loan/domain
    instalment_multiple_minor: Annotated[int, Field(ge=1, le=10**9)] = 1
    fees: Annotated[tuple[Fee, ...], Field(max_length=20)] = ()
