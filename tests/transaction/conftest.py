"""A transaction service of each test's own."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from tests.fixtures.servers import Databases
from tests.transaction.desk import OrderDesk


@pytest.fixture
async def desk(databases: Databases) -> AsyncIterator[OrderDesk]:
    """On 31 January 2026, which it has heard of."""
    async with databases.fresh(("transaction",)) as database:
        db = await asyncpg.connect(database.url("transaction"))
        made = OrderDesk(db, date(2026, 1, 31))
        await made.open_day()
        yield made
        await db.close()
