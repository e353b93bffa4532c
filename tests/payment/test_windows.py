"""Which window between the banks a posting is in: one, by the rule of its rail and its time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payment.rails import RailRule
from contracts.payment.values import Rail
from infra.runtime.clock import business_date
from services.payment.domain.settling import Window, clearing_line, rail_of, window_of
from tests.payment.test_cut_offs import ALWAYS, BY_DAY
from tests.payment.test_rail_hours import MOMENTS, india

WHOLE_DAY = ALWAYS.model_copy(update={"batch_minutes": None})
BY_THE_HOUR = WHOLE_DAY.model_copy(update={"settlement_minutes": 60})
RULES = st.sampled_from([None, ALWAYS, BY_DAY, WHOLE_DAY, BY_THE_HOUR])
FRIDAY = date(2026, 1, 23)


@pytest.mark.parametrize(
    ("rule", "at", "window"),
    [
        pytest.param(ALWAYS, "2026-01-23 10:29:59", "20260123-1030", id="as batches leave"),
        pytest.param(ALWAYS, "2026-01-23 23:45", "20260123-2400", id="the last of a date"),
        pytest.param(BY_DAY, "2026-01-23 18:50", "20260124-0830", id="after hours"),
        pytest.param(WHOLE_DAY, "2026-01-23 10:29:59", "20260123", id="a business date"),
        pytest.param(BY_THE_HOUR, "2026-01-23 10:30", "20260123-1100", id="as the rule says"),
        pytest.param(None, "2026-01-23 10:30", "20260123", id="without a rule"),
    ],
)
def test_a_window_follows_from_the_rule(rule: RailRule | None, at: str, window: str) -> None:
    assert str(window_of(rule, india(at), FRIDAY)) == window


def test_what_is_booked_on_the_next_date_before_midnight_is_in_its_first_window() -> None:
    window = window_of(ALWAYS, india("2026-01-22 22:15"), FRIDAY)

    assert str(window) == "20260123-0030"


@given(RULES, MOMENTS, st.integers(0, 10**6))
def test_windows_are_in_the_order_of_time_and_a_posting_is_before_the_end_of_its_own(
    rule: RailRule | None, at: datetime, seconds: int
) -> None:
    later = at + timedelta(seconds=seconds)
    first, second = (window_of(rule, each, business_date(each)) for each in (at, later))

    assert not first.is_after(second)
    assert (first == second) == (not second.is_after(first))
    assert not first.is_over(at, business_date(at))
    assert first.is_over(first.ends or at, first.day + timedelta(days=1))


@given(RULES, MOMENTS)
def test_each_window_has_a_name_of_its_own(rule: RailRule | None, at: datetime) -> None:
    windows: set[Window] = {
        window_of(rule, each, business_date(each))
        for each in (at + timedelta(minutes=10 * step) for step in range(200))
    }

    assert len({str(each) for each in windows}) == len(windows)


@pytest.mark.parametrize("rail", Rail)
def test_a_clearing_line_says_whose_it_is(rail: Rail) -> None:
    assert rail_of(clearing_line(rail, ALWAYS.currency)) is rail


@pytest.mark.parametrize("number", ["GL-CLEARING-XYZ-INR", "GL-SETTLEMENT-INR", "AC-1", "IMPS"])
def test_no_other_account_is_the_clearing_line_of_a_rail(number: str) -> None:
    assert rail_of(number) is None
