"""Standing orders that are measured are made as others are: by the job of their day, each once."""

from datetime import date

import asyncpg
import pytest

from tests.benchmarks.orders import AMOUNT_MINOR, TOOK, due_on
from tests.builders import ALICE
from tests.fixtures.servers import Databases
from tests.transaction.desk import BOB, DAY, OrderDesk

pytestmark = pytest.mark.integration

ORDERS = 25


async def test_they_are_made_on_their_day_and_counted_to_the_last(databases: Databases) -> None:
    async with databases.fresh(("transaction",)) as database:
        admin = await asyncpg.connect(database.admin_url)
        db = await asyncpg.connect(database.url("transaction"))
        desk = OrderDesk(db, date(2026, 1, 31))
        order_ids = await due_on(admin, desk.day + DAY, [ALICE, BOB], ORDERS)

        await desk.turn()
        row = await admin.fetchrow(TOOK, order_ids)

        await admin.close()
        await db.close()
    assert row is not None
    assert (row["made"], row["waiting"]) == (ORDERS, 0)
    assert row["seconds"] is not None
    assert desk.paid == [(desk.day, AMOUNT_MINOR)] * ORDERS
