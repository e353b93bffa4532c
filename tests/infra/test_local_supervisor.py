"""One bank from one process, with a table of small processes in place of the services."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

import pytest

from infra.deployment.local import LocalError
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.keeper import Entry, Record
from infra.deployment.local.ports import Ports, http_status
from infra.deployment.local.processes import Plan, plans
from infra.deployment.local.rabbit import RabbitPorts
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from infra.deployment.local.supervisor import SERVICES_STOP_SECONDS, Supervisor, free_ports
from tests.fixtures.ports import free_port
from tests.fixtures.servers import download_cache, open_folder
from tests.fixtures.waiting import until

HEALTHY = "tests.infra.healthy"
BROKEN = "tests.infra.nothing_of_this_name"
WAIT_SECONDS = 120.0


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
        await until(lambda: self.has_told("ready after") or task.done(), WAIT_SECONDS)
        if task.done():
            task.result()
        yield
        self.stop.set()
        await task


class NoServers(Servers):
    """In place of servers, for processes that need none."""

    async def start_database(self) -> None: ...

    async def start_broker(self) -> None: ...


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    folder = open_folder(f"bank-home-{token_hex(6)}")
    home = Home(folder, download_cache())
    home.prepare()
    http = {name: free_port() for name in ("gateway", "account", "loan")}
    yield Run(home, Ports(http, free_port(), RabbitPorts(free_port(), free_port(), free_port())))
    rmtree(folder)


async def test_a_demo_that_cannot_be_set_up_is_one_line_and_stops_nothing(run: Run) -> None:
    [said] = await run.supervisor()._sow(Plan("seed", (BROKEN,), {}))

    assert said.startswith("the bank runs without its demo: ")
    assert "nothing_of_this_name" in said


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
            await until(lambda: run.has_told(f"{victim} ended (SIGKILL)"), WAIT_SECONDS)  # noqa: B023
            await until(lambda: run.pid(victim) not in (before, None), WAIT_SECONDS)  # noqa: B023
        await _until_healthy(run, "account")
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


async def test_keeping_that_fails_ends_everything_and_says_why(run: Run) -> None:
    def say(line: str) -> None:
        run.told.append(line)
        if "account ended" in line:
            raise RuntimeError("not foreseen")

    servers = NoServers(run.home, LocalSettings(), Secrets.load(run.home.secrets), run.ports, say)
    table = [run.plan("gateway"), run.plan("account")]
    running = asyncio.create_task(Supervisor(run.home, servers, table, None, say).run(run.stop))
    await until(lambda: run.has_told("ready after"), WAIT_SECONDS)
    gateway, account = run.pid("gateway"), run.pid("account")
    assert account is not None

    os.kill(account, signal.SIGKILL)

    with pytest.raises(RuntimeError, match="not foreseen"):
        await asyncio.wait_for(running, WAIT_SECONDS)
    assert not _exists(gateway)


@pytest.mark.integration
async def test_a_stop_while_starting_stops_what_has_started(run: Run) -> None:
    task = asyncio.create_task(run.supervisor(run.plan("gateway")).run(run.stop))
    await until(lambda: run.pid("postgres") is not None, WAIT_SECONDS)
    postgres = run.pid("postgres")

    run.stop.set()
    await task

    assert not run.has_told("ready after")
    assert not _exists(postgres)


@pytest.mark.integration
async def test_a_stop_while_starting_waits_for_nobody_who_does_not_listen_yet(run: Run) -> None:
    gateway, account = run.plan("gateway"), run.plan("account")
    deaf = replace(account, arguments=(*account.arguments, "deaf"))
    task = asyncio.create_task(run.supervisor(gateway, deaf).run(run.stop))
    await until(lambda: _words_of(run, "account") == "deaf", WAIT_SECONDS)
    pid = run.pid("account")

    began = time.monotonic()
    run.stop.set()
    await until(lambda: not _exists(pid), WAIT_SECONDS)

    assert time.monotonic() - began < SERVICES_STOP_SECONDS
    await task


async def test_what_is_left_of_a_killed_run_is_waited_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL may need minutes for its last checkpoint and has its port until then."""
    monkeypatch.setattr("infra.deployment.local.supervisor.LET_GO_SECONDS", 0.0)
    monkeypatch.setattr("infra.deployment.local.progress.PROGRESS_SECONDS", 0.3)
    port = run.ports.http["account"]
    left = run.plan("account").child(run.home)
    await left.start()
    await _until_healthy(run, "account")
    Record(1, (Entry("postgres", left.pid, port),)).write(run.home.record)

    waiting = asyncio.create_task(free_ports({"account": port}, run.home, run.told.append))
    await until(lambda: run.has_told("waiting for the processes of a killed run"), WAIT_SECONDS)
    assert not waiting.done()
    await left.stop(5)
    await waiting


async def test_a_port_that_a_killed_run_does_not_hold_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.deployment.local.supervisor.LET_GO_SECONDS", 0.0)
    port = run.ports.http["account"]
    Record(1, (Entry("postgres", None, port),)).write(run.home.record)

    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(LocalError, match=f"port {port}, which account needs, is taken"),
    ):
        await free_ports({"account": port}, run.home, run.told.append)


async def test_a_broker_that_is_nowhere_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.deployment.local.erlang.HOMES", ())
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
    own = {name: plan.own.get("BANK_SECRET") for name, plan in table.items()}
    assert sorted(name for name in own if own[name] is None) == [
        "lanes",
        "rail-imps",
        "rail-neft",
        "rail-rtgs",
        "rail-upi",
    ]
    assert len(set(own.values())) == len(own) - 4  # each its own


async def test_slow_work_gives_way_to_money(run: Run) -> None:
    ports = Ports.from_base(8000)
    secrets = Secrets.load(run.home.secrets)
    servers = Servers(run.home, LocalSettings(), secrets, ports, run.told.append)

    patient = {plan.name for plan in plans(run.home, ports, secrets, servers) if plan.niceness}

    assert patient == {
        "transaction",
        "notification",
        "reporting",
        "loan",
        "lanes",
        "rail-imps",
        "rail-neft",
        "rail-rtgs",
        "rail-upi",
    }


def _exists(pid: int | None) -> bool:
    return Path(f"/proc/{pid}").exists()


def _words_of(run: Run, name: str) -> str:
    log = run.home.logs / f"{name}.log"
    return log.read_text().strip() if log.exists() else ""


def _line(run: Run, words: str) -> str:
    return next(line for line in run.told if words in line)


async def _until_healthy(run: Run, name: str) -> None:
    async def is_healthy() -> bool:
        return await http_status(run.ports.http[name], "/health") == 200

    await until(is_healthy, WAIT_SECONDS, f"{name} is healthy")
