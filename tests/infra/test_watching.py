"""A process that is slow to start is let start, however long it was silent before."""

import asyncio
from typing import cast

import pytest

from infra.local import watching
from infra.local.keeper import Keeper
from infra.local.watching import START_SECONDS_MAX, Watch

SILENT_SECONDS = START_SECONDS_MAX * 2  # before it is started again for the last time
START_SECONDS = 60.0


class World:
    """A made-up clock, a process that dies again and again, and what was said and killed."""

    def __init__(self) -> None:
        self.now, self.pid_now, self.killed, self.said = 1.0, 1, 0, list[str]()

    def pid(self, _: str) -> int:
        return self.pid_now

    def kill(self, _: str) -> None:
        self.killed += 1
        self.pid_now += 1


async def test_a_start_after_a_long_silence_has_its_whole_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()

    async def pass_time(seconds: float) -> None:
        world.now += seconds
        if world.now < SILENT_SECONDS and world.now % 15 < 1:
            world.pid_now += 1  # it died and was started again

    async def status(_: int, __: str) -> int | None:
        if world.now > SILENT_SECONDS + START_SECONDS + 10:
            raise asyncio.CancelledError
        return 200 if world.now > SILENT_SECONDS + START_SECONDS else None

    monkeypatch.setattr(watching, "monotonic", lambda: world.now)
    monkeypatch.setattr(watching, "http_status", status)
    monkeypatch.setattr("infra.local.watching.asyncio.sleep", pass_time)
    watch = Watch(cast(Keeper, world), {"account": 1}, world.said.append)

    with pytest.raises(asyncio.CancelledError):
        await watch._process("account", 1)

    assert world.killed == 0
    assert [line for line in world.said if "answers again" in line]
