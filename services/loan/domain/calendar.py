"""Due dates of loans, and how long the periods between them are."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from contracts.calendar import months_after, working_day
from contracts.loan.terms import LoanTerms
from contracts.loan.words import Frequency
from services.loan.domain.refusals import UnsupportedTerms

_ONE_DAY = timedelta(days=1)
_ONE = Fraction(1)
_FIRST_YEAR, _LAST_YEAR = 1800, 9990


@dataclass(frozen=True, slots=True)
class Period:
    """The days whose interest is due together: from `start` on, `due` not counted."""

    start: date
    due: date
    length: Fraction = _ONE  # as a number of regular periods, whatever holidays move

    @property
    def days(self) -> int:
        return (self.due - self.start).days


def periods_of(terms: LoanTerms, start: date, first_due: date | None = None) -> tuple[Period, ...]:
    """The periods of a loan from the day on which it is first paid out.

    Raises:
        UnsupportedTerms: the calendar ends before the last due date, a first due date is not after
            the start, or holidays leave no day between two due dates.
    """
    dates = _due_dates(terms, start, first_due)
    moved = [working_day(terms, day) for day in dates]
    if any(before >= after for before, after in pairwise([start, *moved])):
        raise UnsupportedTerms("Each due date must be after the one before, and the start date.")
    periods = [Period(*days) for days in pairwise([start, *moved])]
    if first_due is not None:
        periods[0] = replace(periods[0], length=length_between(terms, start, first_due))
    return tuple(periods)


def step(terms: LoanTerms, anchor: date, count: int) -> date:
    """The date so many periods after `anchor`, or before it; a month keeps the day it can keep."""
    if terms.frequency is not Frequency.MONTHLY:
        return anchor + timedelta(days=period_days(terms) * count)
    return months_after(anchor, count)


def period_days(terms: LoanTerms) -> int:
    """The days of a period that has always as many."""
    days = {Frequency.WEEKLY: 7, Frequency.FORTNIGHTLY: 14}.get(terms.frequency, terms.every_days)
    if days is None:
        raise UnsupportedTerms("EVERY_N_DAYS needs every_days.")
    return days


def length_between(terms: LoanTerms, start: date, due: date) -> Fraction:
    """The days up to a due date as regular periods, counted back from it; the rest by days."""
    if step(terms, start, 1) == due or _are_ends_of_neighbours(terms, start, due):
        return _ONE
    count = _whole_periods(terms, start, due)
    nearest, before = (step(terms, due, -count - more) for more in (0, 1))
    return count + Fraction((nearest - start).days, (nearest - before).days)


def _due_dates(terms: LoanTerms, start: date, first_due: date | None) -> list[date]:
    latest = max(start, first_due or start)
    if terms.frequency is Frequency.MONTHLY:
        last_year = latest.year + terms.instalments // 12 + 2
    else:
        last_year = latest.year + terms.instalments * period_days(terms) // 365 + 2
    if start.year < _FIRST_YEAR or last_year > _LAST_YEAR:
        raise UnsupportedTerms("The last due date lies beyond the calendar.")
    if first_due is None:
        return [step(terms, start, number) for number in range(1, terms.instalments + 1)]
    if first_due <= start:
        raise UnsupportedTerms("The first due date must be after the start date.")
    return [step(terms, first_due, number) for number in range(terms.instalments)]


def _whole_periods(terms: LoanTerms, start: date, due: date) -> int:
    """How many times one can step back from `due` without passing `start`."""
    if terms.frequency is not Frequency.MONTHLY:
        return (due - start).days // period_days(terms)
    count = (due.year - start.year) * 12 + due.month - start.month
    return count if step(terms, due, -count) >= start else count - 1


def _are_ends_of_neighbours(terms: LoanTerms, start: date, due: date) -> bool:
    """Both are the last day of their months, which follow one another."""
    if terms.frequency is not Frequency.MONTHLY:
        return False
    next_month = step(terms, start.replace(day=1), 1)
    return next_month == due.replace(day=1) and _ends_month(start) and _ends_month(due)


def _ends_month(day: date) -> bool:
    return (day + _ONE_DAY).month != day.month
