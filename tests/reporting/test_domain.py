"""Which postings are still to be counted, and what they add up to."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Currency
from services.reporting.domain import Line, Total, totals_of, uncounted
from tests.builders import ALICE, BOB
from tests.fixtures.postings import business_day, cash_posting, posting


def test_a_posting_in_a_counted_range_is_not_counted_again() -> None:
    heard = [posting(1, 100), posting(2, 100), posting(3, 100), posting(5, 100)]

    fresh = uncounted(heard, {ALICE: [range(1, 3), range(5, 8)]})

    assert [each.sequence for each in fresh] == [3]


def test_the_numbers_of_another_account_do_not_count() -> None:
    assert uncounted([posting(1, 100)], {BOB: [range(1, 9)]}) == [posting(1, 100)]


def test_a_posting_told_twice_in_one_batch_is_counted_once() -> None:
    assert len(uncounted([posting(4, 100), posting(4, 100)], {})) == 1


def test_debits_and_credits_are_added_up_unsigned_by_day_line_and_currency() -> None:
    totals = totals_of(
        [
            posting(1, 500, **business_day(1)),
            posting(2, -200, **business_day(1)),
            posting(3, 50, **business_day(2)),
            cash_posting(1, -500, **business_day(1)),
            posting(1, 7, BOB, currency="JPY", **business_day(1)),
        ]
    )

    first, second = date(2026, 1, 1), date(2026, 1, 2)
    assert totals == {
        Line(first, "2000", Currency.INR): Total(200, 500, 2),
        Line(second, "2000", Currency.INR): Total(0, 50, 1),
        Line(first, "1000", Currency.INR): Total(500, 0, 1),
        Line(first, "2000", Currency.JPY): Total(0, 7, 1),
    }


@given(amounts=st.lists(st.integers(-(10**15), 10**15).filter(bool), max_size=30))
def test_nothing_is_lost_between_postings_and_totals(amounts: list[int]) -> None:
    totals = totals_of([posting(n, amount) for n, amount in enumerate(amounts, start=1)])

    assert sum(each.credit_minor - each.debit_minor for each in totals.values()) == sum(amounts)
    assert sum(each.postings for each in totals.values()) == len(amounts)
