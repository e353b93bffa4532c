"""What is full shows: whoever waits is counted, and counted no more when he has what he wanted."""

import asyncio
import time
from contextlib import suppress

import pytest
from prometheus_client import generate_latest

from infra.data.database import open_pool
from infra.handling.service import Room
from infra.handling.turns import TooManyAtOnce, Turns
from infra.runtime.saturation import lag_measured, measure_lag
from infra.runtime.telemetry import REGISTRY
from tests.fixtures.servers import Databases
from tests.fixtures.waiting import until


def shown(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def late(bucket: str) -> float:
    """How often the event loop was later than this bucket's bound."""
    name = "bank_event_loop_lag_seconds"
    return shown(f"{name}_count") - shown(f"{name}_bucket", le=bucket)


async def test_an_event_loop_that_does_nothing_else_for_a_while_shows_as_late() -> None:
    before = late("0.1")
    measuring = asyncio.create_task(measure_lag(pause_seconds=0.01))
    await asyncio.sleep(0)

    time.sleep(0.5)  # noqa: ASYNC251
    await until(lambda: late("0.1") > before, 10, "the lag is seen")

    measuring.cancel()
    with suppress(asyncio.CancelledError):
        await measuring


async def test_nothing_is_measured_after_its_block() -> None:
    others = asyncio.all_tasks()

    async with lag_measured():
        assert asyncio.all_tasks() > others

    assert asyncio.all_tasks() == others


async def test_turns_that_are_taken_and_waited_for_are_shown_by_lane() -> None:
    turns = Turns(Room(places=2, waiting_max=3), "toy.queries")
    taken = [asyncio.create_task(turns.take()) for _ in range(6)]
    await until(lambda: shown("bank_turns_waiting", lane="toy.queries") == 3, 10, "three wait")
    assert shown("bank_turns_taken", lane="toy.queries") == 2
    with pytest.raises(TooManyAtOnce):
        await taken[5]

    for each in taken[:5]:
        await each
        turns.leave()

    assert shown("bank_turns_waiting", lane="toy.queries") == 0
    assert shown("bank_turns_taken", lane="toy.queries") == 0


@pytest.mark.integration
async def test_connections_at_work_and_waited_for_are_shown(databases: Databases) -> None:
    pool = await open_pool(databases.server_url, "toy", 2)
    enough = asyncio.Event()

    async def work() -> None:
        async with pool.acquire():
            await enough.wait()

    working = [asyncio.create_task(work()) for _ in range(5)]
    await until(lambda: shown("bank_database_connections_waiting") == 3, 10, "three wait")
    assert shown("bank_database_connections_busy") == 2
    assert shown("bank_database_connections_max") == 2
    enough.set()
    await asyncio.gather(*working)

    assert await pool.fetchval("select 1") == 1
    assert shown("bank_database_connections_waiting") == 0
    assert shown("bank_database_connections_busy") == 0
    await pool.close()


def test_a_process_shows_its_memory_its_processor_time_and_its_descriptors() -> None:
    text = generate_latest(REGISTRY).decode()

    for name in ("resident_memory_bytes", "cpu_seconds_total", "open_fds", "max_fds"):
        assert f"\nprocess_{name} " in text
