"""What is measured: a whole bank in a temporary folder, with accounts, beside its yardsticks."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol, TypeVar, cast

import asyncpg
import typer

from contracts.account.accounts import AccountOpened, OpenAccount
from contracts.account.values import AccountType
from contracts.envelope import OPERATOR, Subject
from contracts.topology import SERVICES
from infra.bus.ask import AskClient
from infra.deployment.local.child import run_once
from infra.deployment.migrations import ROOT
from infra.deployment.provisioning import on_database
from tests.benchmarks import costs
from tests.benchmarks.apps import App, Original, bare_route, original
from tests.benchmarks.bulk import BulkOutcome, BulkPlan
from tests.benchmarks.costs import Cost
from tests.benchmarks.durable import DATABASE as DBOS_DATABASE
from tests.benchmarks.durable import DurablePlan
from tests.benchmarks.load import LoadPlan, Outcome
from tests.benchmarks.original.tables import DATABASE as ORIGINAL_DATABASE
from tests.benchmarks.partners import PartnerPlan
from tests.benchmarks.pgbench import Pgbench, create_database
from tests.chaos.auditor import audit_queues
from tests.fixtures.bank import Bank, fresh_bank

ACCOUNTS = 1_000
DEPOSIT_MINOR = 10**9
SETTLE_SECONDS = 300.0
LOOK_SECONDS = 0.5  # between looks whether the bank is at rest
REST_LOOKS, REST_SECONDS = 3, 4.0
RUN_SECONDS_MAX = 300.0


class Counted(Protocol):
    """What a load came to, with all that was answered, within its time or not."""

    @property
    def answered(self) -> int: ...


Loaded = TypeVar("Loaded", bound=Counted)


@dataclass(kw_only=True)
class Scene:
    """A running bank with rich accounts, and a teller's token, which lasts ten minutes."""

    bank: Bank
    accounts: list[str]
    token: str

    async def sign_in(self) -> None:
        """A new token for what comes."""
        self.token = await token_of_teller(self.bank)

    async def http(self, plan: LoadPlan) -> Outcome:
        outcome = Outcome(**await self._in_a_process("tests.benchmarks.load", asdict(plan)))
        _require(outcome.failed == 0, f"a call failed: {outcome.failure}")
        return outcome

    async def partners(self, plan: PartnerPlan) -> Outcome:
        outcome = Outcome(**await self._in_a_process("tests.benchmarks.partners", asdict(plan)))
        _require(outcome.failed == 0, f"a command failed: {outcome.failure}")
        return outcome

    async def bulk(self, plan: BulkPlan) -> BulkOutcome:
        outcome = BulkOutcome(**await self._in_a_process("tests.benchmarks.bulk", asdict(plan)))
        _require(not outcome.failure, f"an entry was refused: {outcome.failure}")
        return outcome

    async def _in_a_process(self, module: str, plan: dict[str, Any]) -> dict[str, Any]:
        path = self.bank.home.with_name(f"{module}.json")
        path.write_text(json.dumps(plan))
        command = [sys.executable, "-m", module, str(path)]
        status, said, errors = await asyncio.wait_for(
            run_once(command, folder=ROOT), RUN_SECONDS_MAX
        )
        _require(status == 0, f"{module} ended with {status}: {errors[-2000:]}")
        return cast(dict[str, Any], json.loads(said))

    async def settle(self) -> None:
        """Return when every event was heard by all who follow the ledger, and all is tidy."""
        await self._come_to_rest()
        await self._tidy()

    async def _come_to_rest(self) -> float:
        """Seconds until every event was heard."""
        begun_at = time.monotonic()
        while await self._is_busy():
            _require(time.monotonic() < begun_at + SETTLE_SECONDS, "the bank does not come to rest")
            await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - begun_at

    async def _is_busy(self) -> bool:
        async with self.bank.database() as database:
            for service in SERVICES:
                # The names of schemas cannot be parameters.
                if await database.fetchval(f"select true from {service}.outbox limit 1"):  # noqa: S608
                    return True
        return bool(await audit_queues(self.bank.amqp_url(OPERATOR)))

    async def _tidy(self) -> None:
        """E-mails are sent at a bounded rate; those still waiting would slow the next figure, as
        would the vacuuming that one figure leaves to the next."""
        connection = await asyncpg.connect(self.bank.postgres_url)
        try:
            for statement in (
                "delete from notification.deliveries where state = 'waiting'",
                "vacuum analyze",
                "checkpoint",
            ):
                await connection.execute(statement)
        finally:
            await connection.close()


