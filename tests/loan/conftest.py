"""A loan service of each test's own."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from tests.fixtures.servers import Database, Databases
from tests.loan.desk import LoanDesk


@pytest.fixture
async def empty_desk(databases: Databases) -> AsyncIterator[LoanDesk]:
    """On 1 January 2026, not opened yet."""
    async with databases.fresh(("loan",)) as database:
        db = await asyncpg.connect(database.url("loan"))
        yield LoanDesk(db, date(2026, 1, 1))
        await db.close()


@pytest.fixture
async def loan_and_ledger(databases: Databases) -> AsyncIterator[Database]:
    """What loans are checked against stands beside them."""
    async with databases.fresh(("loan", "account")) as database:
        yield database


@pytest.fixture
async def desk_by_ledger(loan_and_ledger: Database) -> AsyncIterator[LoanDesk]:
    """A loan service beside it on 1 January 2026, not opened yet."""
    db = await asyncpg.connect(loan_and_ledger.url("loan"))
    yield LoanDesk(db, date(2026, 1, 1))
    await db.close()


@pytest.fixture
async def desk(empty_desk: LoanDesk) -> LoanDesk:
    """The same with its product on offer."""
    await empty_desk.open()
    return empty_desk
