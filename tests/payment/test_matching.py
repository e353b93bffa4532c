"""Lines of statements and postings of the ledger: each matched at most once, in any order."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payment.domain.matching import How, Item, Match, matched

MONDAY = date(2026, 1, 5)
REFERENCES = st.sampled_from(["A", "B", "C", "D", ""])


def item(number: int, minor: int, reference: str = "", days: int = 0) -> Item:
    return Item(number, MONDAY + timedelta(days=days), minor, reference)


DAYS = st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days))
PARTS = st.sampled_from([(), ("A", "B"), ("C", "C", "D")])
ITEMS = st.lists(
    st.builds(Item, st.integers(), DAYS, st.sampled_from([1, 2, 3, 5, -4]), REFERENCES, PARTS),
    max_size=12,
).map(lambda items: [replace(each, number=n) for n, each in enumerate(items, start=1)])


def shown(found: list[Match]) -> list[tuple[How, int, list[int]]]:
    return [(each.how, each.line.number, [p.number for p in each.postings]) for each in found]


def test_a_line_is_the_posting_that_it_names_whatever_the_dates() -> None:
    found = matched([item(1, -5, "R", days=30)], [item(7, -5, "R")], 3)

    assert shown(found) == [(How.REFERENCE, 1, [7])]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (item(1, -6, "R"), "another amount"),
        (item(1, -5, "X", days=4), "too far away"),
        (item(1, 5, "X"), "the other sign"),
    ],
)
def test_what_differs_is_no_match(line: Item, why: str) -> None:
    assert matched([line], [item(7, -5, "R")], 3) == [], why


def test_a_line_that_names_a_posting_is_no_other_one() -> None:
    found = matched([item(1, -5, "R"), item(2, -5, "R")], [item(7, -5, "R"), item(8, -5, "S")], 3)

    assert shown(found) == [(How.REFERENCE, 1, [7])]  # a line twice is a break


def test_a_line_without_a_known_reference_is_the_nearest_posting_of_its_amount() -> None:
    postings = [item(7, -5, "R", days=2), item(8, -5, "S", days=1), item(9, -5, "T", days=-1)]

    assert shown(matched([item(1, -5)], postings, 3)) == [(How.AMOUNT, 1, [9])]


def test_a_line_is_the_sum_of_several_postings_near_it() -> None:
    postings = [item(7, -5, "R"), item(8, -7, "S"), item(9, -9, "T"), item(10, -2, "U", days=8)]

    [(how, _, numbers)] = shown(matched([item(1, -14)], postings, 3))
    assert (how, set(numbers)) == (How.SUM, {7, 9})


def test_the_search_for_a_sum_ends() -> None:
    postings = [item(number, 2, f"R{number}") for number in range(1, 2000)]

    assert matched([item(1, 10_001)], postings, 3) == []


@pytest.mark.parametrize(
    ("line", "posting"),
    [
        (item(1, -502, "R"), item(7, -500, "R", days=30)),
        (item(1, -498, "X"), item(7, -500, "R", days=3)),
        (item(1, 2), item(7, 4, "R")),
    ],
)
def test_what_is_near_is_matched_and_says_what_it_leaves(line: Item, posting: Item) -> None:
    [match] = matched([line], [posting], 3, 2)

    assert (match.how, match.rest_minor) == (How.NEAR, line.minor - posting.minor)


@pytest.mark.parametrize(
    ("lines", "postings"),
    [
        ([item(1, -503, "R")], [item(7, -500, "R")]),
        ([item(1, -502)], [item(7, -500, "R", days=4)]),
        ([item(1, 1)], [item(7, -1, "R")]),
        ([item(1, -502)], [item(7, -500, "R"), item(8, -501, "S")]),
        ([item(1, -502), item(2, -501)], [item(7, -500, "R")]),
        ([item(1, -502, "R"), item(2, -501, "R")], [item(7, -500, "R")]),
        ([item(1, -502, "R")], [item(7, -900, "R"), item(8, -501, "S")]),
    ],
    ids=["too far", "too late", "other side", "two postings", "two lines", "a name", "its name"],
)
def test_what_is_not_near_or_can_be_another_is_no_match(
    lines: list[Item], postings: list[Item]
) -> None:
    assert matched(lines, postings, 3, 2) == []


def test_what_is_equal_is_matched_before_what_is_near() -> None:
    found = matched([item(1, -502), item(2, -500)], [item(7, -500, "R"), item(8, -501, "S")], 3, 2)

    assert shown(found) == [(How.AMOUNT, 2, [7]), (How.NEAR, 1, [8])]


@given(ITEMS, ITEMS, st.integers(0, 4), st.integers(0, 2), st.integers(0, 9))
def test_each_line_and_each_posting_is_in_at_most_one_match_and_amounts_agree(
    lines: list[Item], postings: list[Item], days: int, tolerance: int, seed: int
) -> None:
    found = matched(lines, postings, days, tolerance)

    in_lines = [each.line.number for each in found]
    in_postings = [posting.number for each in found for posting in each.postings]
    assert len(set(in_lines)) == len(in_lines)
    assert len(set(in_postings)) == len(in_postings)
    assert all(abs(each.rest_minor) <= (each.how is How.NEAR) * tolerance for each in found)

    chance = Random(seed)
    others = chance.sample(lines, len(lines)), chance.sample(postings, len(postings))
    again = matched(*others, days, tolerance)
    assert shown(again) == shown(found)
    left = [each for each in lines if each.number not in in_lines]
    assert len(left) + len(found) == len(lines)
