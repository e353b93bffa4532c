"""Bulk work on a queue of its own: in order, nothing twice, and behind whoever waits."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import orjson
import pytest

from contracts.envelope import OPERATOR, Command, Query
from contracts.topology import BATCH, COMMANDS, batch_queue, dead_queue, routing_key
from infra.deployment import dead
from infra.handling import precedence
from infra.handling.precedence import Precedence
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import Toy, toy_at_rest
from tests.infra.toy import Add, Added, GetCounter, Pile

PILES = 60
QUEUE = batch_queue("toy")


@pytest.fixture
async def at_rest(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Toy]:
    """The toy's tables and queues, and nobody at work yet."""
    async with (
        toy_at_rest(databases, vhosts) as (database, vhost, admin),
        asking(vhost) as client,
    ):
        yield Toy(database, vhost, client, admin)


async def pile_up(bench: Toy, exchange: str = BATCH, count: int = PILES) -> None:
    for number in range(count):
        body = orjson.dumps({"number": number})
        await bench.publish(body, user=OPERATOR, exchange=exchange, key=routing_key(Pile))


async def numbers(bench: Toy) -> list[int]:
    """In the order in which they were handled."""
    rows = await bench.admin.fetch(
        "select value from toy.heard where name = 'pile' order by sequence"
    )
    return [row["value"] for row in rows]


async def is_done(bench: Toy, count: int = PILES) -> bool:
    return await bench.value("pile") == count


@pytest.mark.integration
async def test_whoever_waits_is_answered_before_bulk_work_is_done(at_rest: Toy) -> None:
    await pile_up(at_rest)

    async with running(toy.service, at_rest.database, at_rest.vhost):
        await until(lambda: at_rest.value("pile"))
        answer = await at_rest.ask(Add(name="a", amount=5))
        done_by_then = await at_rest.value("pile")
        await until(lambda: is_done(at_rest))

    assert answer == Added(value=5)
    assert done_by_then < PILES
    assert await numbers(at_rest) == list(range(PILES))


@pytest.mark.integration
async def test_bulk_work_goes_on_beside_those_who_never_cease_to_ask(
    at_rest: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedence, "YIELD_SECONDS_MAX", 0.1)

    await _is_done_beside(at_rest, Add(name="a", amount=0))


@pytest.mark.integration
async def test_who_never_ceases_to_ask_how_far_bulk_work_is_does_not_hold_it_up(
    at_rest: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precedence, "YIELD_SECONDS_MAX", 3_600.0)
    monkeypatch.setattr(GetCounter, "hurries", False)

    await _is_done_beside(at_rest, GetCounter(name="pile"))


async def _is_done_beside(bench: Toy, message: Command | Query) -> None:
    """Five pieces of bulk work, while four ask this without a pause."""
    await pile_up(bench, count=5)

    async def keep_asking() -> None:
        while True:
            await bench.ask(message)

    async with running(toy.service, bench.database, bench.vhost):
        asking_on = [asyncio.create_task(keep_asking()) for _ in range(4)]
        await until(lambda: is_done(bench, 5))
        for task in asking_on:
            assert not task.done()
            task.cancel()


@pytest.mark.integration
async def test_bulk_work_of_a_process_that_stops_is_done_once_by_the_next(at_rest: Toy) -> None:
    await pile_up(at_rest)

    for _ in range(3):
        before = await at_rest.value("pile")
        async with running(toy.service, at_rest.database, at_rest.vhost):
            await until(lambda before=before: _has_risen(at_rest, before))  # type: ignore[misc]
    async with running(toy.service, at_rest.database, at_rest.vhost):
        await until(lambda: is_done(at_rest))

    assert await numbers(at_rest) == list(range(PILES))


async def _has_risen(bench: Toy, before: int) -> bool:
    return await bench.value("pile") > before


@pytest.mark.integration
async def test_bulk_work_that_waits_among_the_commands_of_an_older_bank_is_done(
    at_rest: Toy,
) -> None:
    await pile_up(at_rest, COMMANDS, 5)

    async with running(toy.service, at_rest.database, at_rest.vhost):
        await until(lambda: is_done(at_rest, 5))

    assert sorted(await numbers(at_rest)) == list(range(5))


@pytest.mark.integration
async def test_bulk_work_that_cannot_be_read_is_set_aside_in_a_queue_of_its_own(
    bench: Toy,
) -> None:
    await bench.publish(b"{", user=OPERATOR, exchange=BATCH, key=routing_key(Pile))

    async def is_dead() -> bool:
        return bool(await dead.show(bench.vhost.admin_url, QUEUE, limit=1))

    await until(is_dead)
    async with await aio_pika.connect(bench.vhost.admin_url) as seen:
        queue = await (await seen.channel()).get_queue(dead_queue(QUEUE), ensure=False)
        assert queue.name == "toy.batch.dead"


async def test_bulk_work_begins_when_nothing_is_under_way_and_it_was_quiet_for_a_moment() -> None:
    others = Precedence()
    with others.first():
        waiting = asyncio.create_task(others.after_others())
        await asyncio.sleep(2 * precedence.QUIET_SECONDS)
        assert not waiting.done()
        with others.first():
            pass
    assert not waiting.done()

    await asyncio.wait_for(waiting, 1)
    await asyncio.wait_for(others.after_others(), precedence.QUIET_SECONDS / 2)


async def test_bulk_work_waits_for_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedence, "YIELD_SECONDS_MAX", 0.05)
    others = Precedence()

    with others.first():
        await asyncio.wait_for(others.after_others(), 1)
