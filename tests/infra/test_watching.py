"""Who is started again: whoever is silent or hears nobody, and nobody who is only slow to start."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from infra.deployment.local import watching
from infra.deployment.local.child import Child
from infra.deployment.local.keeper import Keeper
from infra.deployment.local.ports import http_get
from infra.deployment.local.watching import START_SECONDS_MAX, Watch
from tests.fixtures.ports import free_port
from tests.fixtures.waiting import until

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
    monkeypatch.setattr("infra.deployment.local.watching.asyncio.sleep", pass_time)
    watch = Watch(cast(Keeper, world), {"account": 1}, world.said.append, "amqp://nowhere")

    with pytest.raises(asyncio.CancelledError):
        await watch._process("account", 1)

    assert world.killed == 0
    assert [line for line in world.said if "answers again" in line]


# It lives, and says what a service says whose connections were lost and whose own watch has ended.
ZOMBIE = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/live" else 503)
        self.end_headers()
        self.wfile.write(sys.argv[2].encode())
    def log_message(self, *words):
        pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
DEAF = ('{"is_deaf": true}', '{"broker": "unavailable"}')
NOT_DEAF = (
    '{"is_deaf": false, "faults": ["database: OSError"]}',
    '{"broker": "blocked"}',
    "[1]",
    "",
)


@pytest.mark.parametrize("said", [*DEAF, *NOT_DEAF])
async def test_what_hears_nobody_is_started_again_while_the_broker_is_there(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "DEAF_SECONDS_MAX", 0.5)
    monkeypatch.setattr(watching, "PAUSE_SECONDS", 0.1)
    words: list[str] = []
    keeper, port = Keeper(tmp_path / "record.json", words.append), free_port()
    command = [sys.executable, "-c", ZOMBIE, str(port), said]
    await keeper.start(Child("account", command, None, tmp_path / "log"), port)
    async with _listener() as broker:
        watch = Watch(keeper, {"account": port}, words.append, broker)
        watched = asyncio.create_task(watch._hearing("account", port))
        await until(lambda: http_get(port, "/health"))
        if said in DEAF:
            await until(lambda: keeper.entries[0].restarts)
            assert words[0] == "account has heard nobody for 0 s; it is killed"
        else:
            await asyncio.sleep(2)
            assert words == []
        watched.cancel()
    await keeper.stop(["account"], 1.0)


async def test_a_process_without_a_broker_is_let_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "DEAF_SECONDS_MAX", 0.2)
    monkeypatch.setattr(watching, "PAUSE_SECONDS", 0.05)
    words: list[str] = []
    keeper, port = Keeper(tmp_path / "record.json", words.append), free_port()
    command = [sys.executable, "-c", ZOMBIE, str(port), DEAF[0]]
    await keeper.start(Child("account", command, None, tmp_path / "log"), port)
    nowhere = f"amqp://127.0.0.1:{free_port()}/"
    watch = Watch(keeper, {"account": port}, words.append, nowhere)
    watched = asyncio.create_task(watch._hearing("account", port))
    await until(lambda: http_get(port, "/health"))

    await asyncio.sleep(1)

    assert words == []
    watched.cancel()
    await keeper.stop(["account"], 1.0)


@asynccontextmanager
async def _listener() -> AsyncIterator[str]:
    """The address of something that takes connections, as a broker does."""

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"amqp://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
