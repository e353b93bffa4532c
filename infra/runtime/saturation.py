"""How near a process is to its limits: its event loop, its turns, its database connections, itself.

Each figure says how much waits, so that one that stays above nothing names the place that is full.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
from asyncpg.pool import PoolAcquireContext
from prometheus_client import Gauge, Histogram, ProcessCollector

from infra.runtime.telemetry import REGISTRY

PAUSE_SECONDS = 0.25
QUERIES_MAX = 50_000  # on one connection, which is then closed; as asyncpg has it by itself

LAG = Histogram(
    "bank_event_loop_lag_seconds", "How late a task wakes that slept for a moment",
    registry=REGISTRY, buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
TURNS_TAKEN = Gauge("bank_turns_taken", "Slow work at work", ["lane"], registry=REGISTRY)
TURNS_WAITING = Gauge("bank_turns_waiting", "Slow work waiting", ["lane"], registry=REGISTRY)
DATABASE_MAX = Gauge(
    "bank_database_connections_max", "Connections that the pool may have", registry=REGISTRY
)
DATABASE_BUSY = Gauge("bank_database_connections_busy", "Those at work", registry=REGISTRY)
DATABASE_WAITING = Gauge(
    "bank_database_connections_waiting", "Work that waits for one", registry=REGISTRY
)
ProcessCollector(registry=REGISTRY)  # memory, processor time and descriptors; on Linux


class MeasuredPool(asyncpg.Pool):
    """A pool of which it is seen how many connections are at work, and how many are waited for."""

    def __init__(self, url: str, *, max_size: int, **settings: Any) -> None:
        super().__init__(
            url, min_size=1, max_size=max_size, max_queries=QUERIES_MAX, loop=None,
            connection_class=asyncpg.Connection, record_class=asyncpg.Record, **settings,
        )  # fmt: skip
        DATABASE_MAX.set(max_size)
        DATABASE_BUSY.set_function(lambda: self.get_size() - self.get_idle_size())

    def acquire(self, *, timeout: float | None = None) -> PoolAcquireContext:
        return _Waiting(self, timeout)


class _Waiting(PoolAcquireContext):
    async def __aenter__(self) -> Any:
        with DATABASE_WAITING.track_inprogress():
            return await super().__aenter__()


async def measure_lag(pause_seconds: float = PAUSE_SECONDS) -> None:
    """For ever: sleep, and note by how much the sleep was too long."""
    while True:
        due = monotonic() + pause_seconds
        await asyncio.sleep(pause_seconds)
        LAG.observe(max(0.0, monotonic() - due))


@asynccontextmanager
async def lag_measured() -> AsyncIterator[None]:
    """The same until the block ends."""
    measuring = asyncio.create_task(measure_lag())
    try:
        yield
    finally:
        measuring.cancel()
        await asyncio.wait([measuring])
