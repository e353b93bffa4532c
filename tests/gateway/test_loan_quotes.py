"""Published schedules over HTTP: the request as a client sends it, the answer as he reads it."""

import json
from typing import Any

import httpx
import pytest

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.schedule import draw_schedule
from tests.gateway.bank import FakeBank
from tests.loan.published import FACTORS, PUBLISHED, Published, factor_terms

QUOTE = "/api/loans/quote"


async def quoted(
    client: httpx.AsyncClient, bank: FakeBank, terms: dict[str, Any]
) -> dict[str, Any]:
    """The edge's answer to these terms, with the schedule that the loan service draws of them."""
    first = await client.post(QUOTE, json=terms)
    assert first.status_code == 200, first.text
    [wanted] = bank.messages(QuoteLoan)
    bank.replies[QuoteLoan] = draw_schedule(wanted)
    answer = await client.post(QUOTE, json=terms)
    found: dict[str, Any] = json.loads(answer.text)
    return found


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda each: each.name)
async def test_a_published_schedule_is_answered_to_the_last_paisa(
    teller: httpx.AsyncClient, bank: FakeBank, published: Published
) -> None:
    answer = await quoted(teller, bank, published.terms)

    rows = [(each["principal"], each["interest"]) for each in answer["instalments"]]
    assert rows == published.rows


@pytest.mark.parametrize(("changes", "factors"), FACTORS)
async def test_a_published_rate_factor_is_answered_with_twelve_decimals(
    teller: httpx.AsyncClient, bank: FakeBank, changes: dict[str, Any], factors: str
) -> None:
    answer = await quoted(teller, bank, factor_terms(changes))

    assert [each["rate_factor"] for each in answer["instalments"]] == factors.split()


async def test_r15_the_yearly_cost_counts_what_is_kept_back(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    """Annex B of the Reserve Bank of India's circular RBI/2024-25/18."""
    terms = {
        "principal": 20000, "annual_rate": 15, "instalments": 24, "start_date": "2024-04-15",
        "days_in_year": 365, "fees": [{"name": "processing", "amount": "400"}],
    }  # fmt: skip
    answer = await quoted(teller, bank, terms)

    assert (answer["apr"], answer["instalment"]) == ("17.07", "969.73")
    assert (answer["net_disbursed"], answer["total_fees"]) == ("19600.00", "400.00")


async def test_terms_that_contradict_each_other_are_refused_with_their_code(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.refuses(QuoteLoan, "unsupported-terms")
    terms = factor_terms({"frequency": "WEEKLY", "every_days": 7})

    answer = await teller.post(QUOTE, json=terms)

    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported-terms")
