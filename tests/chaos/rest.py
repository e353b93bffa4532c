"""Waiting until nothing of a bank is on its way any more."""

import asyncio
import time

from contracts.envelope import OPERATOR
from tests.chaos.auditor import audit_queues, audit_settled
from tests.fixtures.bank import Bank

LOOK_SECONDS = 0.5


async def at_rest(bank: Bank, seconds: float) -> None:
    """Return when it rests, or after this time; what then is still on its way, the audit names."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        async with bank.database() as database:
            unsettled = await audit_settled(database)
        if not unsettled and not await audit_queues(bank.amqp_url(OPERATOR)):
            return
        await asyncio.sleep(LOOK_SECONDS)
