"""On which days the transfers of an order are due.

Each is counted from the start, so that 31 January is followed by 28 February and that by 31 March.
One that holidays move goes alone, and stays the transfer of its number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from contracts.calendar import HolidayRule, months_after, working_day
from contracts.transaction.standing_orders import OCCURRENCES_MAX, OrderDates, OrderFrequency
from services.transaction.domain.refusals import (
    DatesTooFar,
    DueDatesMeet,
    EndBeforeStart,
    EndUnclear,
    StartInThePast,
)

START_YEARS_MAX, END_YEARS_MAX = 10, 30
_MONTHS = {
    OrderFrequency.MONTHLY: 1,
    OrderFrequency.QUARTERLY: 3,
    OrderFrequency.HALF_YEARLY: 6,
    OrderFrequency.YEARLY: 12,
}
_DAYS = {OrderFrequency.DAILY: 1, OrderFrequency.WEEKLY: 7, OrderFrequency.FORTNIGHTLY: 14}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One transfer of an order, by its number from 1."""

    number: int
    due_on: date


def following(dates: OrderDates, number: int, skipped: Collection[int] = ()) -> Occurrence | None:
    """The first transfer after that with this number which is not left out; None: there is none."""
    while (found := _occurrence(dates, number + 1)) is not None and found.number in skipped:
        number = found.number
    return found


def due_on(dates: OrderDates, day: date, number: int) -> Occurrence | None:
    """The transfer that is due on this day, after that with this number; None: none is."""
    found = following(dates, number)
    while found is not None and found.due_on < day:
        found = following(dates, found.number)
    return found if found is not None and found.due_on == day else None


def check_dates(dates: OrderDates, today: date) -> None:
    """Ask whether an order may be made on these dates.

    Raises:
        EndUnclear, EndBeforeStart, StartInThePast, DatesTooFar, DueDatesMeet: it may not.
    """
    ends = [end for end in (dates.end_date, dates.occurrences) if end is not None]
    if len(ends) > (dates.frequency is not OrderFrequency.ONCE):
        raise EndUnclear
    if dates.end_date is not None and dates.end_date < dates.start_date:
        raise EndBeforeStart
    if min(dates.start_date, working_day(dates, dates.start_date)) < today:
        raise StartInThePast
    _check_distance(dates, today)
    _check_holidays(dates)


def _check_distance(dates: OrderDates, today: date) -> None:
    if dates.start_date > months_after(today, 12 * START_YEARS_MAX):
        raise DatesTooFar
    last = dates.end_date or _planned(dates, dates.occurrences or 1)
    if last > months_after(today, 12 * END_YEARS_MAX):
        raise DatesTooFar


def _check_holidays(dates: OrderDates) -> None:
    """Beyond the last of the holidays that are listed, the week alone moves what is due."""
    if dates.holiday_rule is HolidayRule.SAME_DAY:
        return
    if dates.frequency is OrderFrequency.DAILY:
        raise DueDatesMeet
    beyond = max([*dates.holidays, dates.start_date]) + timedelta(days=400)
    found: list[Occurrence] = []
    each = following(dates, 0)
    while each is not None and each.due_on <= beyond and each.number <= OCCURRENCES_MAX:
        found.append(each)
        each = following(dates, each.number)
    if any(before.due_on >= after.due_on for before, after in pairwise(found)):
        raise DueDatesMeet


def _occurrence(dates: OrderDates, number: int) -> Occurrence | None:
    """That of this number; None: the order has fewer."""
    last = 1 if dates.frequency is OrderFrequency.ONCE else dates.occurrences
    if last is not None and number > last:
        return None
    planned = _planned(dates, number)
    if dates.end_date is not None and planned > dates.end_date:
        return None
    return Occurrence(number, working_day(dates, planned))


def _planned(dates: OrderDates, number: int) -> date:
    """The day before holidays are looked at."""
    months = _MONTHS.get(dates.frequency)
    if months is not None:
        return months_after(dates.start_date, months * (number - 1))
    return dates.start_date + timedelta(days=_DAYS.get(dates.frequency, 0) * (number - 1))
