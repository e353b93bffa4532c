"""What one stranger can hold of an HTTP process, tried on the server that every process runs."""

import asyncio
import json
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.deployment.local.processes import http_process
from infra.deployment.migrations import ROOT
from infra.process.connections import HEAD_BYTES_MAX, PIPELINED_MAX
from infra.runtime.peers import peer_of, site_of
from tests.fixtures.ports import free_port_base
from tests.fixtures.processes import sockets_of
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

APP = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200,
                    "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
"""
GET = b"GET / HTTP/1.1\r\nHost: bank\r\n\r\n"
MEGABYTE = 1024 * 1024


@dataclass
class Server:
    port: int
    process: asyncio.subprocess.Process
    output: Path

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def said_to(self, sent: bytes) -> bytes:
        """All that it answers until it ends the connection."""
        reader, writer = await self.open()
        heard = b""
        with suppress(ConnectionError):
            for start in range(0, len(sent), MEGABYTE):
                writer.write(sent[start : start + MEGABYTE])
                await writer.drain()
        with suppress(ConnectionError):
            while block := await asyncio.wait_for(reader.read(MEGABYTE), 15):
                heard += block
        writer.close()
        return heard

    async def answers(self) -> bool:
        try:
            return (
                await self.said_to(GET.replace(b"bank", b"bank\r\nConnection: close"))
            ).endswith(b"ok")
        except OSError:
            return False

    def sockets(self) -> int:
        return sockets_of(self.process.pid)

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    (tmp_path / "tiny.py").write_text(APP)
    port, output = free_port_base(), tmp_path / "output"
    arguments = [a.replace("services.account.app", "tiny") for a in http_process("account", port)]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with output.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, env=environment, stdout=log, stderr=log
        )
    server = Server(port, process, output)
    try:
        await until(server.answers, 20, "it answers")
        yield server
    finally:
        process.terminate()
        await process.wait()


async def test_an_endless_head_is_refused_and_takes_no_memory(server: Server) -> None:
    before = server.memory_mb()

    answer = await server.said_to(b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 40 * MEGABYTE)

    assert not answer or b" 431 " in answer
    assert server.memory_mb() - before < 10
    assert await server.answers()
    assert "head_too_large" in server.output.read_text()


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
async def test_a_head_above_its_bound_is_told_so(server: Server, end: bytes) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(HEAD_BYTES_MAX // 1000))

    answer = await server.said_to(b"GET / HTTP/1.1\r\n" + fields + b"X-Last: " + b"x" * 1000 + end)

    assert b" 431 " in answer
    problem = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert problem["code"] == "head-too-large"
    assert problem["trace_id"] in server.output.read_text()


async def test_two_thousand_silent_connections_hinder_nobody_for_long(server: Server) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    async with AsyncExitStack() as stack:
        for number in range(2_000):
            _, writer = await server.open()
            stack.callback(writer.close)
            if number % 2:
                writer.write(b"GET / HTTP/1.1\r\nX-Half: ")
        await until(lambda: server.sockets() < 600, 5, "no more than its share stays open")
        await until(server.answers, 15, "it answers again from the same address")

    output = server.output.read_text()
    assert "too_many_of_peer" in output
    assert "127.0.0.1" in output
    assert "head_too_late" in output


async def test_pipelined_requests_are_bounded(server: Server) -> None:
    answer = await server.said_to(GET * (PIPELINED_MAX * 20))

    assert answer.count(b"200 OK") <= PIPELINED_MAX + 1
    assert "too_many_pipelined" in server.output.read_text()


def test_a_peer_is_an_address_or_the_network_of_one() -> None:
    assert peer_of("192.0.2.7") == peer_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert peer_of("2001:db8:0:1::1") == peer_of("2001:db8:0:1:ffff::2") != peer_of("2001:db8::1")


def test_an_ipv6_peer_is_in_a_site_and_an_ipv4_peer_is_not() -> None:
    site = site_of(peer_of("2001:db8:0:1::1"))

    assert site == site_of(peer_of("2001:db8:0:ffff::1")) == "2001:db8::/48"
    assert site != site_of(peer_of("2001:db8:1::1"))
    for other in ("192.0.2.7", "::ffff:192.0.2.7", "unknown", "x/64", ""):
        assert site_of(peer_of(other)) is None
