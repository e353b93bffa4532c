"""What the jobs of a day read to find their next loans does not grow with the bank."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from infra.data.database import Connection
from services.loan.store.days import ACTIVE, DUE, last_of
from tests.fixtures.plans import pages_read, plan_of
from tests.fixtures.servers import Databases
from tests.loan.desk import LoanDesk

pytestmark = pytest.mark.integration

FIRST_DAY = date(2026, 1, 1)
AT_ONCE = 20
FEW, MANY = 1_000, 8_000
_MORE_LOANS = """
insert into loans select anew.* from (select to_jsonb(l) as one from loans l limit 1) l,
    generate_series(1, $1) n, uuidv7(n * interval '1 ms') id, jsonb_populate_record(null::loans, one
        || jsonb_build_object('loan_id', id, 'requested_by', id)) anew
"""
_THEIR_INSTALMENTS = """
insert into loan_instalments select anew.* from loan_instalments i, loans l,
    jsonb_populate_record(null::loan_instalments, to_jsonb(i)
        || jsonb_build_object('loan_id', l.loan_id)) anew
where i.loan_id = $1 on conflict do nothing
"""


@pytest.fixture
async def admin(databases: Databases) -> AsyncIterator[Connection]:
    """Of a database with one loan."""
    async with databases.fresh(("loan",)) as database:
        db = await asyncpg.connect(database.url("loan"))
        desk = LoanDesk(db, FIRST_DAY)
        await desk.open()
        await desk.lend(120_000_00, 3)
        await db.close()
        admin = await asyncpg.connect(database.admin_url)
        await admin.execute("set search_path = loan")
        yield admin
        await admin.close()


@pytest.mark.parametrize(
    ("statement", "dates"),
    [(ACTIVE, ()), (DUE, (FIRST_DAY, date(2026, 2, 1)))],
    ids=["active", "due"],
)
async def test_a_batch_reads_as_much_among_many_loans_as_among_few(
    admin: Connection, statement: str, dates: tuple[date, ...]
) -> None:
    found, read = [], []
    for number in (FEW, MANY):
        await grow(admin, number)
        middle = await admin.fetchval("select loan_id from loans order by 1 offset $1", number // 2)
        for last in (last_of(None), middle):
            arguments = (4, 1, last, AT_ONCE, *dates)
            found.append(len(await admin.fetch(statement, *arguments)))
            read.append(pages_read(await plan_of(admin, statement, *arguments)))

    assert found == [AT_ONCE] * 4
    assert max(read[2:]) <= 1.5 * max(read[:2])


async def grow(admin: Connection, loans: int) -> None:
    """To so many loans that are like the first one."""
    first: UUID = await admin.fetchval("select loan_id from loans order by 1 limit 1")
    present = await admin.fetchval("select count(*) from loans")
    await admin.execute(_MORE_LOANS, loans - present)
    await admin.execute(_THEIR_INSTALMENTS, first)
    await admin.execute("vacuum analyze loans, loan_instalments")
