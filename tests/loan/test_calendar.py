"""Due dates, and the lengths of the periods between them."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import HolidayRule
from contracts.loan.words import Frequency
from contracts.words import Weekday
from services.loan.domain.calendar import periods_of
from services.loan.domain.refusals import UnsupportedTerms
from tests.loan.terms import terms


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(*texts: str) -> list[date]:
    return [day(text) for text in texts]


def due_dates(
    start: str, first_due: str | None = None, *, instalments: int, **chosen: Any
) -> list[date]:
    wanted = terms(instalments=instalments, **chosen)
    first = None if first_due is None else day(first_due)
    return [each.due for each in periods_of(wanted, day(start), first)]


def first_length(start: str, first_due: str, **chosen: Any) -> Fraction:
    return periods_of(terms(**chosen), day(start), day(first_due))[0].length


def test_a_loan_from_the_thirty_first_keeps_that_day_where_the_month_has_it() -> None:
    assert due_dates("2023-01-31", instalments=4) == days(
        "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31"
    )


@pytest.mark.parametrize(
    ("first", "february", "leap_february"),
    [
        ("2023-01-31", "2023-02-28", "2024-02-29"),
        ("2023-01-30", "2023-02-28", "2024-02-29"),
        ("2023-01-28", "2023-02-28", "2024-02-28"),
        ("2023-01-25", "2023-02-25", "2024-02-25"),
    ],
)
def test_n9_the_first_due_date_sets_the_day_of_all_others(
    first: str, february: str, leap_february: str
) -> None:
    """LoanApplicationScheduleMonthlyTest of Apache Fineract: paid out on 30 December 2022."""
    dates = due_dates("2022-12-30", first, instalments=14)

    seed = day(first).day
    assert dates[0] == day(first)
    assert [dates[1], dates[13]] == days(february, leap_february)
    assert dates[12] == date(2024, 1, seed)
    assert all(each.day == min(seed, 30) for each in dates if each.month in (4, 6, 9, 11))


@pytest.mark.parametrize(
    ("chosen", "second"),
    [
        ({"frequency": Frequency.WEEKLY}, "2024-01-15"),
        ({"frequency": Frequency.FORTNIGHTLY}, "2024-01-29"),
        ({"frequency": Frequency.EVERY_N_DAYS, "every_days": 15}, "2024-01-31"),
    ],
)
def test_other_frequencies_count_days(chosen: dict[str, Any], second: str) -> None:
    assert due_dates("2024-01-01", instalments=2, **chosen)[1] == day(second)


@pytest.mark.parametrize(
    ("start", "first", "length"),
    [
        ("2023-02-28", "2023-03-31", Fraction(1)),
        ("2023-01-31", "2023-02-28", Fraction(1)),
        ("2023-01-10", "2023-02-10", Fraction(1)),
        ("2024-01-15", "2024-02-01", Fraction(17, 31)),
        ("2022-12-30", "2023-01-31", Fraction(32, 31)),
        ("2023-12-20", "2024-02-01", 1 + Fraction(12, 31)),
    ],
)
def test_a_first_period_is_as_long_as_its_days_say(
    start: str, first: str, length: Fraction
) -> None:
    assert first_length(start, first) == length


def test_a_first_period_of_weeks_is_as_long_as_its_days_say() -> None:
    weekly = {"frequency": Frequency.WEEKLY}
    assert first_length("2024-01-01", "2024-01-11", **weekly) == Fraction(10, 7)


@pytest.mark.parametrize(
    ("rule", "moved"),
    [
        (HolidayRule.SAME_DAY, "2024-06-30"),
        (HolidayRule.NEXT_WORKING_DAY, "2024-07-02"),
        (HolidayRule.PREVIOUS_WORKING_DAY, "2024-06-28"),
        (HolidayRule.MODIFIED_FOLLOWING, "2024-06-28"),
    ],
)
def test_a_due_date_on_a_holiday_goes_where_the_rule_says_and_alone(
    rule: HolidayRule, moved: str
) -> None:
    # 29 and 30 June 2024 are a weekend, 1 July is a holiday.
    dates = due_dates(
        "2024-05-30",
        instalments=2,
        holiday_rule=rule,
        holidays=(day("2024-07-01"),),
        weekly_holidays=(Weekday.SATURDAY, Weekday.SUNDAY),
    )

    assert dates == days(moved, "2024-07-30")


def test_holidays_that_leave_no_day_between_due_dates_are_refused() -> None:
    with pytest.raises(UnsupportedTerms, match="after the one before"):
        due_dates(
            "2024-06-27",
            instalments=5,
            frequency=Frequency.EVERY_N_DAYS,
            every_days=1,
            weekly_holidays=(Weekday.SUNDAY,),
            holiday_rule=HolidayRule.NEXT_WORKING_DAY,
        )


def test_a_first_due_date_that_is_not_after_the_start_is_refused() -> None:
    with pytest.raises(UnsupportedTerms, match="after the start date"):
        due_dates("2023-01-10", "2023-01-10", instalments=12)


@pytest.mark.parametrize("start", ["9990-01-01", "1799-12-31"])
def test_dates_beyond_the_calendar_are_refused(start: str) -> None:
    with pytest.raises(UnsupportedTerms, match="beyond the calendar"):
        due_dates(start, instalments=600)


@given(start=st.dates(date(1900, 1, 1), date(2200, 1, 1)), count=st.integers(1, 600))
def test_there_is_one_due_date_in_every_month(start: date, count: int) -> None:
    dates = [each.due for each in periods_of(terms(instalments=count), start)]

    months = [(each.year * 12 + each.month) - (start.year * 12 + start.month) for each in dates]
    assert months == list(range(1, count + 1))
    assert all(each.day <= start.day for each in dates)
