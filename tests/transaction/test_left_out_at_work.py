"""A due date that somebody leaves out while the job of its day is running: the transfer is made or
left out, whoever comes first, and never both. Two processes of the service, on a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.envelope import DomainError
from contracts.transaction.standing_orders import (
    ExecutionState,
    PauseStandingOrder,
    ResumeStandingOrder,
    SkipStandingOrder,
)
from infra.data.database import Connection
from tests.fixtures.servers import Databases
from tests.fixtures.waiting import until
from tests.transaction.desk import CUSTOMER, DAY, OrderDesk

pytestmark = pytest.mark.integration

TODAY, TOMORROW = date(2026, 1, 31), date(2026, 2, 1)
ORDERS, SECONDS = 40, 30.0
MADE, SKIPPED = ExecutionState.PROCESSING, ExecutionState.SKIPPED
WAITS = "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'"

Wish = Callable[[OrderDesk, UUID], Coroutine[Any, Any, object]]


async def skip(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(SkipStandingOrder(order_id=order_id, due_date=TOMORROW), CUSTOMER)


async def pause(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(PauseStandingOrder(order_id=order_id, reason="away"), CUSTOMER)


async def pause_and_resume(desk: OrderDesk, order_id: UUID) -> object:
    await pause(desk, order_id)
    return await desk.ask(ResumeStandingOrder(order_id=order_id), CUSTOMER)


@dataclass
class Two:
    """One is asked by customers and has not heard of the new day; one does the job of it."""

    asked: OrderDesk
    working: OrderDesk
    beside: Connection

    async def until_waits(self, desk: OrderDesk) -> None:
        pid = desk.store.db.get_server_pid()

        async def waits() -> bool:
            return await self.beside.fetchrow(WAITS, pid) is not None

        await until(waits, SECONDS, "it waits for the row of the order")

    async def states(self, order_id: UUID) -> list[ExecutionState]:
        return [each.state for each in await self.asked.executions(order_id)]


@pytest.fixture
async def two(databases: Databases) -> AsyncIterator[Two]:
    async with databases.fresh(("transaction",)) as database:
        url = database.url("transaction")
        first, second, beside = [
            await asyncpg.connect(each) for each in (url, url, database.admin_url)
        ]
        made = Two(OrderDesk(first, TODAY), OrderDesk(second, TODAY), beside)
        await made.asked.open_day()
        yield made
        for each in (first, second, beside):
            await each.close()


@pytest.mark.parametrize("wish", [skip, pause], ids=["skip", "pause"])
async def test_what_the_job_has_begun_is_left_out_no_more(two: Two, wish: Wish) -> None:
    order_id = await two.asked.order("DAILY", start_date=TOMORROW)
    two.working.day = TOMORROW
    transaction = two.working.store.db.transaction()
    await transaction.start()
    await two.working.work()

    asking = asyncio.create_task(wish(two.asked, order_id))
    await two.until_waits(two.asked)
    await transaction.commit()
    with suppress(DomainError):
        await asking

    assert await two.states(order_id) == [MADE]
    assert len(two.working.sent) == 1


@pytest.mark.parametrize("wish", [skip, pause], ids=["skip", "pause"])
async def test_what_is_left_out_before_the_job_comes_to_it_is_not_made(
    two: Two, wish: Wish
) -> None:
    order_id = await two.asked.order("DAILY", start_date=TOMORROW)
    two.working.day = TOMORROW
    transaction = two.asked.store.db.transaction()
    await transaction.start()
    await wish(two.asked, order_id)

    working = asyncio.create_task(two.working.work())
    await two.until_waits(two.working)
    await transaction.commit()
    await working

    assert await two.states(order_id) == [SKIPPED]
    assert two.working.sent == []


@pytest.mark.parametrize("seed", range(3))
async def test_in_any_race_each_transfer_of_the_day_is_made_or_left_out(
    two: Two, seed: int
) -> None:
    chance = Random(seed)
    orders = [await two.asked.order("DAILY", start_date=TOMORROW) for _ in range(ORDERS)]
    two.working.day = TOMORROW

    async def ask() -> None:
        for order_id in chance.sample(orders, ORDERS):
            with suppress(DomainError):
                await chance.choice([skip, pause, pause_and_resume])(two.asked, order_id)

    async def work() -> None:
        for _ in range(3):
            await asyncio.sleep(chance.random() / 10)
            await two.working.work()

    await asyncio.gather(ask(), work())
    two.asked.day += DAY
    await two.asked.open_day()
    await two.asked.work()

    states = [await two.states(order_id) for order_id in orders]
    assert all(len(found) == 1 for found in states), states
    begun = [send.message_id for desk in (two.asked, two.working) for send in desk.sent]
    assert len(begun) == len(set(begun)) == states.count([MADE])
    assert states.count([MADE]) + states.count([SKIPPED]) == ORDERS
