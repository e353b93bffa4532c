"""What the job of a day reads to find its next standing orders does not grow with the bank."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from infra.data.database import Connection
from services.transaction.handlers.ordering import BEFORE_ALL
from services.transaction.store.due import DUE
from tests.fixtures.plans import pages_read, plan_of
from tests.fixtures.servers import Databases
from tests.transaction.desk import OrderDesk

pytestmark = pytest.mark.integration

FIRST_DAY, DUE_ON = date(2026, 1, 1), date(2026, 2, 1)
AT_ONCE = 20
FEW, MANY = 4_000, 32_000  # a fortieth of them is found, and half of that after the middle
_MORE_ORDERS = """
insert into standing_orders select anew.*
from (select to_jsonb(o) as one from standing_orders o limit 1) o,
    generate_series(1, $1) n, uuidv7(n * interval '1 ms') id,
    jsonb_populate_record(null::standing_orders, one || jsonb_build_object('order_id', id,
        'requested_by', id, 'due_on', $2::date + case when n % 10 = 0 then 0 else 28 end)) anew
"""


@pytest.fixture
async def admin(databases: Databases) -> AsyncIterator[Connection]:
    """Of a database with one standing order, the first transfer of which is made."""
    async with databases.fresh(("transaction",)) as database:
        db = await asyncpg.connect(database.url("transaction"))
        desk = OrderDesk(db, FIRST_DAY)
        await desk.open_day()
        await desk.order()
        await db.close()
        admin = await asyncpg.connect(database.admin_url)
        await admin.execute("set search_path = transaction")
        yield admin
        await admin.close()


async def test_a_batch_reads_as_much_among_many_orders_as_among_few(admin: Connection) -> None:
    found, read = [], []
    for number in (FEW, MANY):
        await grow(admin, number)
        middle = await admin.fetchval(
            "select order_id from standing_orders order by 1 offset $1", number // 2
        )
        for last in (BEFORE_ALL, middle):
            arguments = (DUE_ON, 1, 4, last, AT_ONCE)
            found.append(len(await admin.fetch(DUE, *arguments)))
            read.append(pages_read(await plan_of(admin, DUE, *arguments)))

    assert found == [AT_ONCE] * 4
    assert max(read[2:]) <= 1.5 * max(read[:2])


async def grow(admin: Connection, orders: int) -> None:
    """To so many orders that are like the first one, a tenth of which are due."""
    present = await admin.fetchval("select count(*) from standing_orders")
    await admin.execute(_MORE_ORDERS, orders - present, DUE_ON)
    await admin.execute("vacuum analyze standing_orders")
