"""A loan service of each test's own."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from tests.fixtures.servers import Databases
from tests.loan.desk import LoanDesk


@pytest.fixture
async def empty_desk(databases: Databases) -> AsyncIterator[LoanDesk]:
    """On 1 January 2026, not opened yet."""
    async with databases.fresh(("loan",)) as database:
        db = await asyncpg.connect(database.url("loan"))
        yield LoanDesk(db, date(2026, 1, 1))
        await db.close()


@pytest.fixture
async def desk(empty_desk: LoanDesk) -> LoanDesk:
    """The same with its product on offer."""
    await empty_desk.open()
    return empty_desk
