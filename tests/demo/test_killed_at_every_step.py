"""Payments over every rail and every fate while the payment service dies at each unit of work.

A process does one unit and dies at the next: with all of it written and not committed; committed
and not sent; sent, and neither noted as sent nor acknowledged. The next process goes on from there.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.payment.payments import MakePayment
from contracts.payment.values import Rail
from contracts.topology import DELIVERY_LIMIT
from infra.bus.ask import NoAnswer, Unavailable
from infra.data.database import Connection
from infra.deployment.migrations import ROOT
from tests.demo.conftest import Bank, a_demo_bank
from tests.demo.mortal import MOMENTS
from tests.demo.test_incoming import arrival, say
from tests.fixtures.processes import SECRET
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

ACCEPTS, REFUSES, FORGETS, CONTRADICTS, RETURNS = "7890", "0001", "0005", "0006", "0007"
ENDS = {
    ACCEPTS: "completed", REFUSES: "failed", FORGETS: "completed", CONTRADICTS: "failed",
    RETURNS: "returned",
}  # fmt: skip
KILLS_MAX = 12
assert KILLS_MAX < DELIVERY_LIMIT, "a message that has killed so often is set aside as deadly"
KILLING_SECONDS = 120.0
BEGIN_SECONDS = 30.0
HEALING_SECONDS = 120.0  # one minute is the goal; a busy machine may take longer

_OPEN = """
select (select count(*) from payment.sagas where phase in ('forward', 'undoing'))
    + (select count(*) from payment.outbox)
    + (select count(*) from payment.returns where resolution is null and set_aside_because is null)
    + $1 - (select count(*) from payment.payments)
    + $2 - (select count(*) from payment.returns)
    + $3 - (select count(*) from payment.incoming_payments)
    + $4 - (select count(*) from payment.sagas where is_contradicted)
"""
_HASTEN = """
update payment.sagas set deadline = now()
where name = 'neft' and at in (1, 2) and deadline > now() + interval '5 seconds'
"""


@dataclass
class Mortal:
    """The payment service, a process after the other."""

    program: asyncio.subprocess.Process
    _pid: int = 0

    async def begin(self, moment: str, units: int) -> None:
        assert self.program.stdin is not None
        self.program.stdin.write(f"{moment} {units}\n".encode())
        async with asyncio.timeout(BEGIN_SECONDS):
            self._pid = await self._told("began")

    async def died(self) -> None:
        """Return when it has."""
        await self._told("died")

    async def kill(self) -> None:
        """The one that lives, if it does."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    async def _told(self, what: str) -> int:
        assert self.program.stdout is not None
        while True:
            words = (await self.program.stdout.readline()).decode().split()
            assert words, "the service's program has ended"
            if words[0] == what:
                return int(words[1])


@pytest.fixture(scope="module")
def mortal() -> list[Mortal]:
    return []


@pytest.fixture(scope="module")
async def bank(
    databases: Databases,
    vhosts: Vhosts,
    tmp_path_factory: pytest.TempPathFactory,
    impatient: None,
    mortal: list[Mortal],
) -> AsyncIterator[Bank]:
    @asynccontextmanager
    async def beside(database: Database, vhost: Vhost) -> AsyncIterator[None]:
        async with a_mortal(database, vhost) as service:
            mortal.append(service)
            await service.begin("never", 0)
            yield

    async with a_demo_bank(databases, vhosts, tmp_path_factory.mktemp("rails"), beside) as bank:
        yield bank


