"""`kill -9` in the middle of transfers and payments: nothing acknowledged is lost or done twice.

Each test kills one kind of process while callers are at work, measures how long it takes until a
call succeeds again, lets everything come to rest, and has the auditor look at all of it.
"""

import asyncio
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from contracts.envelope import OPERATOR
from tests.chaos.auditor import (
    Finding,
    RailMemory,
    audit_always,
    audit_letters,
    audit_payments,
    audit_queues,
    audit_settled,
    audit_told,
)
from tests.chaos.callers import Callers, Success
from tests.fixtures.bank import Bank, Client, until

pytestmark = pytest.mark.chaos

TRANSFERS, PAYMENTS = 2_000, 200
ACCOUNTS = 24
KILL_AFTER = 1 / 3  # of the transfers
STREAM_SECONDS = 120.0
SETTLE_SECONDS = 60.0
HEALTHY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Who dies, and how soon calls must succeed again."""

    processes: Sequence[str]
    recovery_seconds: float
    is_of_payments: bool = False  # transfers do not need them


KILLS = {
    "account": Kill(["account"], 10),
    "payment": Kill(["payment"], 10, is_of_payments=True),
    "gateway": Kill(["gateway"], 10),
    "all others": Kill(
        ["transaction", "notification", "reporting", "auth", "customer", "loan", "rail-imps"],
        10,
        is_of_payments=True,
    ),
    "broker": Kill(["rabbitmq"], 30),
    "database": Kill(["postgres"], 15),
}


@pytest.fixture
async def callers(bank: Bank, teller: Client) -> AsyncIterator[Callers]:
    """On accounts of their own: most are rich, one is poor and will be refused at times."""
    customers = [await teller.create_customer() for _ in range(3)]
    accounts = [
        await teller.open_account(
            "5.00" if number == 0 else "10000.00", customer_id=customers[number % 3]["id"]
        )
        for number in range(ACCOUNTS)
    ]
    yield Callers(teller, accounts, seed=random.getrandbits(32))
    await bank.until_healthy(HEALTHY_SECONDS)


@pytest.mark.parametrize("name", KILLS)
async def test_after_a_kill_everything_is_there_once_and_whole(
    bank: Bank, callers: Callers, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    kill = KILLS[name]
    begun_at = time.monotonic()

    async with asyncio.timeout(STREAM_SECONDS):
        stream = asyncio.create_task(callers.run(TRANSFERS, PAYMENTS))
        await until(lambda: _is_time(callers, stream), STREAM_SECONDS, "a third is done")
        killed_at = time.monotonic()
        bank.kill(*kill.processes)
        await stream
    streamed_at = time.monotonic()
    recovered_after = _recovery(callers.paid if kill.is_of_payments else callers.moved, killed_at)
    await _settle(bank)
    settled_at = time.monotonic()
    findings = await _audit(bank, callers)

    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: {len(callers.transfers)} transfers, {len(callers.payments)} payments,"
            f" {callers.refused} refused, {callers.repeated} attempts repeated;"
            f" recovery {recovered_after:.1f} s, stream {streamed_at - begun_at:.1f} s,"
            f" at rest {settled_at - streamed_at:.1f} s later (seed {callers.seed})\n"
        )
    assert findings == []
    assert recovered_after < kill.recovery_seconds
    assert len(callers.transfers) + callers.refused == TRANSFERS
    assert len(callers.payments) == PAYMENTS


def _is_time(callers: Callers, stream: "asyncio.Task[None]") -> bool:
    assert not stream.done() or stream.result() is not None, "the stream ended before the kill"
    return len(callers.moved) >= TRANSFERS * KILL_AFTER


def _recovery(successes: Sequence[Success], killed_at: float) -> float:
    """Seconds until the first call had succeeded that was made after the kill."""
    return min(s.ended_at for s in successes if s.begun_at > killed_at) - killed_at


async def _settle(bank: Bank) -> None:
    """Until nothing is on its way any more; what then still is, the audit names."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        async with bank.database() as database:
            unsettled = await audit_settled(database)
        if not unsettled and not await audit_queues(bank.amqp_url(OPERATOR)):
            return
        await asyncio.sleep(0.5)


async def _audit(bank: Bank, callers: Callers) -> list[Finding]:
    rail = RailMemory.read(bank.home / "data" / "rail-imps" / "rail.jsonl")
    async with bank.database() as database:
        return [
            *await audit_always(database),
            *await audit_settled(database),
            *await audit_payments(database, rail),
            *await audit_told(database, callers.told),
            *await audit_letters(database, bank.mailbox),
            *await audit_queues(bank.amqp_url(OPERATOR)),
        ]
