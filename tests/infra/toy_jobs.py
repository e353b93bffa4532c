"""A service with one job, small enough to hold in the head: it counts what was sold on each day."""

from collections.abc import Sequence
from datetime import date, timedelta

from infra.data.store import Store
from infra.handling.daily import Part
from infra.handling.mailbox import MAILBOX_DDL, MAILBOX_DDL_2
from infra.handling.service import Service
from infra.jobs.rows import JOBS_DDL

JOB = "count-sales"
FIRST = date(2026, 3, 1)
DDL = (
    """
set local search_path = toy;
create table clock (open_day date not null);
create table sales (day date not null, shop integer not null, amount integer not null,
    primary key (day, shop));
create table counted (day date not null, shop integer not null, amount integer not null);
grant select, update on clock to toy;
grant select, insert, update on sales to toy;
grant select, insert on counted to toy;
"""
    + JOBS_DDL
    + MAILBOX_DDL
    + MAILBOX_DDL_2
)


class ShopStore(Store):
    async def open_day(self) -> date:
        day: date = await self.db.fetchval("select open_day from clock")
        return day

    async def count_shops(self, part: Part) -> int:
        return len(await self.shops(part, None, 1_000))

    async def shops(self, part: Part, after: str | None, limit: int) -> list[str]:
        rows = await self.db.fetch(
            "select shop from sales where day = $1 and shop % $2 = $3 and shop > $4"
            " order by shop limit $5",
            part.business_date,
            part.parts,
            part.number,
            int(after or 0),
            limit,
        )
        return [str(row["shop"]) for row in rows]

    async def count(self, day: date, shops: Sequence[str]) -> None:
        """Twice done is seen: nothing keeps a second row out. Nothing can be sold for 13."""
        await self.db.execute(
            "insert into counted select day, shop, 100 / (amount - 13) from sales"
            " where day = $1 and shop = any($2::int[])",
            day,
            [int(shop) for shop in shops],
        )


service = Service("toy", ShopStore)


async def days_over(store: ShopStore, after: date | None) -> list[date]:
    first, open_day = after + timedelta(days=1) if after else FIRST, await store.open_day()
    return [first + timedelta(days=past) for past in range((open_day - first).days)]


@service.daily(
    JOB,
    days=days_over,
    count=ShopStore.count_shops,
    items=ShopStore.shops,
    parts=2,
    at_once=3,
)
async def count_sales(store: ShopStore, day: date, shops: Sequence[str]) -> None:
    await store.count(day, shops)
