"""The transaction service at work, hearing events from the broker and answering questions."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from contracts.envelope import Refused
from contracts.transaction.history import Movements, SearchMovements
from infra.bus.ask import AskClient
from services.transaction.handlers import service
from tests.builders import ALICE, BOB, BOB_ID, customer, staff
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
        databases.fresh(["transaction"]) as database,
        running(service, database, vhost),
        asking(vhost) as client,
    ):
        yield client


async def search(client: AskClient, count: int) -> Movements:
    """All movements, as soon as there are `count` of them."""

    async def complete() -> Movements | None:
        reply = await client.ask(SearchMovements(limit=200), subject=staff(), wait_seconds=5)
        assert isinstance(reply.message, Movements)
        return reply.message if len(reply.message.items) >= count else None

    return await until(complete)


async def test_events_told_twice_stand_in_the_history_once(client: AskClient, vhost: Vhost) -> None:
    told = [posting(n, 10) for n in range(1, 21)] + [cash_posting(n, -10) for n in range(1, 21)]

    await tell(vhost.url("account"), *told, *told)
    await tell(vhost.url("account"), *told, ids=[uuid4() for _ in told])
    await tell(vhost.url("account"), posting(21, 10))

    found = await search(client, 21)
    assert [each.sequence for each in found.items] == list(range(21, 0, -1))


async def test_a_customer_asks_for_his_own_and_an_invented_cursor_is_refused(
    client: AskClient, vhost: Vhost
) -> None:
    await tell(vhost.url("account"), posting(1, 10), posting(1, 10, BOB, customer_id=BOB_ID))
    await search(client, 2)

    own = await client.ask(SearchMovements(), subject=customer(), wait_seconds=5)
    bad = await client.ask(SearchMovements(cursor="x"), subject=customer(), wait_seconds=5)

    assert isinstance(own.message, Movements)
    assert [each.account_number for each in own.message.items] == [ALICE]
    assert isinstance(bad.message, Refused)
    assert bad.message.code == "invalid-cursor"
