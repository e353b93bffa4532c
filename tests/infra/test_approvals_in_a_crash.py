"""A service that dies between the parts of an approval: asked again, there is one effect."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from yarl import URL

from contracts.approvals import ApprovalNeeded, ApproveCommand, CommandApproved
from contracts.envelope import Message
from tests.fixtures.processes import asking, running
from tests.fixtures.proxy import Proxy, proxy_to
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import TELLER, Toy, toy_at_rest
from tests.infra.test_approvals import FIVE, MANAGER
from tests.infra.toy import Added

pytestmark = pytest.mark.integration


@pytest.fixture
async def broken(databases: Databases, vhosts: Vhosts) -> AsyncIterator[tuple[Toy, Proxy]]:
    """The toy service, whose way to the broker can be cut."""
    async with toy_at_rest(databases, vhosts) as (database, vhost, admin):
        address = URL(vhost.url("toy"))
        async with proxy_to(str(address.host), address.port or 0) as proxy:
            url = str(address.with_host("127.0.0.1").with_port(proxy.port))
            async with running(toy.service, database, vhost, amqp_url=url), asking(vhost) as client:
                yield Toy(database, vhost, client, admin), proxy


@asynccontextmanager
async def cut_before_the_answer(bench: Toy, proxy: Proxy) -> AsyncIterator[None]:
    """What is asked meanwhile is committed, and its answer can not leave."""
    other = await asyncpg.connect(bench.database.admin_url)
    async with other.transaction():
        await other.execute("lock table toy.inbox in exclusive mode")
        yield
        await until(lambda: _someone_waits(bench), what="the unit of work")
        proxy.close()
    await other.close()


async def _someone_waits(bench: Toy) -> bool:
    return bool(await bench.admin.fetchval("select true from pg_locks where not granted"))


def asked(bench: Toy, message: Message, **how: object) -> "asyncio.Task[Message]":
    return asyncio.create_task(bench.ask(message, **how))  # type: ignore[arg-type]


async def test_between_parking_and_its_answer(broken: tuple[Toy, Proxy]) -> None:
    bench, proxy = broken
    message_id = uuid4()
    async with cut_before_the_answer(bench, proxy):
        asking_first = asked(bench, FIVE, id=message_id)

    first, again = await asking_first, await bench.ask(FIVE, id=message_id)

    assert isinstance(first, ApprovalNeeded)
    assert first == again
    assert await bench.admin.fetchval("select count(*) from toy.approvals") == 1


async def test_between_approving_and_its_answer(broken: tuple[Toy, Proxy]) -> None:
    bench, proxy = broken
    needed = await bench.ask(FIVE, id=(message_id := uuid4()), subject=TELLER)
    assert isinstance(needed, ApprovalNeeded)
    approve, how = ApproveCommand(approval_id=needed.approval_id), {"id": uuid4(), "owner": "toy"}
    async with cut_before_the_answer(bench, proxy):
        asking_first = asked(bench, approve, subject=MANAGER, **how)

    first, again = await asking_first, await asked(bench, approve, subject=MANAGER, **how)

    assert isinstance(first, CommandApproved)
    assert first == again
    assert await bench.ask(FIVE, id=message_id) == Added(value=5)
    assert await bench.value("a") == 5