@asynccontextmanager
async def a_mortal(database: Database, vhost: Vhost) -> AsyncIterator[Mortal]:
    with TemporaryDirectory(prefix="bank-mortal-") as data:
        told = {
            "BANK_POSTGRES_URL": database.url("payment"),
            "BANK_AMQP_URL": vhost.url("payment"),
            "BANK_SECRET": SECRET,
            "BANK_DATA": str(Path(data)),
            "BANK_PAYMENT_RAIL_SECONDS": "0.5",
            "BANK_PAYMENT_ACCOUNT_SECONDS": "600",  # nothing is given up for want of an answer
            "BANK_LOG_LEVEL": "ERROR",
        }
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.demo.mortal", cwd=ROOT, env={**os.environ, **told},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            yield Mortal(program)
        finally:
            os.killpg(program.pid, signal.SIGKILL)
            await program.wait()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_each_payment_ends_once_and_whole_whenever_its_service_dies(
    bank: Bank, mortal: list[Mortal], moment: str
) -> None:
    [service] = mortal
    db = await asyncpg.connect(bank.database.admin_url)
    amounts = {rail: await bank.fund(rail) for rail in Rail for _ in ENDS}
    before, books = await bank.balance(bank.accounts["alice"]), await bank.books()
    wanted = await _counted_after(db)
    await service.kill()
    await service.died()

    async def is_over() -> bool:
        await db.execute(_HASTEN)
        return bool(await db.fetchval(_OPEN, *wanted) == 0)

    # One unit is done before the next is lost, or nothing would ever be.
    await service.begin(moment, 2)
    asked = {uuid4(): (rail, ending) for rail in Rail for ending in ENDS}
    paying = [
        asyncio.create_task(_pay(bank, *wish, amounts[wish[0]], message_id))
        for message_id, wish in asked.items()
    ]
    for rail in Rail:
        say(bank, rail, arrival(bank, rail))
    kills = await _kill_until(is_over, service, moment)
    await service.begin("never", 0)
    await until(is_over, HEALING_SECONDS, "all is over")
    await asyncio.gather(*paying)

    assert await _ended(db, asked) == Counter(
        (rail, ending, ENDS[ending]) for rail, ending in asked.values()
    )
    after, moved = await bank.balance(bank.accounts["alice"]), await bank.books()
    paid = 2 * sum(amounts.values())
    assert (after.held_minor, before.balance_minor - after.balance_minor) == (0, paid - 4 * 1_000)
    # Two were accepted, one more after a no; and ten rupees came in.
    assert {
        rail: moved.get(line, 0) - books.get(line, 0)
        for rail in Rail
        if (line := f"GL-CLEARING-{rail}-INR")
    } == {rail: 3 * minor - 1_000 for rail, minor in amounts.items()}
    suspense = moved.get("GL-SUSPENSE-INR", 0) - books.get("GL-SUSPENSE-INR", 0)
    assert suspense == -sum(amounts.values())
    assert kills >= 5, f"only {kills} times"
    await db.close()


async def _counted_after(db: Connection) -> list[int]:
    """How many payments, returns, incoming payments and contradictions there are to be."""
    before = await db.fetchrow(
        "select (select count(*) from payment.payments), (select count(*) from payment.returns),"
        " (select count(*) from payment.incoming_payments),"
        " (select count(*) from payment.sagas where is_contradicted)"
    )
    assert before is not None
    each_rail = (len(ENDS), 1, 1, 1)
    return [were + len(Rail) * more for were, more in zip(before, each_rail, strict=True)]


async def _ended(db: Connection, asked: dict[UUID, tuple[Rail, str]]) -> Counter[Any]:
    """Rail, fate and state of each of these payments."""
    rows = await db.fetch(
        "select p.requested_by, now.state from payment.payments p"
        " join payment.payments_now now using (payment_id) where p.requested_by = any($1::uuid[])",
        list(asked),
    )
    return Counter((*asked[row[0]], row[1]) for row in rows)


async def _pay(bank: Bank, rail: Rail, ending: str, minor: int, message_id: UUID) -> None:
    """Ask until it is accepted, as an edge does; the same message is the same payment."""
    command = MakePayment.model_validate(
        {
            "from_account": bank.accounts["alice"], "amount": {"minor": minor, "currency": "INR"},
            "beneficiary": {"name": "Carol", **_payee(rail, ending)}, "rail": rail,
        }
    )  # fmt: skip
    for _ in range(30):
        with suppress(NoAnswer, Unavailable):
            await bank.client.ask(
                command, subject=bank.alice, message_id=message_id, wait_seconds=10.0
            )
            return


def _payee(rail: Rail, ending: str) -> dict[str, Any]:
    if rail is Rail.UPI:
        return {"vpa": f"555000{ending}@okaxis"}
    return {"account_number": f"555000{ending}", "ifsc": "HDFC0002255"}


async def _kill_until(is_over: Any, service: Mortal, moment: str) -> int:
    """How often it died before all was over, or at most; none lives then."""
    until = time.monotonic() + KILLING_SECONDS
    for kills in range(KILLS_MAX):
        dying = asyncio.create_task(service.died())
        while not dying.done():
            if time.monotonic() > until or await is_over():
                await service.kill()
                await dying
                return kills
            await asyncio.wait([dying], timeout=0.1)
        await service.begin(moment, 2)
    await service.kill()
    await service.died()
    return KILLS_MAX
