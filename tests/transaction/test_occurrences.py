"""The days on which transfers of standing orders are due, whatever the order says."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.calendar import HolidayRule
from contracts.envelope import DomainError
from contracts.transaction.standing_orders import OrderDates, OrderFrequency
from contracts.words import Weekday
from services.transaction.domain.occurrences import (
    Occurrence,
    check_dates,
    due_on,
    following,
)

TODAY = date(2026, 1, 1)
MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "HALF_YEARLY": 6, "YEARLY": 12}
DAYS = st.dates(TODAY, date(2029, 12, 31))
ORDERS: Any = st.builds(
    OrderDates,
    frequency=st.sampled_from(OrderFrequency),
    start_date=DAYS,
    end_date=st.none() | st.dates(TODAY, date(2040, 1, 1)),
    occurrences=st.none() | st.integers(1, 40),
    holiday_rule=st.sampled_from(HolidayRule),
    holidays=st.lists(st.dates(TODAY, date(2031, 1, 1)), max_size=20).map(tuple),
    weekly_holidays=st.sets(st.sampled_from(Weekday), max_size=3).map(tuple),
)


def first_of(dates: OrderDates, count: int = 60) -> list[Occurrence]:
    found: list[Occurrence] = []
    each = following(dates, 0)
    while each is not None and len(found) < count:
        found.append(each)
        each = following(dates, each.number)
    return found


def accepted(dates: OrderDates) -> bool:
    try:
        check_dates(dates, TODAY)
    except DomainError:
        return False
    return True


@given(dates=ORDERS)
def test_due_dates_of_an_order_that_is_accepted_only_go_forward(dates: OrderDates) -> None:
    assume(accepted(dates))

    found = first_of(dates)

    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert found[0].due_on >= TODAY
    assert all(before.due_on < after.due_on for before, after in pairwise(found))
    assert len(found) <= (dates.occurrences or 60)


@given(dates=ORDERS)
def test_a_month_keeps_the_first_day_where_it_has_it(dates: OrderDates) -> None:
    assume(dates.frequency in MONTHS)
    plain = dates.model_copy(update={"holiday_rule": HolidayRule.SAME_DAY})

    for each in first_of(plain):
        months = MONTHS[dates.frequency] * (each.number - 1)
        year, month = divmod(dates.start_date.month - 1 + months, 12)
        assert (each.due_on.year, each.due_on.month) == (dates.start_date.year + year, month + 1)
        is_last = (each.due_on + timedelta(days=1)).day == 1
        assert each.due_on.day == dates.start_date.day or (
            is_last and each.due_on.day < dates.start_date.day
        )


@given(dates=ORDERS)
def test_what_falls_on_a_holiday_moves_by_the_rule_and_nothing_else_does(
    dates: OrderDates,
) -> None:
    def is_holiday(day: date) -> bool:
        return day in dates.holidays or list(Weekday)[day.weekday()] in dates.weekly_holidays

    plain = dates.model_copy(update={"holiday_rule": HolidayRule.SAME_DAY})
    for planned, moved in zip(first_of(plain), first_of(dates), strict=True):
        if dates.holiday_rule is HolidayRule.SAME_DAY or not is_holiday(planned.due_on):
            assert moved == planned
            continue
        assert not is_holiday(moved.due_on)
        is_later = moved.due_on > planned.due_on
        if dates.holiday_rule is HolidayRule.NEXT_WORKING_DAY:
            assert is_later
        elif dates.holiday_rule is HolidayRule.PREVIOUS_WORKING_DAY:
            assert not is_later
        else:
            assert moved.due_on.month == planned.due_on.month or not is_later


@given(dates=ORDERS, data=st.data())
def test_what_is_left_out_moves_no_other_date(dates: OrderDates, data: st.DataObject) -> None:
    assume(accepted(dates))
    found = first_of(dates, 10)
    skipped = data.draw(st.sets(st.sampled_from([each.number for each in found])))

    left = [each for each in found if each.number not in skipped]

    walked: list[Occurrence] = []
    each = following(dates, 0, skipped)
    while each is not None and each.number <= found[-1].number:
        walked.append(each)
        each = following(dates, each.number, skipped)
    assert walked == left


@given(dates=ORDERS, place=st.integers(0, 9))
def test_a_transfer_is_found_by_its_day(dates: OrderDates, place: int) -> None:
    assume(accepted(dates))
    found = first_of(dates, 10)
    wanted = found[place % len(found)]

    assert due_on(dates, wanted.due_on, 0) == wanted
    assert due_on(dates, wanted.due_on, wanted.number) is None
