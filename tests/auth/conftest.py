"""Auth, customer and account on a database and a vhost of their own for one module of tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from contracts.account.products import BranchCreated, CreateBranch
from contracts.auth import SessionRevoked
from contracts.envelope import Role
from infra.bus.tap import EventTap
from services.account.handlers import service as account
from services.auth.handlers import service as auth
from services.customer.handlers import service as customer
from tests.auth.world import World, expect
from tests.builders import an, staff
from tests.fixtures.processes import SECRET, all_running, asking
from tests.fixtures.servers import Databases, Vhosts


@pytest.fixture(scope="session", autouse=True)
def secret_of_the_process() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANK_SECRET", SECRET)
        yield


@pytest.fixture(autouse=True)
def own_source(request: pytest.FixtureRequest) -> None:
    """Each test comes from an address of its own, so that none uses up another's patience."""
    if "world" in request.fixturenames:
        request.getfixturevalue("world").moves()


@pytest.fixture(scope="module")
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    async with (
        databases.fresh(["auth", "customer", "account"]) as database,
        vhosts.fresh([auth, customer, account]) as vhost,
        all_running([auth, customer, account], database, vhost),
        asking(vhost, "gateway") as gateway,
        asking(vhost, "operator") as operator,
    ):
        world = World(gateway, operator, database)
        tap = EventTap(vhost.url("gateway"), "gateway", (SessionRevoked,), world.hear)
        await tap.start()
        branch = an(CreateBranch, code="BR001")
        expect(BranchCreated, await world.ask(branch, staff(Role.ADMIN)))
        try:
            yield world
        finally:
            await tap.stop()
