"""`kill -9` amid transfers, payments and loans: nothing acknowledged is lost or done twice.

Each test kills one kind of process while callers are at work, measures how long it takes until a
call succeeds again, lets everything come to rest, and has the auditor look at all of it.
"""

import asyncio
import math
import random
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from contracts.envelope import OPERATOR
from contracts.topology import OUTSIDE
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
from tests.chaos.lenders import REPAYMENTS, Lenders
from tests.chaos.loan_checks import audit_loans, audit_told_loans
from tests.chaos.rest import at_rest
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

TRANSFERS, PAYMENTS, LOANS = 2_000, 200, 40
RAILS = [system.user for system in OUTSIDE]
LARGE_PAYMENTS = 8  # for which there is money; those after them fail
ACCOUNTS = 24
KILL_AFTER = 1 / 3  # of the calls that are measured
STREAM_SECONDS = 400.0
SETTLE_SECONDS = 200.0  # 4,600 letters at 200 a second, on a machine that is slower than that
HEALTHY_SECONDS = 120.0
# A first start on two idle cores. What is promised for a recovery is promised for such a machine;
# one that needed longer for this run's start may take as many times longer to recover.
USUAL_START_SECONDS = 12.0
# And the start had the machine for itself, where a recovery shares it with the stream of calls.
BUSY_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Who dies, and how soon calls must succeed again."""

    processes: Sequence[str]
    recovery_seconds: float
    of: str = "transfers"  # whose calls are measured: those that need the processes


KILLS = {
    "account": Kill(["account"], 10),
    "payment": Kill(["payment"], 10, of="payments"),
    # A movement of a loan is answered after its entry: it passes the service twice.
    "loan": Kill(["loan"], 15, of="loans"),
    "gateway": Kill(["gateway"], 10),
    "all others": Kill(
        ["transaction", "notification", "reporting", "auth", "customer", *RAILS],
        10,
        of="payments",
    ),
    "broker": Kill(["rabbitmq"], 30),
    "database": Kill(["postgres"], 15),
}


@pytest.fixture
async def lenders(bank: Bank, teller: Client, manager: Client) -> AsyncIterator[Lenders]:
    """With the other callers, on accounts of their own: most are rich, one is poor and will be
    refused at times, and the last can make a few large payments."""
    customers = [await teller.create_customer() for _ in range(3)]
    accounts = [
        await teller.open_account(
            "5.00" if number == 0 else "10000.00", customer_id=customers[number % 3]["id"]
        )
        for number in range(ACCOUNTS)
    ]
    for _ in range(LARGE_PAYMENTS):
        await teller.made(f"/api/accounts/{accounts[-1]}/deposit", {"amount": "200000.00"})
    owners = {account: customers[number % 3]["id"] for number, account in enumerate(accounts)}
    yield Lenders(Callers(teller, accounts, seed=random.getrandbits(32)), manager, owners)
    await bank.until_healthy(HEALTHY_SECONDS)


@pytest.mark.parametrize("name", KILLS)
async def test_after_a_kill_everything_is_there_once_and_whole(
    bank: Bank, lenders: Lenders, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    kill, callers = KILLS[name], lenders.callers
    measured, wanted = _measured(lenders)[kill.of]
    slowness = max(1.0, bank.started_seconds / USUAL_START_SECONDS)
    begun_at = time.monotonic()

    async with asyncio.timeout(STREAM_SECONDS), asyncio.TaskGroup() as group:
        streams = [
            group.create_task(callers.run(TRANSFERS, PAYMENTS)),
            group.create_task(lenders.run(LOANS)),
        ]
        await until(lambda: len(measured) >= wanted * KILL_AFTER, STREAM_SECONDS, "a third is done")
        assert not all(stream.done() for stream in streams), "the streams ended before the kill"
        killed_at = time.monotonic()
        bank.kill(*kill.processes)
    streamed_at = time.monotonic()
    recovered_after = _recovery(measured, killed_at)
    await at_rest(bank, SETTLE_SECONDS)
    settled_at = time.monotonic()
    findings = await _audit(bank, lenders)

    with capsys.disabled():
        sys.stdout.write(
            f"\n{name}: {len(callers.transfers)} transfers, {len(callers.payments)} payments,"
            f" {len(lenders.loans)} loans with {len(lenders.lent)} movements,"
            f" {callers.refused} refused, {callers.repeated} attempts repeated;"
            f" recovery {recovered_after:.1f} s, stream {streamed_at - begun_at:.1f} s,"
            f" at rest {settled_at - streamed_at:.1f} s later (seed {callers.seed},"
            f" start {bank.started_seconds:.1f} s)\n"
        )
    assert findings == []
    assert recovered_after < kill.recovery_seconds * slowness * BUSY_FACTOR
    assert len(callers.transfers) + callers.refused == TRANSFERS
    assert len(callers.payments) == PAYMENTS
    assert len(lenders.loans) == LOANS


def _measured(lenders: Lenders) -> dict[str, tuple[Sequence[Success], int]]:
    """By kind of call: those that succeeded, and about how many there will be."""
    return {
        "transfers": (lenders.callers.moved, TRANSFERS),
        "payments": (lenders.callers.paid, PAYMENTS),
        "loans": (lenders.lent, LOANS * (1 + REPAYMENTS)),
    }


def _recovery(successes: Sequence[Success], killed_at: float) -> float:
    """Seconds until the first call had succeeded that was made after the kill; for ever if none."""
    ends = (success.ended_at for success in successes if success.begun_at > killed_at)
    return min(ends, default=math.inf) - killed_at


async def _audit(bank: Bank, lenders: Lenders) -> list[Finding]:
    rail = RailMemory.read(*(bank.home / "data" / name / "rail.jsonl" for name in RAILS))
    async with bank.database() as database:
        return [
            *await audit_always(database),
            *await audit_settled(database),
            *await audit_payments(database, rail),
            *await audit_told(database, lenders.callers.told),
            *await audit_loans(database),
            *await audit_told_loans(database, lenders.loans, list(lenders.owners)),
            *await audit_letters(database, bank.mailbox),
            *await audit_queues(bank.amqp_url(OPERATOR)),
        ]
