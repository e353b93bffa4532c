"""The tools that measure: a figure is worth nothing when they count wrongly."""

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import httpx
import jwt
import pytest

from contracts.account.movements import PostEntries
from contracts.envelope import BODY_BYTES_MAX, ITEMS_MAX
from tests.benchmarks import durable
from tests.benchmarks.bulk import BulkPlan, bodies
from tests.benchmarks.costs import POSTGRES, difference, each, spent
from tests.benchmarks.durable import DurablePlan
from tests.benchmarks.figures import Figures, Measure, spread
from tests.benchmarks.goals import Comparison
from tests.benchmarks.load import LoadPlan, Outcome, load, request
from tests.benchmarks.original import tables
from tests.fixtures.servers import Databases

SECRET = "a-secret-of-the-original-that-is-long-enough"
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
    assert outcome.succeeded < outcome.answered == len(heard)  # the last ones came after the time
    assert len(outcome.latencies) == outcome.succeeded
    assert outcome.percentile(0.5) >= 1.0


async def test_an_answer_of_another_status_is_a_failure_with_its_words() -> None:
    outcome = await measured(503, [])

    assert outcome.succeeded == 0
    assert outcome.failed > 0
    assert outcome.failure.startswith("HTTP/1.1 503")


async def test_what_the_warm_up_had_answered_is_among_the_answers_and_not_in_the_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.benchmarks.load.WARM_UP_SECONDS", 0.1)
    heard: list[bytes] = []

    outcome = await measured(201, heard)

    assert outcome.answered == len(heard)
    assert outcome.succeeded + 3 < len(heard)  # more than the three that came after the time


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


def test_the_cost_of_an_operation_is_what_was_spent_beyond_rest_in_microseconds() -> None:
    used = difference({"account": 10.0, "postgres": 20.0}, {"account": 10.6, "postgres": 20.4})

    cost = each(used, at_rest={"account": 0.1, "postgres": 0.5}, operations=1_000)

    assert cost.by_process == {"account": pytest.approx(500), "postgres": 0.0}
    assert cost.microseconds == pytest.approx(500)
    assert str(cost) == "account 500"


def test_a_busy_process_is_seen_to_spend_its_time_and_postgres_that_of_its_sessions() -> None:
    busy = (
        "import sys, time\n"
        "while time.process_time() < 0.35: pass\n"
        "print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", busy]
    session = [sys.executable, "-c", f"import subprocess\nsubprocess.run({command!r})"]

    with _process(command) as one, _process(session) as parent:
        seconds = spent({"account": one, POSTGRES: parent})

    assert 0.3 <= seconds["account"] < 1.0
    assert seconds[POSTGRES] >= 0.3


def test_of_rates_the_goal_is_the_least_and_of_times_the_most() -> None:
    figures = Figures()
    for figure, seconds in (("ours", 0.1), ("theirs", 0.2)):
        figures.add_calls(figure, Outcome(1.0, succeeded=5, latencies=[seconds]))
    rate, time = Comparison("ours", "theirs", 3.0), Comparison("ours", "theirs", 1.0, Measure.P50)

    assert (str(rate), rate.goal_words, rate.of(figures)) == ("ours / theirs", "≥ 3.0", [1.0])
    assert (str(time), time.goal_words) == ("p50 of ours / p50 of theirs", "≤ 1.0")
    assert time.of(figures) == [pytest.approx(0.5)]
    assert Comparison("ours", "not taken").of(figures) == []


@pytest.mark.integration
async def test_a_workflow_of_dbos_has_written_a_row_in_each_of_four_steps(
    databases: Databases,
) -> None:
    async with databases.fresh(()) as database:
        outcome = await asyncio.to_thread(
            durable.measured, DurablePlan(database.admin_url, 2, 2, seconds=0.3)
        )

        connection = await asyncpg.connect(database.admin_url)
        rows = await connection.fetch("select count(*) from steps group by payment")
        ended = await connection.fetchval(
            "select count(*) from dbos.workflow_status where status = 'SUCCESS'"
        )
        await connection.close()
    assert 0 < outcome.succeeded < ended == len(rows)
    assert {row["count"] for row in rows} == {len(durable.STEPS)} == {4}
    assert len(outcome.latencies) == outcome.succeeded


@pytest.mark.integration
async def test_a_transfer_of_the_original_moves_two_balances_and_leaves_two_rows(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with databases.fresh(()) as database:
        url = database.admin_url.replace("postgresql:", "postgresql+asyncpg:")
        await tables.create(url, ["A", "B"])
        monkeypatch.setenv("ORIGINAL_DATABASE_URL", url)
        monkeypatch.setenv("ORIGINAL_SECRET", SECRET)
        service = importlib.import_module("tests.benchmarks.original.service")
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            body = {"from_account": "A", "to_account": "B", "amount": "1.00"}
            token = jwt.encode({"sub": "teller"}, SECRET, algorithm="HS256")
            made = await client.post(
                "/transfers", json=body, headers={"Authorization": f"Bearer {token}"}
            )
            refused = await client.post(
                "/transfers", json=body, headers={"Authorization": "Bearer no"}
            )
        await service.engine.dispose()

        connection = await asyncpg.connect(database.admin_url)
        moved = await connection.fetch("select account_number, balance - 10000000 from accounts")
        rows = await connection.fetch("select kind, amount from transactions order by id")
        await connection.close()
    assert (made.status_code, refused.status_code) == (201, 401)
    assert {tuple(row) for row in moved} == {("A", -1), ("B", 1)}
    assert [tuple(row) for row in rows] == [("DEBIT", 1), ("CREDIT", 1)]


@contextmanager
def _process(command: list[str]) -> Iterator[int]:
    """Its id, once it or its child has said that it is ready."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield process.pid
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
