"""What a bulk load costs a customer: his transfers, alone and beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.benchmarks.bulk import BulkOutcome, BulkPlan
from tests.benchmarks.stage import BenchmarkFailed, Stage

ALONE, BESIDE = "transfers of one customer", "the same beside a bulk load"
LOADED = "entries of that load"
LONGER_SECONDS = 6.0  # than what is measured beside it, with its start and its warming up
BEGUN_SECONDS = 60.0
BEGUN = "select true from account.entries where reference like $1 || '-%' limit 1"


@asynccontextmanager
async def loading(
    stage: Stage, seconds: float, run: str
) -> AsyncIterator["asyncio.Task[BulkOutcome]"]:
    """A bulk load that has begun, and goes on for as long as the block."""
    plan = BulkPlan(
        stage.bank.amqp_url("operator"), stage.accounts, 0.0, seconds + LONGER_SECONDS, run
    )
    load = asyncio.create_task(stage.bulk(plan))
    try:
        async with asyncio.timeout(BEGUN_SECONDS):
            while not await _has_begun(stage, run):
                await asyncio.sleep(0.1)
        yield load
        if load.done():
            raise BenchmarkFailed("the bulk load ended before what is measured beside it")
        await load
    finally:
        load.cancel()


async def _has_begun(stage: Stage, run: str) -> bool:
    async with stage.bank.database() as database:
        return bool(await database.fetchval(BEGUN, run))
