"""Jobs on a real database: each item once, in order of dates, whoever dies and whatever fails."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from contracts.account.day import BusinessDayOpened
from infra.data.database import Connection, Pool, open_pool
from infra.deployment.provisioning import provision
from infra.handling.service import Service
from infra.handling.telling import Outgoing
from infra.jobs.running import REPAIR_SECONDS, Runner
from infra.runtime.clock import utc_now
from infra.runtime.telemetry import REGISTRY
from tests.fixtures.servers import PASSWORD, Databases
from tests.fixtures.waiting import until
from tests.infra import toy_jobs
from tests.infra.toy_jobs import FIRST, JOB, ShopStore

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
SHOPS = range(1, 21)
DONE_PARTS = "select count(*) from toy.job_parts where state = 'done'"
DONE_ITEMS = "select coalesce(sum(done), 0)::int from toy.job_parts"
# A process that works off the toy's job, each step of which takes a while.
SLOW = """
import asyncio, sys
from dataclasses import replace
from infra.data.database import open_pool
from infra.jobs.running import Runner
from tests.infra.toy_jobs import JOB, count_sales, service

async def slowly(store, day, shops):
    await count_sales(store, day, shops)
    await store.db.execute("select pg_sleep(0.05)")

async def main():
    job = replace(service.jobs[JOB], work=slowly)
    pool = await open_pool(sys.argv[1], "toy", 2)
    await Runner(replace(service, jobs={JOB: job}), pool).run()

asyncio.run(main())
"""


@dataclass
class Shops:
    """The toy's tables, and the time."""

    admin: Connection
    pool: Pool
    url: str
    now: datetime

    def runner(self, service: Service[Any] = toy_jobs.service) -> Runner:
        return Runner(service, self.pool, lambda: self.now)

    async def sell(self, day: date, shops: Sequence[int] = SHOPS) -> None:
        await self.admin.executemany(
            "insert into toy.sales values ($1, $2, 14)", [(day, shop) for shop in shops]
        )

    async def open(self, day: date) -> None:
        await self.admin.execute("update toy.clock set open_day = $1", day)

    async def counted(self) -> list[tuple[Any, ...]]:
        rows = await self.admin.fetch("select * from toy.counted order by day, shop")
        return [tuple(row) for row in rows]

    async def progress(self) -> list[tuple[Any, ...]]:
        rows = await self.admin.fetch(
            "select business_date, part, cursor, state, done, total from toy.job_parts"
            " order by 1, 2"
        )
        return [tuple(row) for row in rows]

    async def has_moved(self, before: int) -> bool:
        """Whether more is done than before, or all."""
        return bool(await self.value(DONE_ITEMS) > before or await self.value(DONE_PARTS) == 4)

    async def value(self, statement: str) -> Any:
        return await self.admin.fetchval(statement)


@asynccontextmanager
async def some_shops(databases: Databases) -> AsyncIterator[Shops]:
    async with databases.fresh(()) as database:
        name = database.admin_url.rpartition("/")[2]
        await provision(databases.server_url, {"toy": PASSWORD}, name)
        admin = await asyncpg.connect(database.admin_url)
        async with admin.transaction():
            await admin.execute(toy_jobs.DDL)
            await admin.execute("insert into clock values ($1)", FIRST)
        url = database.url("toy")
        pool = await open_pool(url, "toy", 6)
        yield Shops(admin, pool, url, utc_now())
        await pool.close()
        await admin.close()


@pytest.fixture
async def shops(databases: Databases) -> AsyncIterator[Shops]:
    async with some_shops(databases) as shops:
        yield shops


async def finish(runner: Runner) -> int:
    """Steps until there is nothing to do, and how many there were."""
    steps = 0
    while await runner.step():
        steps += 1
        assert steps < 200
    return steps


