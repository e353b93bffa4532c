"""The bank is well only when every part of it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest

from contracts.topology import SERVICES
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of, serving

Answerer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b'{"status": "ok", "faults": []}'


class Doctored:
    """A process for each service that says of itself what the test wants."""

    def __init__(self) -> None:
        self.answers = {service: b"HTTP/1.0 200 OK\r\n\r\n" + OK for service in SERVICES}
        self.asked = 0

    async def start(self, stack: AsyncExitStack) -> dict[str, str]:
        urls = {}
        for service in SERVICES:
            server = await asyncio.start_server(self._answerer(service), "127.0.0.1", 0)
            await stack.enter_async_context(server)
            urls[service] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return urls

    def _answerer(self, service: str) -> Answerer:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.asked += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.answers[service])
            await writer.drain()
            writer.close()

        return answer


@pytest.fixture
def services() -> Doctored:
    return Doctored()


@pytest.fixture
async def client(bank: FakeBank, services: Doctored) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as stack:
        urls = await services.start(stack)
        app = await stack.enter_async_context(serving(bank, service_urls=urls))
        yield await stack.enter_async_context(client_of(app))


async def test_all_is_well_when_every_part_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == answer.json()["broker"] == "ok"
    assert set(answer.json()["services"]) == set(SERVICES)


@pytest.mark.parametrize(
    "words",
    [
        b'HTTP/1.0 503 No\r\n\r\n{"status": "unavailable", "faults": ["database: OSError"]}',
        b"HTTP/1.0 200 OK\r\n\r\nnot json",
        b"nonsense",
        b"",
    ],
)
async def test_one_sick_service_is_named(
    client: httpx.AsyncClient, services: Doctored, words: bytes
) -> None:
    services.answers["loan"] = words

    answer = await client.get("/health")

    states = {name: report["status"] for name, report in answer.json()["services"].items()}
    assert answer.status_code == 503
    assert [name for name, state in states.items() if state != "ok"] == ["loan"]


async def test_without_the_broker_nothing_is_well(
    client: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.is_connected = False

    answer = await client.get("/health")

    assert (answer.status_code, answer.json()["broker"]) == (503, "unavailable")
    assert (await client.get("/health/live")).status_code == 200


async def test_many_who_ask_at_once_make_one_round(
    client: httpx.AsyncClient, services: Doctored
) -> None:
    await asyncio.gather(*(client.get("/health") for _ in range(20)))

    assert services.asked == len(SERVICES)
