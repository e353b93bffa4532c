"""What is measured: a whole bank in a temporary folder, with accounts, beside its yardsticks."""

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import asyncpg
import typer

from contracts.account.accounts import AccountOpened, OpenAccount
from contracts.account.values import AccountType
from contracts.envelope import GATEWAY, OPERATOR, Subject
from contracts.topology import SERVICES
from infra.bus.ask import AskClient
from infra.deployment.local.child import Child, run_once
from infra.deployment.local.ports import http_status
from infra.deployment.migrations import ROOT
from tests.benchmarks.bulk import BulkOutcome, BulkPlan
from tests.benchmarks.load import LoadPlan, Outcome
from tests.benchmarks.pgbench import Pgbench
from tests.chaos.auditor import audit_queues
from tests.fixtures.bank import Bank, fresh_bank
from tests.fixtures.ports import free_port

ACCOUNTS = 1_000
DEPOSIT_MINOR = 10**9
SETTLE_SECONDS = 300.0
RUN_SECONDS_MAX = 300.0


@dataclass(kw_only=True)
class Scene:
    """A running bank with rich accounts, and a teller's token."""

    bank: Bank
    accounts: list[str]
    token: str

    async def http(self, plan: LoadPlan) -> Outcome:
        outcome = Outcome(**await self._in_a_process("tests.benchmarks.load", asdict(plan)))
        _require(outcome.failed == 0, f"a call failed: {outcome.failure}")
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

    async def settle(self) -> float:
        """Seconds until every event was heard by all who follow the ledger."""
        begun_at = time.monotonic()
        while await self._is_busy():
            _require(time.monotonic() < begun_at + SETTLE_SECONDS, "the bank does not come to rest")
            await asyncio.sleep(0.5)
        await self._forget_letters()
        return time.monotonic() - begun_at

    async def _is_busy(self) -> bool:
        async with self.bank.database() as database:
            for service in SERVICES:
                # The names of schemas cannot be parameters.
                if await database.fetchval(f"select true from {service}.outbox limit 1"):  # noqa: S608
                    return True
        return bool(await audit_queues(self.bank.amqp_url(OPERATOR)))

    async def _forget_letters(self) -> None:
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
    bare_port: int


@asynccontextmanager
async def set_stage() -> AsyncIterator[Stage]:
    """Everything that the figures need, and nothing left of it afterwards."""
    typer.echo("starting a bank …", err=True)
    async with fresh_bank() as bank:
        typer.echo(f"opening {ACCOUNTS} accounts, filling pgbench's tables …", err=True)
        accounts = await _open_accounts(bank)
        async with bank.signed_in("teller") as teller:
            token = teller.http.headers["Authorization"].removeprefix("Bearer ")
            keys = (await teller.get("/api/auth/jwks")).text
        pgbench = Pgbench(bank.postgres_url, _beside_server(bank, "pgbench"))
        await pgbench.create()
        async with _bare_route(bank, keys) as port:
            stage = Stage(
                bank=bank, accounts=accounts, token=token, pgbench=pgbench, bare_port=port
            )
            await stage.settle()
            yield stage


async def _open_accounts(bank: Bank) -> list[str]:
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
        return await _all(opened, ACCOUNTS, at_once=100)
    finally:
        await client.stop()


async def _all(work: Callable[[int], Awaitable[str]], count: int, *, at_once: int) -> list[str]:
    done: list[str] = []
    for start in range(0, count, at_once):
        done += await asyncio.gather(*(work(number) for number in range(start, start + at_once)))
    return done


@asynccontextmanager
async def _bare_route(bank: Bank, keys: str) -> AsyncIterator[int]:
    """The bare app under the gateway's own command line, so that all its settings are the same."""
    port = free_port()
    words = _command_of(bank.pid(GATEWAY))
    changed = {
        "gateway.app:app": "tests.benchmarks.bare:app",
        str(bank.ports.http[GATEWAY]): str(port),
    }
    command = [changed.get(word, word) for word in words]
    environment = {**os.environ, "BENCHMARK_JWKS": keys}
    child = Child("bare", command, environment, bank.home.with_name("bare.log"), folder=ROOT)
    await child.start()
    try:
        await child.ready(lambda: _answers(port), 30)
        yield port
    finally:
        await child.stop(5)


def _command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").split("\0")


async def _answers(port: int) -> bool:
    return await http_status(port, "/openapi.json") == 200


def _beside_server(bank: Bank, program: str) -> Path:
    """A program of the very PostgreSQL that runs, or the machine's own."""
    beside = Path(f"/proc/{bank.pid('postgres')}/exe").resolve().with_name(program)
    return beside if beside.exists() else Path(shutil.which(program) or program)


def _require(condition: bool, words: str) -> None:
    if not condition:
        raise BenchmarkFailed(words)


class BenchmarkFailed(Exception):
    """A figure could not be taken; the text says why."""
