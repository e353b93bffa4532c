"""Due dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loan.domain.calendar import monthly_due_dates
from services.loan.domain.refusals import UnsupportedTerms


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def test_a_loan_from_the_thirty_first_keeps_that_day_where_the_month_has_it() -> None:
    assert monthly_due_dates(date(2023, 1, 31), None, 4) == days(
        "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"
    )


def test_a_first_due_date_on_the_last_day_sets_the_day_of_the_others() -> None:
    dates = monthly_due_dates(date(2022, 12, 31), date(2023, 1, 31), 14)

    assert dates[:4] == days("2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30")
    assert dates[12:] == days("2024-01-31", "2024-02-29")


def test_from_the_end_of_a_short_month_to_the_end_of_a_long_one_is_one_month() -> None:
    assert monthly_due_dates(date(2023, 2, 28), date(2023, 3, 31), 2) == days(
        "2023-03-31", "2023-04-30"
    )


@pytest.mark.parametrize("first_due", days("2023-01-10", "2023-02-09", "2023-02-11", "2023-03-10"))
def test_a_broken_first_period_is_refused(first_due: date) -> None:
    with pytest.raises(UnsupportedTerms, match="one month after"):
        monthly_due_dates(date(2023, 1, 10), first_due, 12)


def test_dates_beyond_the_calendar_are_refused() -> None:
    with pytest.raises(UnsupportedTerms, match="beyond the calendar"):
        monthly_due_dates(date(9990, 1, 1), None, 600)


@given(start=st.dates(date(1900, 1, 1), date(2200, 1, 1)), count=st.integers(1, 600))
def test_there_is_one_due_date_in_every_month(start: date, count: int) -> None:
    dates = monthly_due_dates(start, None, count)

    months = [(day.year * 12 + day.month) - (start.year * 12 + start.month) for day in dates]
    assert months == list(range(1, count + 1))
    assert all(day.day <= start.day for day in dates)
