"""The tools that measure: a figure is worth nothing when they count wrongly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contracts.account.movements import PostEntries
from contracts.envelope import BODY_BYTES_MAX, ITEMS_MAX
from tests.benchmarks.bulk import BulkPlan, bodies
from tests.benchmarks.figures import Figures, spread
from tests.benchmarks.load import LoadPlan, Outcome, load, request

HEAD = "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n"


@asynccontextmanager
async def server(status: int, heard: list[bytes]) -> AsyncIterator[int]:
    """Answers everything with this status, in two pieces as a network may; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                heard.append(await reader.readuntil(b'"end"'))
                await reader.readexactly(1)
                writer.write(HEAD.format(status=status, length=6).encode() + b"abc")
                await writer.drain()
                await asyncio.sleep(0.001)
                writer.write(b"def")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield int(listening.sockets[0].getsockname()[1])


async def measured(status: int, heard: list[bytes]) -> Outcome:
    requests = [
        request("/path", "token", ["one", "end"]),
        request("/path", "token", ["two", "end"]),
    ]
    async with server(status, heard) as port:
        return await load(LoadPlan(port, 3, 0.2, requests, 201, "run"))


async def test_every_request_has_a_key_of_its_own_and_every_answer_is_counted() -> None:
    heard: list[bytes] = []

    outcome = await measured(201, heard)

    keys = [line for each in heard for line in each.split(b"\r\n") if b"Idempotency-Key" in line]
    assert len(set(keys)) == len(keys) == len(heard)
    assert {each.rpartition(b"[")[2] for each in heard} == {b'"one", "end"', b'"two", "end"'}
    assert outcome.failed == 0
    assert 0 < outcome.succeeded <= len(heard)
    assert len(outcome.latencies) == outcome.succeeded
    assert outcome.percentile(0.5) >= 1.0


async def test_an_answer_of_another_status_is_a_failure_with_its_words() -> None:
    outcome = await measured(503, [])

    assert outcome.succeeded == 0
    assert outcome.failed > 0
    assert outcome.failure.startswith("HTTP/1.1 503")


def test_bulk_messages_are_full_valid_and_within_the_limits() -> None:
    plan = BulkPlan("amqp://", [f"AC-20260101-{n:06d}" for n in range(50)], 0.5, 0.1, "abcdef12")

    [body, *_] = bodies(plan)

    entries = PostEntries.model_validate(json.loads(body)).items
    assert len(body) < BODY_BYTES_MAX
    assert len(entries) == len({entry.reference for entry in entries}) == ITEMS_MAX
    hot = [e for e in entries if plan.accounts[0] in (leg.account_number for leg in e.legs)]
    assert len(hot) == pytest.approx(ITEMS_MAX / 2, rel=0.15)


def test_ratios_are_taken_round_by_round() -> None:
    figures = Figures()
    for figure, yardstick in ((10, 2), (30, 3), (8, 2)):
        figures.add("figure", figure)
        figures.add("yardstick", yardstick)

    assert figures.ratio("figure", "yardstick") == [5, 10, 4]
    assert spread(figures.ratio("figure", "yardstick")) == "5.00 (4.00 to 10.00)"
