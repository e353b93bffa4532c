"""One bank for the tests of a module; each test takes people of its own from it."""

from collections.abc import AsyncIterator

import pytest

from tests.account.bank import Bank, bank_on
from tests.fixtures.servers import Databases


@pytest.fixture(scope="module")
async def bank(databases: Databases) -> AsyncIterator[Bank]:
    """The account service's batch handler on a database of its own, audited at the end."""
    async with databases.fresh(["account"]) as database, bank_on(database) as bank:
        yield bank
