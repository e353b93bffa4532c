"""A backup of the whole bank at work becomes a bank again, with every movement told before it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from decimal import Decimal

import pytest

from infra.deployment.migrations import ROOT
from tests.chaos.auditor import Told, audit_always, audit_told
from tests.chaos.callers import Callers
from tests.fixtures.bank import Bank, fresh_bank, processes_of
from tests.fixtures.ports import free_port_base
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

ENDLESS = 1_000_000  # transfers; the stream is cut off
TOLD_BEFORE = 100
LOAD_SECONDS, COMMAND_SECONDS = 120.0, 120.0


@pytest.fixture
async def own() -> AsyncIterator[Bank]:
    async with fresh_bank() as bank:
        yield bank


async def test_a_backup_of_a_bank_at_work_is_a_bank_with_all_that_was_told_before(
    own: Bank,
) -> None:
    copy, home = own.home.with_name("copy"), own.home.with_name("restored")
    restored = Bank(home, free_port_base(), own.settings)
    async with own.signed_in("teller") as teller:
        customer = (await teller.create_customer())["id"]
        accounts = [await teller.open_account("9000.00", customer_id=customer) for _ in range(8)]
        callers = Callers(teller, accounts, seed=7)
        stream = asyncio.create_task(callers.run(ENDLESS, 0))
        await until(lambda: len(callers.transfers) >= TOLD_BEFORE, LOAD_SECONDS, "money moves")
        before = list(callers.transfers)
        await command(own, "backup", str(copy))
        assert not stream.done()
        assert len(callers.transfers) > len(before)
        stream.cancel()
        with suppress(asyncio.CancelledError):
            await stream
    await command(own, "stop")
    assert not (own.home / "run.json").exists()

    await command(restored, "restore", str(copy))
    try:
        await restored.start()
        async with restored.database() as database:
            findings = await audit_always(database)
            findings += await audit_told(database, Told([], before))
        async with restored.signed_in("teller") as teller:
            balances = [await teller.balance(account) for account in accounts]
            moved = await teller.transfer(accounts[0], accounts[1], "1.00")
        await command(restored, "stop")
    finally:
        for pid in processes_of(home):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    assert findings == []
    assert sum(balances) == Decimal("72000.00")
    assert moved.status_code == 201
    assert restored.secrets == own.secrets


async def command(bank: Bank, *arguments: str) -> None:
    """Run a `bank` command of this bank, which must succeed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "infra.deployment.cli", *arguments, cwd=ROOT, env=bank.environment(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    assert process.returncode == 0, said.decode()
