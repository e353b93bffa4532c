"""A payment service of each test's own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.fixtures.servers import Databases
from tests.payment.desk import Desk


@pytest.fixture
async def desk(databases: Databases) -> AsyncIterator[Desk]:
    async with databases.fresh(("payment",)) as database:
        db = await asyncpg.connect(database.url("payment"))
        yield Desk(db)
        await db.close()
