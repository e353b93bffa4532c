"""When the business day turns."""

from datetime import date, timedelta

from services.account.domain.refusals import DayAlreadyClosed, DayNotBegun, DayNotOpen

DAYS_AT_ONCE_MAX = 31  # days that are caught up in one transaction; the rest follows in the next


def next_day(day: date) -> date:
    """Every day is a business day: accounts are open on holidays too."""
    return day + timedelta(days=1)


def check_closing(wished: date, open_day: date, calendar_day: date, *, is_closed: bool) -> None:
    """Ask whether the day that somebody names can be closed by hand.

    Raises:
        DayAlreadyClosed: it was closed before.
        DayNotOpen: it comes after the open day, or before the first one.
        DayNotBegun: by the calendar it has not begun.
    """
    if is_closed:
        raise DayAlreadyClosed(f"{wished} is closed; {open_day} is open.")
    if wished != open_day:
        raise DayNotOpen(f"{wished} is not open; {open_day} is.")
    if wished > calendar_day:
        raise DayNotBegun(f"{wished} has not begun: by the calendar it is {calendar_day}.")


def days_over(open_day: date, calendar_day: date) -> list[date]:
    """The days that the calendar has passed, oldest first, at most `DAYS_AT_ONCE_MAX`."""
    days = min((calendar_day - open_day).days, DAYS_AT_ONCE_MAX)
    return [open_day + timedelta(days=passed) for passed in range(days)]
