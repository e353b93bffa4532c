"""The reporting service at work: what it hears from the broker, it counts once."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from contracts.envelope import Refused
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from infra.bus.ask import AskClient
from services.reporting.handlers import service
from tests.builders import customer, staff
from tests.fixtures.postings import cash_posting, posting, tell
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh([service]) as vhost:
        yield vhost


@pytest.fixture
async def client(databases: Databases, vhost: Vhost) -> AsyncIterator[AskClient]:
    async with (
        databases.fresh(["reporting"]) as database,
        running(service, database, vhost),
        asking(vhost) as client,
    ):
        yield client


async def report(client: AskClient, postings: int) -> TrialBalanceReport:
    """The report, as soon as it counts so many postings."""

    async def counted() -> TrialBalanceReport | None:
        reply = await client.ask(GetTrialBalanceReport(), subject=staff(), wait_seconds=5)
        assert isinstance(reply.message, TrialBalanceReport)
        return reply.message if reply.message.postings_counted >= postings else None

    return await until(counted)


async def test_events_told_again_and_out_of_order_are_counted_once(
    client: AskClient, vhost: Vhost
) -> None:
    told = [posting(n, 10) for n in range(1, 21)] + [cash_posting(n, -10) for n in range(1, 21)]

    await tell(vhost.url("account"), *reversed(told))
    await tell(vhost.url("account"), *told)
    await tell(vhost.url("account"), *told, ids=[uuid4() for _ in told])
    await tell(vhost.url("account"), posting(21, 5))

    found = await report(client, 41)
    assert [(each.debit_minor, each.credit_minor) for each in found.lines] == [(200, 0), (0, 205)]
    assert (found.postings_counted, found.gaps) == (41, 0)


async def test_the_bank_s_figures_are_not_for_customers(client: AskClient) -> None:
    reply = await client.ask(GetTrialBalanceReport(), subject=customer(), wait_seconds=5)

    assert isinstance(reply.message, Refused)
    assert reply.message.kind == "forbidden"
