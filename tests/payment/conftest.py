"""A payment service of each test's own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.fixtures.servers import Database, Databases
from tests.payment.desk import Desk


@pytest.fixture
async def payments(databases: Databases) -> AsyncIterator[Database]:
    """The database of a test's payment service."""
    async with databases.fresh(("payment",)) as database:
        yield database


@pytest.fixture
async def desk(payments: Database) -> AsyncIterator[Desk]:
    db = await asyncpg.connect(payments.url("payment"))
    yield Desk(db)
    await db.close()
