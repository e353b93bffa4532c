"""Due dates: months later, and where a date goes that falls on a holiday.

Every date is counted from the first one, never from its neighbour, so that a short month shortens
nothing but itself: 31 Jan, 28 Feb, 31 Mar. A due date that moves away from a holiday moves alone.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Weekday

HOLIDAYS_MAX = 400  # some twenty of a year, for twenty years

_ONE_DAY = timedelta(days=1)
_WEEKDAYS = tuple(Weekday)  # Monday is 0, as date.weekday has it


class HolidayRule(StrEnum):
    """Where a due date goes that falls on a holiday."""

    SAME_DAY = "SAME_DAY"
    NEXT_WORKING_DAY = "NEXT_WORKING_DAY"
    PREVIOUS_WORKING_DAY = "PREVIOUS_WORKING_DAY"
    # The next one, unless it is in another month: then the previous one.
    MODIFIED_FOLLOWING = "MODIFIED_FOLLOWING"


class DueDates(BaseModel):
    """Where a due date goes that falls on a holiday."""

    model_config = ConfigDict(frozen=True)

    holiday_rule: HolidayRule = HolidayRule.SAME_DAY
    holidays: Annotated[tuple[date, ...], Field(max_length=HOLIDAYS_MAX)] = ()
    weekly_holidays: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ()


def months_after(anchor: date, count: int) -> date:
    """The same day of the month so many months later, or the last one of a shorter month."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + count, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def working_day(dates: DueDates, day: date) -> date:
    """The day itself, or where the rule moves it."""
    rule = dates.holiday_rule
    if rule is HolidayRule.SAME_DAY or not _is_holiday(dates, day):
        return day
    if rule is HolidayRule.PREVIOUS_WORKING_DAY:
        return _nearest(dates, day, -_ONE_DAY)
    following = _nearest(dates, day, _ONE_DAY)
    if rule is HolidayRule.MODIFIED_FOLLOWING and following.month != day.month:
        return _nearest(dates, day, -_ONE_DAY)
    return following


def _is_holiday(dates: DueDates, day: date) -> bool:
    return _WEEKDAYS[day.weekday()] in dates.weekly_holidays or day in dates.holidays


def _nearest(dates: DueDates, day: date, direction: timedelta) -> date:
    """The next working day that way; the lists of holidays are short, so it is never far."""
    while _is_holiday(dates, day):
        day += direction
    return day
