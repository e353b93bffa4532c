"""The customer service, running on a database and a vhost of its own for one module of tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from contracts.customer import CustomerCreated, CustomerStatusChanged, CustomerUpdated
from infra.bus.tap import EventTap
from services.customer.handlers import service as customer
from tests.customer.world import World, account_service
from tests.fixtures.processes import SECRET, all_running, asking
from tests.fixtures.servers import Databases, Vhosts

TOLD = (CustomerCreated, CustomerUpdated, CustomerStatusChanged)


@pytest.fixture(scope="session", autouse=True)
def secret_of_the_process() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANK_SECRET", SECRET)
        yield


@pytest.fixture(scope="module")
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    open_accounts: set[int] = set()
    account = account_service(open_accounts)
    async with (
        databases.fresh(["account", "customer"]) as database,
        vhosts.fresh([account, customer]) as vhost,
        all_running([account, customer], database, vhost),
        asking(vhost, "gateway") as gateway,
    ):
        world = World(gateway, database, open_accounts)
        tap = EventTap(vhost.url("gateway"), "gateway", TOLD, world.hear)
        await tap.start()
        try:
            yield world
        finally:
            await tap.stop()
