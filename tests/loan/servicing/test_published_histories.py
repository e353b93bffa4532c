"""Loans on their way as others have published them: every row to the last paisa."""

import pytest

from services.loan.domain.servicing.events import Repaid
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing import (
    published_down_payments,
    published_parts,
    published_progressive,
    published_rates,
)
from tests.loan.servicing.published import Kept, Row, kept

BLOCKS = (published_down_payments, published_parts, published_progressive, published_rates)
PUBLISHED = [
    each for block in BLOCKS for text in (block.OF_2024, block.OF_2025) for each in kept(text)
]


def rows(found: Position) -> list[Row]:
    return [
        (
            each.due_on,
            each.principal.due_minor,
            each.interest.due_minor,
            each.paid_minor,
            each.balance_minor,
            each.fees.due_minor,
            each.penalties.due_minor,
        )
        for each in found.instalments
    ]


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.name)
def test_a_published_history_leaves_the_published_schedule(published: Kept) -> None:
    found = replay(published.terms, published.events, published.on, rules=published.rules)

    assert rows(found) == published.rows


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.name)
def test_paying_what_closes_a_loan_leaves_nothing_whatever_its_history(published: Kept) -> None:
    before = replay(published.terms, published.events, published.on, rules=published.rules)
    is_open = before.payoff_minor > 0
    last = Repaid(
        sequence=len(published.events) + 1,
        value_date=published.on,
        booked_on=published.on,
        amount_minor=max(before.payoff_minor, 1),
    )

    after = replay(published.terms, [*published.events, last], published.on, rules=published.rules)

    assert (after.outstanding_minor, after.payoff_minor) == (0, 0)
    assert after.overpaid_minor - before.overpaid_minor == (0 if is_open else 1)
