"""The whole bank from one process: started in order, kept running, stopped without a trace.

start  PostgreSQL, migrations, services and gateway; RabbitMQ beside them → all healthy → seed
stop   the gateway (no new work) → the services (finish what they have) → RabbitMQ and PostgreSQL
"""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.envelope import GATEWAY
from infra.local import LocalError, Say
from infra.local.child import run_once
from infra.local.home import Home, LocalSettings
from infra.local.keeper import Keeper, table
from infra.local.ports import Ports, http_status, require_free
from infra.local.processes import Plan, plans, seeding
from infra.local.secrets import Secrets
from infra.local.servers import Servers
from infra.migrations import ROOT

READY_SECONDS = 150.0  # a first start on a slow machine
POLL_SECONDS = 0.2
GATEWAY_STOP_SECONDS, SERVICES_STOP_SECONDS = 3.0, 5.0  # with the servers' 6: 14 in all
KILLED_RUN_SECONDS = 20.0  # for the processes of a killed run to let go of their ports


@dataclass
class Supervisor:
    """One run of one bank."""

    home: Home
    servers: Servers
    plans: Sequence[Plan]
    seed: Plan | None
    say: Say
    keeper: Keeper = field(init=False)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.home.record, self.say)
        self._seeded: list[str] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set, then everything stops; an error while starting stops it as well."""
        try:
            if await _unless(stop, self._start()):
                self._tell()
                await stop.wait()
        finally:
            self.say("stopping: the gateway, the services, then the servers")
            await self._stop()
            self.home.record.unlink(missing_ok=True)
            self.say("stopped")

    async def _start(self) -> None:
        await _together(self._start_broker(), self._start_processes())
        await self._until_healthy()
        if self.seed is not None:
            self._seeded = await self._sow(self.seed)

    async def _start_broker(self) -> None:
        await self.servers.start_broker()
        ports = self.servers.ports.rabbit
        for child in self.servers.broker.children if self.servers.broker else ():
            self.keeper.keep(child, ports.epmd if child.name == "epmd" else ports.amqp)

    async def _start_processes(self) -> None:
        """As soon as their tables are there; they wait for the broker, which takes longer."""
        await self.servers.start_database()
        if self.servers.postgres is not None:
            self.keeper.keep(self.servers.postgres.child, self.servers.ports.postgres)
        self.say(f"starting {len(self.plans)} processes")
        for plan in self.plans:
            await self.keeper.start(plan.child(self.home), plan.port)

    async def _until_healthy(self) -> None:
        """The gateway last: it answers for all the others."""
        first = [plan for plan in self.plans if plan.port and plan.name != GATEWAY]
        last = [plan for plan in self.plans if plan.name == GATEWAY]
        try:
            async with asyncio.timeout(READY_SECONDS):
                await _together(*(self._healthy(plan) for plan in first))
                await _together(*(self._healthy(plan) for plan in last))
        except TimeoutError:
            logs = self.home.logs
            raise LocalError(f"not healthy within {READY_SECONDS:.0f} s; see {logs}") from None

    async def _healthy(self, plan: Plan) -> None:
        assert plan.port is not None
        while await http_status(plan.port, "/health") != 200:
            self.keeper.require_starting(plan.name)
            await asyncio.sleep(POLL_SECONDS)
        self.say(f"{plan.name} is healthy on http://127.0.0.1:{plan.port}")

    async def _sow(self, seed: Plan) -> list[str]:
        """Fill an empty bank; what the seed has to say to the operator."""
        command = [sys.executable, "-m", *seed.arguments]
        status, output, errors = await run_once(command, environment=seed.environment, folder=ROOT)
        if status:
            raise LocalError(f"seeding failed: {' '.join(errors.split())[-300:]}")
        return output.splitlines()

    def _tell(self) -> None:
        """What runs where, whatever the seed has to say, and where to begin."""
        took = time.monotonic() - self.started
        gateway = f"http://127.0.0.1:{self.servers.ports.http[GATEWAY]}"
        lines = ["what runs where", *table(self.keeper.entries), "", *self._seeded, ""]
        self.say("\n".join(lines))
        self.say(f"ready after {took:.0f} s on {gateway} ({gateway}/docs); Ctrl-C stops the bank")

    async def _stop(self) -> None:
        names = [plan.name for plan in self.plans]
        await self.keeper.stop([GATEWAY], GATEWAY_STOP_SECONDS)
        await self.keeper.stop(names, SERVICES_STOP_SECONDS)
        # The servers' own way of stopping, but nobody may start them again meanwhile.
        await self.keeper.forget()
        await self.servers.stop()


async def run_bank(settings: LocalSettings, say: Say) -> None:
    """Run the bank of this environment until SIGINT or SIGTERM.

    Raises:
        LocalError: it cannot run; nothing is left running.
    """
    home, ports = Home.of(settings), Ports.from_base(settings.port_base)
    home.prepare()
    home.require_space()
    with home.locked():
        wanted = ports.listeners(
            with_postgres=settings.postgres_url is None, with_rabbit=settings.amqp_url is None
        )
        require_free(wanted, KILLED_RUN_SECONDS if home.record.exists() else 0)
        secrets = Secrets.load(home.secrets)
        servers = Servers(home, settings, secrets, ports, say)
        processes = list(plans(home, ports, secrets, servers))
        supervisor = Supervisor(home, servers, processes, seeding(servers), say)
        await supervisor.run(stop_signal())


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, unless told to stop meanwhile; True when it was done."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
        return False
    working.result()
    return True


async def _together(*work: Coroutine[Any, Any, None]) -> None:
    """All at once; the first failure ends the others, and is the one that is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C, by SIGTERM, and when the terminal is closed."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(kind, stop.set)
    return stop
