"""Standing orders: how many the job of a day makes in a second.

The orders and their day are written in the tables: a bank's day ends with the calendar's, and over
HTTP two thousand orders take minutes. The day is one that the transaction service alone has heard
of; the books make the transfers on the day that is open there.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from contracts.envelope import Role
from contracts.money import DEFAULT_CURRENCY
from contracts.transaction.standing_orders import OrderDates, OrderFrequency
from infra.data.database import Connection
from infra.runtime.clock import new_id
from tests.benchmarks.stage import BenchmarkFailed, Scene
from tests.builders import staff

ORDERS = 2_000
AMOUNT_MINOR = 100
DONE_SECONDS = 300.0
LOOK_SECONDS = 0.2
MADE = "standing orders, made by the job of a day"
ADD = """
insert into transaction.standing_orders (order_id, requested_by, customer_id, from_account,
    to_account, amount_minor, currency, description, dates, retries, maker, next_number, next_date,
    due_on, made_at)
select id, id, 1, payer, payee, $4, $5, '', $6, 0, $7, 1, $8, $8, now()
from unnest($1::uuid[], $2::text[], $3::text[]) as wanted(id, payer, payee)
"""
OPEN = "insert into transaction.business_days values ($1, now())"
LAST_DAY = "select max(business_date) from transaction.business_days"
# From the moment at which the first transfer is begun to that at which the last is kept as made.
TOOK = """
select count(*) filter (where e.state = 'completed') as made,
    count(*) filter (where e.ended_at is null) as waiting,
    extract(epoch from max(e.ended_at) - min(s.started_at))::float as seconds
from transaction.standing_executions e
left join transaction.sagas s on (s.data ->> 'order_id')::uuid = e.order_id
where e.order_id = any($1::uuid[])
"""


async def made_per_second(scene: Scene, orders: int = ORDERS) -> float:
    """Of the work of one day, from its first transfer to its last."""
    async with scene.bank.database() as database:
        day = await database.fetchval(LAST_DAY) + timedelta(days=1)
        order_ids = await due_on(database, day, scene.accounts, orders)
        await database.execute(OPEN, day)
        async with asyncio.timeout(DONE_SECONDS):
            while True:
                row = await database.fetchrow(TOOK, order_ids)
                if row is not None and row["made"] + row["waiting"] and not row["waiting"]:
                    break
                await asyncio.sleep(LOOK_SECONDS)
    if row["made"] != orders:
        raise BenchmarkFailed(f"{orders - row['made']} standing orders were not paid")
    return float(orders / row["seconds"])


async def due_on(
    database: Connection, day: date, accounts: Sequence[str], orders: int
) -> list[UUID]:
    """The ids of so many orders, due once on this day, by which neighbours pay each other."""
    payers = [accounts[number % len(accounts)] for number in range(orders)]
    payees = [accounts[(number + 1) % len(accounts)] for number in range(orders)]
    dates = OrderDates(frequency=OrderFrequency.ONCE, start_date=day)
    order_ids = [new_id() for _ in range(orders)]
    await database.execute(
        ADD, order_ids, payers, payees, AMOUNT_MINOR, DEFAULT_CURRENCY, dates.model_dump_json(),
        staff(Role.TELLER).model_dump_json(), day,
    )  # fmt: skip
    return order_ids
