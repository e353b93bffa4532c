"""What measures loans: lent in bulk as the bank would have lent them, and every figure is taken."""

from datetime import date

import pytest

from tests.benchmarks.costs import Cost
from tests.benchmarks.loans import report, years
from tests.benchmarks.loans.days import Done, months_before, take_debited
from tests.benchmarks.loans.quotes import LENGTHS, Quotes, engine_ms, take_quotes
from tests.benchmarks.stage import Scene, token_of_teller
from tests.fixtures.bank import Bank
from tests.loan.town import Life


def done(items: int, microseconds: float) -> Done:
    return Done(items, 10.0, 0, Cost({"loan": microseconds}, items, 0.0))


def test_a_day_of_the_month_is_found_in_earlier_months_that_have_it() -> None:
    assert months_before(date(2026, 3, 28), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 13) == date(2024, 12, 15)
    assert months_before(date(2026, 3, 31), 1) is None


def test_what_misses_its_goal_is_named_so() -> None:
    steady, growing = [done(100, 10.0), done(1_000, 12.0)], [done(100, 10.0), done(1_000, 13.0)]
    fast, slow = ({36: 1.0, 600: taken} for taken in (50.0, 50.1))

    assert "missed" not in report.earned(steady)[-1]
    assert "missed" in report.earned(growing)[-1]
    assert "missed" not in report.quotes(Quotes(fast, {}))[-1]
    assert "missed" in report.quotes(Quotes(slow, {}))[-1]


def test_two_lives_that_are_not_the_same_are_told_so() -> None:
    lives = [Life(days=1, digest=digest, loan_days=1) for digest in ("a", "b")]

    assert "OTHER ROWS" in years.report(lives, 1)[0]
    assert "the same rows" in years.report([lives[0], lives[0]], 1)[0]


def test_the_arithmetic_of_the_longest_quote_takes_more_than_that_of_the_shortest() -> None:
    assert 0 < engine_ms(LENGTHS[0]) < engine_ms(LENGTHS[-1])


@pytest.mark.system
async def test_quotes_of_each_length_are_answered_on_one_connection_and_on_several(
    bank: Bank,
) -> None:
    scene = Scene(bank=bank, accounts=[], token=await token_of_teller(bank))

    taken = await take_quotes(scene, 3, many=4)

    assert len(taken.calls) == 2 * len(LENGTHS)
    assert all(outcome.answered for outcome in taken.calls.values())


@pytest.mark.system
async def test_loans_lent_in_bulk_agree_with_the_ledger_after_they_are_debited() -> None:
    taken = await take_debited(200, lambda words: None)

    assert taken.items == 200
    assert taken.per_second > 0
    assert taken.cost.by_process["loan"] > 0