@dataclass(kw_only=True)
class Stage(Scene):
    """A bank with `ACCOUNTS` of them, beside its yardsticks."""

    pgbench: Pgbench
    bare: App
    original: Original
    at_rest: dict[str, float] = field(default_factory=dict)  # processor time of a second, by name

    async def durable(self, processes: int, threads: int, seconds: float) -> Outcome:
        """Workflows of DBOS to completion, so many at once."""
        url = on_database(self.bank.postgres_url, DBOS_DATABASE)
        plan = DurablePlan(url, processes, threads, seconds)
        return Outcome(**await self._in_a_process("tests.benchmarks.durable", asdict(plan)))

    async def counted(self, load: Awaitable[Loaded]) -> tuple[Loaded, Cost]:
        """What this load came to, and what each of its operations cost until all was heard."""
        begun_at, before = time.monotonic(), costs.spent(self._processes())
        loaded = await load
        heard_seconds = await self._come_to_rest()
        used = costs.difference(before, costs.spent(self._processes()))
        lasted = time.monotonic() - begun_at
        at_rest = {name: seconds * lasted for name, seconds in self.at_rest.items()}
        await self._tidy()
        return loaded, costs.each(used, at_rest, loaded.answered, heard_seconds)

    async def rest(self) -> None:
        """Come to rest, and learn what that costs: by process, the median of a few looks."""
        await self.settle()
        looks = [await self._seconds_of_rest() for _ in range(REST_LOOKS)]
        self.at_rest = {name: median(look[name] for look in looks) for name in looks[0]}

    async def _seconds_of_rest(self) -> dict[str, float]:
        before = costs.spent(self._processes())
        await asyncio.sleep(REST_SECONDS)
        used = costs.difference(before, costs.spent(self._processes()))
        return {name: seconds / REST_SECONDS for name, seconds in used.items()}

    def _processes(self) -> dict[str, int]:
        return {
            **costs.bank_processes(self.bank),
            "bare route": self.bare.pid,
            **self.original.pids,
        }


@asynccontextmanager
async def set_stage() -> AsyncIterator[Stage]:
    """Everything that the figures need, and nothing left of it afterwards."""
    typer.echo("starting a bank …", err=True)
    async with fresh_bank() as bank:
        typer.echo(f"opening {ACCOUNTS} accounts, filling pgbench's tables …", err=True)
        accounts = await open_accounts(bank, ACCOUNTS)
        token = await token_of_teller(bank)
        async with bank.stranger() as stranger:
            keys = (await stranger.get("/api/auth/jwks")).text
        pgbench = Pgbench(bank.postgres_url, beside_server(bank, "pgbench"))
        await pgbench.create()
        await create_database(bank.postgres_url, DBOS_DATABASE)
        own_database = await create_database(bank.postgres_url, ORIGINAL_DATABASE)
        async with (
            bare_route(bank, keys) as bare,
            original(bank, own_database, accounts) as earlier,
        ):
            stage = Stage(
                bank=bank, accounts=accounts, token=token, pgbench=pgbench, bare=bare,
                original=earlier,
            )  # fmt: skip
            await stage.rest()
            yield stage


async def token_of_teller(bank: Bank) -> str:
    async with bank.signed_in("teller") as teller:
        authorization: str = teller.http.headers["Authorization"]
    return authorization.removeprefix("Bearer ")


async def open_accounts(bank: Bank, count: int) -> list[str]:
    """The numbers of so many, a multiple of a hundred, each with money on it."""
    client = AskClient(bank.amqp_url(OPERATOR), OPERATOR)
    await client.start()
    command = OpenAccount(
        customer_id=1, account_type=AccountType.SAVINGS, branch_code="BR001",
        initial_deposit_minor=DEPOSIT_MINOR,
    )  # fmt: skip

    async def opened(_: int) -> str:
        reply = await client.ask(command, subject=Subject(id=OPERATOR), wait_seconds=60)
        assert isinstance(reply.message, AccountOpened), reply.message
        return reply.message.account.account_number

    try:
        return await _all(opened, count, at_once=100)
    finally:
        await client.stop()


async def _all(work: Callable[[int], Awaitable[str]], count: int, *, at_once: int) -> list[str]:
    done: list[str] = []
    for start in range(0, count, at_once):
        done += await asyncio.gather(*(work(number) for number in range(start, start + at_once)))
    return done


def beside_server(bank: Bank, program: str) -> Path:
    """A program of the very PostgreSQL that runs, or the machine's own."""
    beside = Path(f"/proc/{bank.pid('postgres')}/exe").resolve().with_name(program)
    return beside if beside.exists() else Path(shutil.which(program) or program)


def _require(condition: bool, words: str) -> None:
    if not condition:
        raise BenchmarkFailed(words)


class BenchmarkFailed(Exception):
    """A figure could not be taken; the text says why."""
