"""What measures growth: a small bank is filled, found sound, and asked beside an empty one."""

import pytest

from tests.benchmarks.growth.__main__ import measure
from tests.benchmarks.growth.asking import questions
from tests.benchmarks.growth.filling import Shape
from tests.benchmarks.growth.report import Measured, report


def test_the_days_are_those_before_today_and_share_the_postings() -> None:
    small, large = Shape(2_000), Shape(10_000_000)

    assert (small.days, large.days) == (3, 201)
    assert small.dates() == large.dates()[-3:]
    assert large.entries_a_day * 2 * (large.days - 1) == large.postings


def test_what_misses_its_goal_is_named_so() -> None:
    questions = {"well": {"empty": 10.0, "full": 15.0}, "badly": {"empty": 10.0, "full": 15.2}}
    rates = {"steady": {"empty": [100.0], "full": [90.0]}, "slow": {"empty": [9.0], "full": [8.0]}}

    lines = report(Measured(Shape(2_000), 1.0, 2.0, questions, rates)).splitlines()

    assert [line.split(" | ")[0].strip("| ") for line in lines if "missed" in line] == [
        "badly",
        "slow",
    ]


@pytest.mark.system
async def test_a_bank_is_filled_by_its_own_rules_and_every_figure_is_taken_of_both() -> None:
    measured = await measure(Shape(2_000, 200), times=1, rounds=1, seconds=0.5)

    assert set(measured.questions) == set(questions())
    assert all(min(taken.values()) > 0 for taken in measured.questions.values())
    assert {len(rates) for taken in measured.rates.values() for rates in taken.values()} == {1}
