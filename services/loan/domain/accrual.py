"""Interest of days: which part of a year they are, and what a balance bears in them.

All exact: the one rounding is that of the amount, where it becomes due.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from contracts.loan.terms import LoanTerms
from contracts.loan.words import (
    DayCount,
    DaysInMonth,
    DaysInYear,
    Frequency,
    InterestPeriod,
    ScheduleType,
)
from services.loan.domain.calendar import Period, period_days

_ONE_DAY = timedelta(days=1)
_PERCENT = 100
_MONTH, _WEEK = Fraction(1, 12), Fraction(1, 52)
_PART_OF_YEAR = {
    Frequency.MONTHLY: _MONTH,
    Frequency.WEEKLY: _WEEK,
    Frequency.FORTNIGHTLY: 2 * _WEEK,
}


def interest_between(
    balance_minor: int,
    annual_rate: Decimal,
    since: date,
    until: date,
    *,
    terms: LoanTerms,
    period: Period | None = None,
) -> Fraction:
    """What a balance bears from `since` on, `until` not counted, in minor units, not rounded.

    The days lie within `period`; None: they are one.
    """
    return balance_minor * rate_factor(
        terms, period or Period(since, until), since, until, annual_rate
    )


def rate_factor(
    terms: LoanTerms, period: Period, since: date, until: date, annual_rate: Decimal
) -> Fraction:
    """Interest of these days of a period to the balance that bears it."""
    return Fraction(annual_rate) / _PERCENT * year_share(terms, period, since, until)


def year_share(terms: LoanTerms, period: Period, since: date, until: date) -> Fraction:
    """Which part of a year these days of a period are.

    Where a period is a fixed part of the year, a part of its days has that part of it.
    """
    days = (until - since).days
    if not counts_days(terms):
        return part_of_year(terms) * period.length * Fraction(days, period.days)
    if terms.day_count is not None:
        return _by_convention(terms.day_count, since, until)
    if terms.frequency is Frequency.MONTHLY and terms.days_in_month is DaysInMonth.D30:
        share = Fraction(days, period.days)
        return Fraction(30, _days_in_year(terms, period.start)) * period.length * share
    if terms.days_in_year is DaysInYear.ACTUAL and terms.schedule_type is ScheduleType.PROGRESSIVE:
        return _by_convention(DayCount.ACT_ACT_LAST_DAY, since, until)
    return Fraction(days, fixed_days_in_year(terms))


def counts_days(terms: LoanTerms) -> bool:
    """Whether interest goes by days, and not by fixed parts of the year.

    Of a progressive schedule also where the days of a month or of a year are named.
    """
    if terms.day_count is not None or terms.interest_period is InterestPeriod.DAILY:
        return True
    are_named = (
        terms.days_in_month is DaysInMonth.ACTUAL or terms.days_in_year is not DaysInYear.D365
    )
    return are_named and terms.schedule_type is ScheduleType.PROGRESSIVE


def part_of_year(terms: LoanTerms) -> Fraction:
    """A regular period as a fixed part of the year: a twelfth, a fifty-second, or by its days."""
    if terms.frequency in _PART_OF_YEAR:
        return _PART_OF_YEAR[terms.frequency]
    return Fraction(period_days(terms), fixed_days_in_year(terms))


def nominal_share(terms: LoanTerms) -> Fraction:
    """A regular period as if all were alike: a month has 30 days where days are counted."""
    if not counts_days(terms):
        return part_of_year(terms)
    days = 30 if terms.frequency is Frequency.MONTHLY else period_days(terms)
    return Fraction(days, fixed_days_in_year(terms))


def fixed_days_in_year(terms: LoanTerms) -> int:
    """The days of every year alike; 365 where the actual ones are not asked for."""
    if terms.day_count is not None:
        return 360 if terms.day_count is DayCount.THIRTY_E_360 else 365
    return 365 if terms.days_in_year is DaysInYear.ACTUAL else int(terms.days_in_year)


def _days_in_year(terms: LoanTerms, day: date) -> int:
    is_actual = terms.days_in_year is DaysInYear.ACTUAL
    if is_actual and terms.schedule_type is ScheduleType.PROGRESSIVE:
        return _length_of(day.year)
    return fixed_days_in_year(terms)


def _by_convention(convention: DayCount, since: date, until: date) -> Fraction:
    if convention is DayCount.THIRTY_E_360:
        return Fraction(_thirtieths(until) - _thirtieths(since), 360)
    if convention is DayCount.ACT_ACT_LAST_DAY:
        since, until = since + _ONE_DAY, until + _ONE_DAY
    return _by_years(since, until)


def _by_years(since: date, until: date) -> Fraction:
    """Of each calendar year its days over its length; `until` is not counted."""
    share = Fraction(0)
    for year in range(since.year, until.year + 1):
        first, after = max(since, date(year, 1, 1)), min(until, date(year + 1, 1, 1))
        share += Fraction((after - first).days, _length_of(year))
    return share


def _length_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _thirtieths(day: date) -> int:
    """The number of a day in years of twelve months of 30 days."""
    return day.year * 360 + day.month * 30 + min(day.day, 30)
