"""When a batch leaves: so many minutes after its rail opens, by the clock of India."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given

from contracts.money import Currency
from contracts.payment.rails import RailRule
from contracts.words import Weekday
from infra.runtime.clock import BUSINESS_ZONE
from services.payment.domain.payments import next_cut_off, opening
from tests.builders import an
from tests.payment.test_rail_hours import MOMENTS, india

ALWAYS = an(
    RailRule, currency=Currency.INR, least_minor=None, most_minor=None, batch_minutes=30
)  # as the law has it
BY_DAY = ALWAYS.model_copy(
    update={
        "opens": "08:00", "closes": "18:45", "weekly_holidays": (Weekday.SUNDAY,),
        "holidays": (date(2026, 1, 26),),
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        pytest.param("2026-01-23 00:00", "2026-01-23 00:30", id="at midnight, in the next one"),
        pytest.param("2026-01-23 10:29:59", "2026-01-23 10:30", id="before a cut-off"),
        pytest.param("2026-01-23 10:30", "2026-01-23 11:00", id="at a cut-off, in the next one"),
        pytest.param("2026-01-23 23:45", "2026-01-24 00:00", id="the last of the day"),
        pytest.param("2026-01-25 12:10", "2026-01-25 12:30", id="on a Sunday"),
    ],
)
def test_a_batch_leaves_every_half_hour_day_and_night(at: str, leaves: str) -> None:
    assert next_cut_off(ALWAYS, india(at)) == india(leaves)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        pytest.param("2026-01-23 07:00", "2026-01-23 08:30", id="before it opens"),
        pytest.param("2026-01-23 18:29", "2026-01-23 18:30", id="in the last whole window"),
        pytest.param("2026-01-23 18:30", "2026-01-23 18:45", id="in the one cut short"),
        pytest.param("2026-01-23 18:45", "2026-01-24 08:30", id="when it has closed"),
        pytest.param("2026-01-24 19:00", "2026-01-27 08:30", id="before Sunday and a holiday"),
    ],
)
def test_a_rail_with_hours_has_its_first_batch_a_window_after_it_opens_and_its_last_when_it_closes(
    at: str, leaves: str
) -> None:
    assert next_cut_off(BY_DAY, india(at)) == india(leaves)


@given(MOMENTS)
def test_a_cut_off_is_to_come_and_within_a_window_of_when_the_rail_is_open(at: datetime) -> None:
    for rule in (ALWAYS, BY_DAY):
        leaves = next_cut_off(rule, at)

        assert leaves is not None
        assert leaves.utcoffset() == timedelta(0)
        assert timedelta(0) < leaves - opening(rule, at) <= timedelta(minutes=30)
        assert leaves.astimezone(BUSINESS_ZONE).second == 0


def test_a_rail_without_batches_has_no_cut_off() -> None:
    rule = ALWAYS.model_copy(update={"batch_minutes": None})

    assert next_cut_off(rule, india("2026-01-23 10:00")) is None
