"""What the tests of a module share: a bank, or the service over the bus."""

from collections.abc import AsyncIterator

import pytest

from tests.account.bank import Bank, bank_on
from tests.account.world import World, at_work
from tests.fixtures.servers import Databases, Vhosts


@pytest.fixture(scope="module")
async def bank(databases: Databases) -> AsyncIterator[Bank]:
    """The account service's batch handler on a database of its own, audited at the end."""
    async with databases.fresh(["account"]) as database, bank_on(database) as bank:
        yield bank


@pytest.fixture(scope="module")
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    """The account service at work, asked over the bus."""
    async with at_work(databases, vhosts) as world:
        yield world