async def test_every_item_is_done_once_and_a_second_run_finds_nothing_to_do(shops: Shops) -> None:
    await shops.sell(FIRST)
    await shops.open(FIRST + DAY)

    await finish(shops.runner())
    again = await finish(shops.runner())

    assert await shops.counted() == [(FIRST, shop, 100) for shop in SHOPS]
    assert await shops.progress() == [
        (FIRST, 0, "20", "done", 10, 10),
        (FIRST, 1, "19", "done", 10, 10),
    ]
    assert again == 0


async def test_the_open_day_is_left_alone(shops: Shops) -> None:
    await shops.sell(FIRST)

    assert await finish(shops.runner()) == 0
    assert await shops.progress() == []


async def test_a_date_begins_when_the_former_one_is_done(shops: Shops) -> None:
    days = [FIRST, FIRST + DAY, FIRST + 2 * DAY]
    for day in days:
        await shops.sell(day)
    await shops.open(FIRST + 3 * DAY)
    runner = shops.runner()

    seen = []
    while await runner.step():
        seen.append(await shops.progress())

    for states in seen:
        begun = [day for day in days for row in states if row[0] == day and row[3] != "waiting"]
        undone = [row[0] for row in states if row[3] != "done"]
        assert max(begun, default=FIRST) <= min(undone, default=days[-1])
    assert len(await shops.counted()) == 3 * len(SHOPS)


async def test_what_the_work_tells_leaves_with_it_and_nothing_of_what_failed(shops: Shops) -> None:
    await shops.sell(FIRST)
    await shops.admin.execute("update toy.sales set amount = 13 where shop = 7")
    await shops.open(FIRST + DAY)
    job = toy_jobs.service.jobs[JOB]

    async def tell_and_count(store: ShopStore, day: date, items: Sequence[str]) -> Outgoing:
        await job.work(store, day, items)
        return [BusinessDayOpened(business_date=day, opened_at=shops.now) for _ in items]

    await finish(
        shops.runner(replace(toy_jobs.service, jobs={JOB: replace(job, work=tell_and_count)}))
    )

    told = await shops.value("select sequence from toy.streams")
    assert told == len(await shops.counted()) == len(SHOPS) - 1
    assert await shops.value("select count(*) from toy.outbox") > 0


async def test_killed_in_any_step_it_goes_on_as_if_it_had_not_been(
    shops: Shops, databases: Databases
) -> None:
    await shops.sell(FIRST)
    await shops.open(FIRST + DAY)
    steps = await finish(shops.runner())
    clean = await shops.counted(), await shops.progress()

    for last in range(1, steps + 1):
        async with some_shops(databases) as others:
            await others.sell(FIRST)
            await others.open(FIRST + DAY)
            await killed_in_step(others, last)
            await finish(others.runner())

            assert (await others.counted(), await others.progress()) == clean, last


async def test_a_process_that_is_killed_again_and_again_does_each_item_once(shops: Shops) -> None:
    days = [FIRST, FIRST + DAY]
    for day in days:
        await shops.sell(day)
    await shops.open(FIRST + 2 * DAY)

    kills = 0
    while await shops.value(DONE_PARTS) < 4:
        before = await shops.value(DONE_ITEMS)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", SLOW, shops.url)
        await until(partial(shops.has_moved, before))
        await asyncio.sleep(0.02 * kills)  # each dies at another place
        process.kill()
        await process.wait()
        kills += 1

    assert kills > 2
    assert await shops.counted() == [(day, shop, 100) for day in days for shop in SHOPS]
    assert {row[3:] for row in await shops.progress()} == {("done", 10, 10)}


async def killed_in_step(shops: Shops, last: int) -> None:
    """After so many steps the process dies with its work written and not committed."""

    async def dying(store: ShopStore, day: date, items: Sequence[str]) -> None:
        await store.count(day, items)
        raise asyncio.CancelledError

    job = toy_jobs.service.jobs[JOB]
    doomed = replace(toy_jobs.service, jobs={JOB: replace(job, work=dying)})
    for _ in range(last - 1):
        assert await shops.runner().step()
    try:
        await shops.runner(doomed).step()
    except asyncio.CancelledError:
        return


