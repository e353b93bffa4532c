"""The loan service at work: quotes over the broker."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from contracts.envelope import Refused
from contracts.loan.quotes import LoanSchedule
from infra.bus.ask import AskClient
from services.loan.domain.schedule import draw_schedule
from services.loan.handlers import service
from tests.builders import customer, staff
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhosts
from tests.loan.terms import fee, terms

pytestmark = pytest.mark.integration

LONGEST = terms("1200000", instalments=600)  # takes tens of milliseconds
ASKED_AT_ONCE = 40


@pytest.fixture
async def client(databases: Databases, vhosts: Vhosts) -> AsyncIterator[AskClient]:
    async with (
        databases.fresh(["loan"]) as database,
        vhosts.fresh([service]) as vhost,
        running(service, database, vhost),
        asking(vhost) as client,
    ):
        yield client


async def test_a_customer_is_quoted_the_schedule_of_the_domain(client: AskClient) -> None:
    wanted = terms("20000", "15", instalments=24, fees=(fee("400"),))

    reply = await client.ask(wanted, subject=customer(), wait_seconds=5)

    assert isinstance(reply.message, LoanSchedule)
    assert reply.message == draw_schedule(wanted)


async def test_terms_that_cannot_be_offered_are_refused_with_the_reason(
    client: AskClient,
) -> None:
    wanted = terms("100", "0", instalment_multiple_minor=10_000)

    reply = await client.ask(wanted, subject=staff(), wait_seconds=5)

    assert isinstance(reply.message, Refused)
    assert reply.message.code == "unsupported-terms"
    assert "would not repay any principal" in reply.message.detail


async def test_many_who_ask_at_once_are_each_answered_in_their_turn_and_not_with_the_last(
    client: AskClient,
) -> None:
    """All but the first of them come in one carrier."""

    async def answered_at() -> float:
        reply = await client.ask(LONGEST, subject=customer(), wait_seconds=60)
        assert isinstance(reply.message, LoanSchedule)
        return monotonic()

    begun_at = monotonic()
    times = sorted(await asyncio.gather(*(answered_at() for _ in range(ASKED_AT_ONCE))))

    waited = [each - begun_at for each in times]
    assert waited[ASKED_AT_ONCE // 8] < waited[-1] * 0.7, waited
