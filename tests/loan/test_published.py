"""Schedules that others have published, as a client asks for them: one paisa off is wrong."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.answers.loans import ScheduleAnswer
from gateway.routes.loan_quotes import QuoteRequest, quote_loan
from services.loan.domain.schedule import draw_schedule
from tests.loan.published import (
    FACTORS,
    IN_HUNDREDS,
    IN_HUNDREDS_AFTER_GRACE,
    IN_HUNDREDS_ROWS,
    PUBLISHED,
    Published,
    factor_terms,
)
from tests.loan.published_in_parts import FLAT_WITH_DOWN_PAYMENT, RP16, RP16_ROWS


def quoted(terms: dict[str, Any]) -> ScheduleAnswer:
    """What the edge answers, between its reading of a request and its writing of the schedule."""
    return ScheduleAnswer.about(draw_schedule(quote_loan(QuoteRequest.model_validate(terms))))


def rows(answer: ScheduleAnswer) -> list[tuple[str, str]]:
    return [(each.principal, each.interest) for each in answer.instalments]


@pytest.mark.parametrize(
    "published", [*PUBLISHED, *FLAT_WITH_DOWN_PAYMENT], ids=lambda each: each.name
)
def test_a_published_schedule_is_quoted_to_the_last_paisa(published: Published) -> None:
    answer = quoted(published.terms)

    assert rows(answer) == published.rows
    if published.total_interest is not None:
        assert Decimal(answer.total_interest) == Decimal(published.total_interest)


@pytest.mark.parametrize(
    ("grace", "expected"), [(0, IN_HUNDREDS_ROWS), (5, IN_HUNDREDS_AFTER_GRACE)]
)
def test_equal_principal_in_hundreds_has_interest_in_hundreds(
    grace: int, expected: dict[int, tuple[str, str]]
) -> None:
    answer = quoted({**IN_HUNDREDS, "principal_grace": grace})

    found = rows(answer)
    assert {number: found[number - 1] for number in expected} == expected


@pytest.mark.parametrize(("changes", "factors"), FACTORS)
def test_the_rate_factors_are_the_published_ones(changes: dict[str, Any], factors: str) -> None:
    answer = quoted(factor_terms(changes))

    assert [each.rate_factor for each in answer.instalments] == factors.split()


def test_what_is_paid_out_on_a_due_date_is_in_the_balance_after_its_instalment() -> None:
    answer = quoted(RP16)

    assert [
        (Decimal(each.principal), Decimal(each.interest), Decimal(each.balance))
        for each in answer.instalments
    ] == [
        tuple(Decimal(figure) for figure in row.replace("/", " ").split())
        for row in RP16_ROWS.split(";")
    ]
