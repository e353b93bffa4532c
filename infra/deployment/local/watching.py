"""What looks alive and is not: a process that answers nobody, a broker that takes nothing, or soon
will, because a queue fills up.

A process whose consumers are gone ends itself (infra/bus/liveness.py). One that is frozen, or whose
event loop hangs, cannot, nor one whose own watch has ended: these are found here, from outside, and
killed, and started again.
"""

import asyncio
import json
from collections.abc import Mapping
from time import monotonic

from contracts.envelope import GATEWAY
from infra.bus.depths import LOOK_SECONDS, Alarm, depths
from infra.bus.management import ManagementFailed
from infra.deployment.local import Say
from infra.deployment.local.keeper import Keeper
from infra.deployment.local.ports import http_get, http_status
from infra.runtime.waiting import is_reachable

PAUSE_SECONDS = 1.0
SILENT_SECONDS_MAX = 20.0  # no event loop of ours is ever busy for so long
START_SECONDS_MAX = 180.0  # for the first answer of a process that was started again
DEAF_SECONDS_MAX = 60.0  # while the broker is there; the process's own watch waits for 15
UNSEEN_SECONDS_MAX = 60.0  # a broker that is started again needs some of them


class Watch:
    """Looks at every process with a port, until cancelled."""

    def __init__(
        self,
        keeper: Keeper,
        ports: Mapping[str, int],
        say: Say,
        amqp_url: str,
        monitor_url: str | None = None,
    ) -> None:
        self._keeper, self._ports, self._say = keeper, ports, say
        self._amqp_url, self._monitor_url = amqp_url, monitor_url

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for name, port in self._ports.items():
                group.create_task(self._process(name, port))
                group.create_task(self._hearing(name, port))
            group.create_task(self._broker(self._ports[GATEWAY]))
            if self._monitor_url is not None:
                group.create_task(self._queues(self._monitor_url))

    async def _process(self, name: str, port: int) -> None:
        pid, heard_at, is_lost = self._keeper.pid(name), monotonic(), False
        end = heard_at + SILENT_SECONDS_MAX  # of its patience; it has just answered
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            is_heard = await http_status(port, "/health/live") == 200
            now, before, pid = monotonic(), pid, self._keeper.pid(name)
            silent_seconds = now - heard_at
            is_lost = is_lost or pid != before
            if is_heard:
                if is_lost:
                    self._say(f"{name} answers again, {silent_seconds:.0f} s after its last answer")
                heard_at, end, is_lost = now, now + SILENT_SECONDS_MAX, False
            elif pid != before:
                end = now + START_SECONDS_MAX
            elif now > end:
                self._say(f"{name} has not answered for {silent_seconds:.0f} s; it is killed")
                self._keeper.kill(name)

    async def _hearing(self, name: str, port: int) -> None:
        """Kill what says that it hears nobody, for too long, although the broker is there: its own
        watch, which should have ended it, is gone as well."""
        since, pid = monotonic(), self._keeper.pid(name)
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            before, pid = pid, self._keeper.pid(name)
            is_deaf = await _is_deaf(port) and await is_reachable(self._amqp_url)
            if pid != before or not is_deaf:
                since = monotonic()
            elif monotonic() - since > DEAF_SECONDS_MAX:
                self._say(f"{name} has heard nobody for {DEAF_SECONDS_MAX:.0f} s; it is killed")
                self._keeper.kill(name)

    async def _broker(self, gateway_port: int) -> None:
        """Say when the broker stops taking messages, and when it goes on."""
        since: float | None = None
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            state = await _broker_state(gateway_port)
            is_blocked = state == "blocked" or (state is None and since is not None)
            if is_blocked and since is None:
                since = monotonic()
                self._say(
                    "the broker takes no messages: its disk or memory is full. Calls get 503,"
                    " nothing is lost; it goes on when there is room"
                )
            elif not is_blocked and since is not None:
                self._say(f"the broker takes messages again, after {monotonic() - since:.0f} s")
                since = None

    async def _queues(self, monitor_url: str) -> None:
        """Say when a queue fills up and when it has room again; and when nobody can see that."""
        alarm, seen_at, is_unseen = Alarm(), monotonic(), False
        while True:
            try:
                for news in alarm.news(await depths(monitor_url)):
                    self._say(str(news))
                seen_at, is_unseen = monotonic(), False
            except ManagementFailed as failure:
                if not is_unseen and monotonic() - seen_at > UNSEEN_SECONDS_MAX:
                    is_unseen = True
                    self._say(f"nobody sees how full the queues are: {failure}")
            await asyncio.sleep(LOOK_SECONDS)


async def _is_deaf(port: int) -> bool:
    """What a service says of itself, or the gateway of its connection."""
    said = await _health(port)
    return bool(said.get("is_deaf")) or said.get("broker") == "unavailable"


async def _broker_state(gateway_port: int) -> str | None:
    state = (await _health(gateway_port)).get("broker")
    return None if state is None else str(state)


async def _health(port: int) -> dict[str, object]:
    """What a process says of itself; nothing, if it says nothing or nothing that we know."""
    found = await http_get(port, "/health")
    try:
        said = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
