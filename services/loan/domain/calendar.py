"""Due dates: one a month, on the same day of the month wherever the month has it."""

from datetime import date

from dateutil.relativedelta import relativedelta

from services.loan.domain.refusals import UnsupportedTerms

_ONE_MONTH = relativedelta(months=1)
_ONE_DAY = relativedelta(days=1)


def monthly_due_dates(start: date, first_due: date | None, count: int) -> list[date]:
    """`count` due dates from `first_due`, or from one month after `start`.

    Each is counted from the first one's day, never from its neighbour, so that a short month
    shortens nothing but itself: 31 Jan, 28 Feb, 31 Mar.

    Raises:
        UnsupportedTerms: the first period is not one whole month, or the calendar ends first.
            A broken first period needs interest by the day, which is not offered: charging a
            month's interest for it would be wrong by up to a month.
    """
    if start.year + count // 12 + 2 > date.max.year:
        raise UnsupportedTerms("The last due date lies beyond the calendar.")
    if first_due is None:
        return [start + _ONE_MONTH * number for number in range(1, count + 1)]
    if not _is_month_later(start, first_due):
        raise UnsupportedTerms("The first due date must be one month after the start date.")
    return [first_due + _ONE_MONTH * number for number in range(count)]


def _is_month_later(start: date, end: date) -> bool:
    """The same day of the next month, its last day if it is shorter, or both last days."""
    if start + _ONE_MONTH == end:
        return True
    next_month = (start + _ONE_MONTH).replace(day=1) == end.replace(day=1)
    return next_month and _is_last_of_month(start) and _is_last_of_month(end)


def _is_last_of_month(day: date) -> bool:
    return (day + _ONE_DAY).month != day.month
