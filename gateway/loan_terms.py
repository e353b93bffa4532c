"""The terms of a loan as they are sent: amounts as decimal text, everything else as it is kept."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt

from contracts.calendar import HOLIDAYS_MAX, HolidayRule
from contracts.loan.shape import DAYS_MAX, INSTALMENTS_MAX
from contracts.loan.terms import Fee
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
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import ShortName, Weekday
from gateway.exact_json import NumberText
from gateway.money import Amount, ExactDecimal, minor_units
from gateway.schemas import Body, IsoDate

_AMOUNTS = {"balloon", "down_payment"}


def _as_text(value: Any) -> Any:
    """360 means "360": a count of days may be written either way."""
    if isinstance(value, NumberText):
        return value.text
    return str(value) if type(value) is int else value


YearDays = Annotated[DaysInYear, BeforeValidator(_as_text)]
MonthDays = Annotated[DaysInMonth, BeforeValidator(_as_text)]
Periods = Annotated[StrictInt, Field(ge=0, le=INSTALMENTS_MAX)]


class FeeRequest(Body):
    """A fee of the loan: an amount, or a percentage."""

    name: ShortName
    amount: Amount | None = Field(default=None, description="The fee; left out: `percent` says it.")
    percent: ExactDecimal | None = Field(
        default=None, description="The fee in percent of `percent_of`; left out: `amount` says it."
    )
    percent_of: PercentOf = Field(
        default=PercentOf.PRINCIPAL,
        description="Of what a percentage is: at disbursement of the principal, else of a part of "
        "each instalment.",
    )
    charged: FeeCharged = Field(
        default=FeeCharged.AT_DISBURSEMENT,
        description="Kept back from what is paid out, or due with each instalment.",
    )
    tax_percent: ExactDecimal = Field(
        default=Decimal(0), description="Tax on top of the fee, such as GST, in percent of the fee."
    )


class ShapeRequest(Body):
    """What makes instalments differ from equal ones."""

    every_days: Annotated[StrictInt, Field(ge=1, le=DAYS_MAX)] | None = Field(
        default=None, description="How many days there are between instalments, of EVERY_N_DAYS."
    )
    principal_grace: Periods = Field(
        default=0, description="How many of the first instalments repay no principal."
    )
    interest_grace: Periods = Field(
        default=0,
        description="How many of the first instalments have no interest due; it is due with the "
        "next one, and of FLAT spread over the others.",
    )
    interest_free_periods: Periods = Field(
        default=0, description="How many of the first periods bear no interest at all."
    )
    moratorium: Periods = Field(
        default=0,
        description="How many of the first instalments have nothing due: both graces in one.",
    )
    balloon: Amount | None = Field(
        default=None, description="Principal left to the last instalment; left out: none."
    )
    down_payment: Amount | None = Field(
        default=None,
        description="Paid back on the day on which the loan is first paid out; left out: nothing.",
    )
    down_payment_percent: ExactDecimal = Field(
        default=Decimal(0),
        description="Paid back of each disbursement on its day, in percent of it.",
    )

    def shape(self, currency: Currency, base: str = "") -> dict[str, Any]:
        """The fields of `Shape`; `base` is where in the request this stands.

        Raises:
            Problem: 422 `invalid-amount`.
        """
        kept = self.model_dump(include=ShapeRequest.model_fields.keys() - _AMOUNTS)
        return kept | _in_minor_units(self, _AMOUNTS, currency, base)


class DueDatesRequest(Body):
    """Where due dates on holidays go."""

    holiday_rule: HolidayRule = Field(
        default=HolidayRule.SAME_DAY,
        description="Where a due date on a holiday goes; the others stay.",
    )
    holidays: Annotated[tuple[IsoDate, ...], Field(max_length=HOLIDAYS_MAX)] = Field(
        default=(), description="Days that are holidays."
    )
    weekly_holidays: Annotated[tuple[Weekday, ...], Field(max_length=6)] = Field(
        default=(), description="Days of the week that are holidays."
    )


class LoanTermsRequest(ShapeRequest, DueDatesRequest):
    """Every choice of a schedule; `annual_rate` is in percent."""

    annual_rate: ExactDecimal
    instalments: Annotated[StrictInt, Field(ge=1, le=INSTALMENTS_MAX)]
    method: Method = Field(
        default=Method.EMI,
        description="Equal instalments, equal parts of principal, or flat interest.",
    )
    frequency: Frequency = Frequency.MONTHLY
    interest_period: InterestPeriod = InterestPeriod.SAME_AS_REPAYMENT
    days_in_year: YearDays = Field(
        default=DaysInYear.D365,
        description="The days of a year where interest goes by days. Others than 365 make it go by "
        "days also of a progressive schedule whose `interest_period` is SAME_AS_REPAYMENT.",
    )
    days_in_month: MonthDays = Field(
        default=DaysInMonth.D30,
        description="The days of a month where interest goes by days. ACTUAL makes it go by days "
        "also of a progressive schedule whose `interest_period` is SAME_AS_REPAYMENT.",
    )
    day_count: DayCount | None = Field(
        default=None,
        description="A convention that counts days and years, whatever `days_in_year` and "
        "`days_in_month` say; left out: they do.",
    )
    schedule_type: ScheduleType | None = Field(
        default=None,
        description="How the equal instalment is found: once, as if all periods were alike, or "
        "from each period's rate factor; left out: what published schedules on such terms do.",
    )
    instalment_multiple: Amount | None = Field(
        default=None,
        description="Equal instalments are multiples of it; left out: of the minor unit. Above one "
        "unit of the currency, principal and interest of EQUAL_PRINCIPAL are, too.",
    )
    currency: Currency = DEFAULT_CURRENCY
    fees: Annotated[tuple[FeeRequest, ...], Field(max_length=20)] = ()


def terms_of(body: LoanTermsRequest, base: str = "") -> dict[str, Any]:
    """The fields of `LoanTerms`; `base` is where in the request the terms stand.

    Raises:
        Problem: 422 `invalid-amount`.
    """
    others = {*ShapeRequest.model_fields, "instalment_multiple", "fees"}
    names = LoanTermsRequest.model_fields.keys() - others
    terms: dict[str, Any] = body.model_dump(include=names) | body.shape(body.currency, base)
    terms |= _in_minor_units(body, {"instalment_multiple"}, body.currency, base)
    terms["fees"] = tuple(
        fee_of(fee, body.currency, f"{base}/fees/{place}") for place, fee in enumerate(body.fees)
    )
    return terms


def _in_minor_units(body: Body, names: set[str], currency: Currency, base: str) -> dict[str, int]:
    """The amounts among these that are given."""
    given = {name: getattr(body, name) for name in sorted(names)}
    return {
        f"{name}_minor": minor_units(amount, currency, f"{base}/{name}")
        for name, amount in given.items()
        if amount is not None
    }


def fee_of(fee: FeeRequest, currency: Currency, base: str) -> Fee:
    """The fee in minor units; `base` is where in the request it stands.

    Raises:
        Problem: 422 `invalid-amount`.
    """
    amount = None if fee.amount is None else minor_units(fee.amount, currency, f"{base}/amount")
    return Fee(amount_minor=amount, **fee.model_dump(exclude={"amount"}))
