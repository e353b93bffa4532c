"""One bank from one process, with a table of small processes in place of the services."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

import pytest

from infra.local import LocalError
from infra.local.home import Home, LocalSettings
from infra.local.keeper import Record
from infra.local.ports import Ports, free_port, http_status
from infra.local.processes import Plan, plans
from infra.local.rabbit import RabbitPorts
from infra.local.secrets import Secrets
from infra.local.servers import Servers
from infra.local.supervisor import Supervisor
from tests.fixtures.servers import download_cache, open_folder

HEALTHY = "tests.infra.healthy"
BROKEN = "tests.infra.nothing_of_this_name"


@dataclass
class Run:
    """A supervisor, its home, and all it has told the operator."""

    home: Home
    ports: Ports
    told: list[str] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def supervisor(self, *table: Plan, seed: Plan | None = None) -> Supervisor:
        secrets = Secrets.load(self.home.secrets)
        servers = Servers(self.home, LocalSettings(), secrets, self.ports, self.told.append)
        return Supervisor(self.home, servers, table, seed, self.told.append)

    def plan(self, name: str, module: str = HEALTHY) -> Plan:
        port = self.ports.http[name]
        return Plan(name, (module, str(port)), {}, port)

    def pid(self, name: str) -> int | None:
        record = Record.read(self.home.record)
        pids = {entry.name: entry.pid for entry in record.processes} if record else {}
        return pids.get(name)

    def has_told(self, words: str) -> bool:
        return any(words in line for line in self.told)

    @asynccontextmanager
    async def running(self, supervisor: Supervisor) -> AsyncIterator[None]:
        """From ready to stopped."""
        task = asyncio.create_task(supervisor.run(self.stop))
        await until(lambda: self.has_told("ready after") or task.done(), 90)
        if task.done():
            task.result()
        yield
        self.stop.set()
        await task


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    folder = open_folder(f"bank-home-{token_hex(6)}")
    home = Home(folder, download_cache())
    home.prepare()
    http = {name: free_port() for name in ("gateway", "account", "loan")}
    yield Run(home, Ports(http, free_port(), RabbitPorts(free_port(), free_port(), free_port())))
    rmtree(folder)


async def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        await asyncio.sleep(0.05)


@pytest.mark.integration
async def test_everything_starts_in_order_is_kept_running_and_stops_without_a_trace(
    run: Run,
) -> None:
    seed = Plan("seed", (HEALTHY,), {})
    table = [run.plan("gateway"), run.plan("account")]

    async with run.running(run.supervisor(*table, seed=seed)):
        assert run.told.index(_line(run, "account is healthy")) < run.told.index(
            _line(run, "gateway is healthy")
        )
        assert run.has_told("everybody's password is: password")  # the seed's own words

        for victim in ("account", "postgres", "rabbitmq"):
            before = run.pid(victim)
            assert before is not None
            os.kill(before, signal.SIGKILL)
            await until(lambda: run.has_told(f"{victim} ended (SIGKILL)"), 5)  # noqa: B023
            await until(lambda: run.pid(victim) not in (before, None), 10)  # noqa: B023
        assert await _answers(run, "account")
        record = Record.read(run.home.record)
        assert record is not None
        pids = [entry.pid for entry in record.processes]
        began = time.monotonic()

    assert time.monotonic() - began < 15
    assert not any(_exists(pid) for pid in pids)
    assert Record.read(run.home.record) is None


@pytest.mark.integration
async def test_one_process_that_cannot_start_ends_the_whole_start_in_one_line(run: Run) -> None:
    table = [run.plan("gateway"), run.plan("account", BROKEN)]

    with pytest.raises(LocalError, match=f"account does not start: .*No module named {BROKEN}"):
        await run.supervisor(*table).run(run.stop)

    assert run.told[-1] == "stopped"
    assert await http_status(run.ports.http["gateway"], "/health") is None


@pytest.mark.integration
async def test_a_stop_while_starting_stops_what_has_started(run: Run) -> None:
    task = asyncio.create_task(run.supervisor(run.plan("gateway")).run(run.stop))
    await until(lambda: run.pid("postgres") is not None, 30)
    postgres = run.pid("postgres")

    run.stop.set()
    await task

    assert not run.has_told("ready after")
    assert not _exists(postgres)


async def test_a_broker_that_is_nowhere_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.erlang.HOMES", ())
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(LocalError, match=r"^no RabbitMQ: install rabbitmq-server or Docker, or"):
        await run.supervisor().servers.start_broker()


async def test_servers_that_are_there_are_used_and_their_urls_given_to_each_process(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANK_POSTGRES_URL", "postgresql://admin:secret@db.example/postgres")
    monkeypatch.setenv("BANK_AMQP_URL", "amqps://admin:secret@mq.example:5671/")
    secrets = Secrets.load(run.home.secrets)
    ports = Ports.from_base(8000)
    servers = Servers(run.home, LocalSettings(), secrets, ports, run.told.append)

    table = {plan.name: plan for plan in plans(run.home, ports, secrets, servers)}

    account, password = table["account"].environment, secrets.roles["account"]
    assert account["BANK_POSTGRES_URL"] == f"postgresql://account:{password}@db.example/bank"
    password = secrets.users["account"]
    assert account["BANK_AMQP_URL"] == f"amqps://account:{password}@mq.example:5671/bank"
    assert "BANK_POSTGRES_URL" not in table["gateway"].environment
    assert not [p for p in table.values() if "secret@" in str(p.environment)]
    assert len({p.environment.get("BANK_SECRET") for p in table.values()}) == len(table)


async def test_slow_work_gives_way_to_money(run: Run) -> None:
    ports = Ports.from_base(8000)
    secrets = Secrets.load(run.home.secrets)
    servers = Servers(run.home, LocalSettings(), secrets, ports, run.told.append)

    patient = {plan.name for plan in plans(run.home, ports, secrets, servers) if plan.niceness}

    assert patient == {"transaction", "notification", "reporting", "loan", "rail-imps"}


def _exists(pid: int | None) -> bool:
    return Path(f"/proc/{pid}").exists()


def _line(run: Run, words: str) -> str:
    return next(line for line in run.told if words in line)


async def _answers(run: Run, name: str) -> bool:
    for _ in range(100):
        with suppress(OSError):
            if await http_status(run.ports.http[name], "/health") == 200:
                return True
        await asyncio.sleep(0.1)
    return False
