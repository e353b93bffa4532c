"""What strangers cost others: a teller's balance calls, alone and beside strangers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from tests.benchmarks.load import LoadPlan, get
from tests.benchmarks.stage import Stage
from tests.fixtures.strangers import HEAD, addresses, crowd, flood

CONNECTIONS = 2_000
HOLDERS = addresses(8)  # enough of them that none is refused for its address
LOG_INS = 1_000_000  # more than there is time for
ALONE = "balance calls, nobody else there"
SILENT = f"the same beside {CONNECTIONS:,} silent connections"
HALF = f"the same beside {CONNECTIONS:,} half heads"
ONE_FLOODS = "the same beside 100 log-ins at a time of one address"
MANY_FLOOD = "the same beside 100 log-ins at a time of 50 addresses"
BESIDE = (ALONE, SILENT, HALF, ONE_FLOODS, MANY_FLOOD)


@asynccontextmanager
async def beside(port: int, figure: str) -> AsyncIterator[None]:
    """What strangers do while this figure is taken."""
    if figure in (SILENT, HALF):
        async with crowd(port, HEAD if figure == HALF else b"", CONNECTIONS, HOLDERS):
            yield
    elif figure in (ONE_FLOODS, MANY_FLOOD):
        sources = addresses(50 if figure == MANY_FLOOD else 1)
        flooding = asyncio.create_task(flood(port, LOG_INS, sources))
        try:
            yield
        finally:
            flooding.cancel()
            with suppress(asyncio.CancelledError):
                await flooding
    else:
        yield


def balances(stage: Stage, seconds: float) -> LoadPlan:
    """One connection that asks for the balances of all accounts in turn."""
    asked = [get(f"/api/accounts/{number}/balance", stage.token) for number in stage.accounts]
    return LoadPlan(stage.bank.port_base, 1, seconds, asked, 200, uuid4().hex)