async def test_processes_share_the_parts_and_do_nothing_twice(shops: Shops) -> None:
    days = [FIRST + past * DAY for past in range(3)]
    for day in days:
        await shops.sell(day)
    await shops.open(FIRST + 3 * DAY)

    async def until_all_is_done(runner: Runner) -> None:
        while len(await shops_counted(shops)) < len(days) * len(SHOPS):
            await runner.step()

    await asyncio.gather(*[until_all_is_done(shops.runner()) for _ in range(4)])

    assert await shops.counted() == [(day, shop, 100) for day in days for shop in SHOPS]
    await finish(shops.runner())
    assert {row[3:] for row in await shops.progress()} == {("done", 10, 10)}


async def shops_counted(shops: Shops) -> list[Any]:
    async with shops.pool.acquire() as db:
        return list(await db.fetch("select from counted"))


async def test_an_item_that_fails_is_set_aside_and_the_others_are_done(shops: Shops) -> None:
    await shops.sell(FIRST)
    await shops.admin.execute("update toy.sales set amount = 13 where shop in (7, 8)")
    await shops.open(FIRST + DAY)

    await finish(shops.runner())

    assert [row[1] for row in await shops.counted()] == [n for n in SHOPS if n not in (7, 8)]
    assert [row[3:] for row in await shops.progress()] == [("done", 9, 10), ("done", 9, 10)]
    faults = await shops.admin.fetch("select item, part, reason from toy.job_faults order by item")
    assert [tuple(row) for row in faults] == [
        ("7", 1, "DivisionByZeroError: division by zero"),
        ("8", 0, "DivisionByZeroError: division by zero"),
    ]
    assert REGISTRY.get_sample_value("bank_job_faults", {"job": JOB}) == 2


async def test_a_fault_is_tried_again_once_by_itself_and_counted_when_it_is_repaired(
    shops: Shops,
) -> None:
    await shops.sell(FIRST)
    await shops.admin.execute("update toy.sales set amount = 13 where shop in (7, 8)")
    await shops.open(FIRST + DAY)
    await finish(shops.runner())
    await shops.admin.execute("update toy.sales set amount = 14 where shop = 7")

    assert await finish(shops.runner()) == 0
    shops.now += timedelta(seconds=REPAIR_SECONDS)
    assert await finish(shops.runner()) == 1
    shops.now += timedelta(days=9)
    assert await finish(shops.runner()) == 0

    assert [row[1] for row in await shops.counted()] == [n for n in SHOPS if n != 8]
    assert [row[4] for row in await shops.progress()] == [9, 10]
    open_ones = "select string_agg(item, ' ') from toy.job_faults where repaired_at is null"
    assert await shops.value(open_ones) == "8"


async def test_a_part_that_cannot_go_on_says_why_and_waits_longer_each_time(shops: Shops) -> None:
    await shops.sell(FIRST)
    await shops.open(FIRST + DAY)

    async def broken(store: ShopStore, *_: object) -> list[str]:
        raise RuntimeError("a planted bug\nwith a row")

    job = toy_jobs.service.jobs[JOB]
    service = replace(toy_jobs.service, jobs={JOB: replace(job, items=broken)})
    assert await finish(shops.runner(service)) == 3  # the plan, and a try of each part
    shops.now += timedelta(seconds=1)
    assert await finish(shops.runner(service)) == 2
    shops.now += timedelta(seconds=1)
    assert await finish(shops.runner(service)) == 0

    seen = "select distinct tries || ' ' || last_error from toy.job_parts"
    assert await shops.value(seen) == "2 RuntimeError: a planted bug"
    shops.now += timedelta(seconds=1)
    await finish(shops.runner())
    assert len(await shops.counted()) == len(SHOPS)
    assert await shops.value("select sum(tries) from toy.job_parts") == 0
