"""The whole bank from one process: started in order, kept running, stopped without a trace.

start  PostgreSQL, migrations, services and gateway; RabbitMQ beside them → all healthy → seed
stop   the gateway (no new work) → the services (finish what they have) → RabbitMQ and PostgreSQL
"""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.envelope import GATEWAY, OPERATOR
from infra.deployment.local import LocalError, Say
from infra.deployment.local.child import run_once
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.keeper import Keeper, Record, table
from infra.deployment.local.ports import Ports, http_status, require_free
from infra.deployment.local.processes import Plan, plans, seeding
from infra.deployment.local.progress import telling, unfailing
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from infra.deployment.local.watching import Watch
from infra.deployment.migrations import ROOT

READY_SECONDS = 600.0  # nine seconds on two idle cores; one that dies meanwhile ends the start
POLL_SECONDS = 0.2
# 15 s are promised; the last two are for what must be killed. The servers have all that is left.
STOP_SECONDS, GATEWAY_STOP_SECONDS, SERVICES_STOP_SECONDS = 13.0, 3.0, 5.0
UNREADY_STOP_SECONDS = 0.5  # a process that still starts hears no polite signal, and holds nothing
KILLED_RUN_SECONDS = 600.0  # for PostgreSQL's last checkpoint, when its supervisor was killed
LET_GO_SECONDS = 20.0  # for the ports of a killed run, when nobody is left of it


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
        self._is_ready = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set, then everything stops; an error stops it as well."""
        self.keeper.note()
        try:
            await _unless(stop, _together(self._start(), self.keeper.failure()))
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
        self._is_ready = True
        self._tell()
        ports = {plan.name: plan.port for plan in self.plans if plan.port is not None}
        broker = self.servers.amqp_url(OPERATOR), self.servers.monitor_url()
        await Watch(self.keeper, ports, self.say, *broker).run()

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
        missing = [plan.name for plan in (*first, *last)]
        waiting = telling(self.say, lambda: f"waiting for {', '.join(missing)}")
        try:
            async with asyncio.timeout(READY_SECONDS), waiting:
                await _together(*(self._healthy(plan, missing) for plan in first))
                await _together(*(self._healthy(plan, missing) for plan in last))
        except TimeoutError:
            logs = self.home.logs
            raise LocalError(f"not healthy within {READY_SECONDS:.0f} s; see {logs}") from None

    async def _healthy(self, plan: Plan, missing: list[str]) -> None:
        assert plan.port is not None
        while await http_status(plan.port, "/health") != 200:
            self.keeper.require_starting(plan.name)
            await asyncio.sleep(POLL_SECONDS)
        missing.remove(plan.name)
        self.say(f"{plan.name} is healthy on http://127.0.0.1:{plan.port}")

    async def _sow(self, seed: Plan) -> list[str]:
        """Fill an empty bank; what the seed has to say to the operator.

        A demo that cannot be set up keeps nobody from his money: every start tries again.
        """
        command = [sys.executable, "-m", *seed.arguments]
        status, output, errors = await run_once(command, environment=seed.environment, folder=ROOT)
        if status:
            return [f"the bank runs without its demo: {' '.join(errors.split())[-300:]}"]
        return output.splitlines()

    def _tell(self) -> None:
        """What runs where, whatever the seed has to say, and where to begin."""
        took = time.monotonic() - self.started
        gateway = f"http://127.0.0.1:{self.servers.ports.http[GATEWAY]}"
        lines = ["what runs where", *table(self.keeper.entries), "", *self._seeded, ""]
        self.say("\n".join(lines))
        self.say(f"ready after {took:.0f} s on {gateway} ({gateway}/docs); Ctrl-C stops the bank")

    async def _stop(self) -> None:
        end, names = time.monotonic() + STOP_SECONDS, [plan.name for plan in self.plans]
        if self._is_ready:
            await self.keeper.stop([GATEWAY], GATEWAY_STOP_SECONDS)
        patience = SERVICES_STOP_SECONDS if self._is_ready else UNREADY_STOP_SECONDS
        await self.keeper.stop(names, patience)
        # The servers' own way of stopping, but nobody may start them again meanwhile.
        await self.keeper.forget()
        await self.servers.stop(end - time.monotonic())


async def run_bank(settings: LocalSettings, say: Say) -> None:
    """Run the bank of this environment until SIGINT or SIGTERM.

    Raises:
        LocalError: it cannot run; nothing is left running.
    """
    say = unfailing(say)
    home, ports = Home.of(settings), Ports.from_base(settings.port_base)
    home.prepare()
    home.require_space()
    with home.locked():
        wanted = ports.listeners(
            with_postgres=settings.postgres_url is None, with_rabbit=settings.amqp_url is None
        )
        await free_ports(wanted, home, say)
        secrets = Secrets.load(home.secrets)
        servers = Servers(home, settings, secrets, ports, say)
        processes = list(plans(home, ports, secrets, servers))
        supervisor = Supervisor(home, servers, processes, seeding(servers), say)
        await supervisor.run(stop_signal())


async def free_ports(wanted: Mapping[str, int], home: Home, say: Say) -> None:
    """Return when all ports are free; what is left of a killed run is given time to end.

    Raises:
        LocalError: somebody else has one.
    """
    was_killed, record, begun = home.record.exists(), Record.read(home.record), time.monotonic()

    def may_wait() -> bool:
        is_ending = record is not None and record.is_anyone_left()
        patience = KILLED_RUN_SECONDS if is_ending else LET_GO_SECONDS if was_killed else 0.0
        return time.monotonic() - begun < patience

    async with telling(say, lambda: "waiting for the processes of a killed run to end"):
        await require_free(wanted, may_wait)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, unless told to stop meanwhile."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        await asyncio.wait({working})
        return
    working.result()


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
