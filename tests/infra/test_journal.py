"""Each message that a service handles has one line, under the ids of the call it comes from."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest
from structlog.testing import capture_logs

from contracts.envelope import Message, Subject
from infra.runtime.tracing import trace_of
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import TELLER, Toy, toy_at_rest
from tests.infra.toy import Add, AddMany, GetCounter, Whisper

pytestmark = pytest.mark.integration

TRACE = trace_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "rent-november")


def handled(logs: list[Any]) -> list[dict[str, Any]]:
    return [line for entry in logs if entry["event"] == "handled" for line in entry["lines"]]


async def test_a_command_and_what_it_tells_are_lines_under_the_ids_of_the_call(bench: Toy) -> None:
    message_id = uuid4()

    with capture_logs() as logs:
        await bench.ask(Add(name="asha", amount=5), id=message_id, trace=TRACE)
        await until(lambda: _has(logs, 2))

    command, event = handled(logs)
    assert (command["type"], command["outcome"]) == ("toy.add.v1", "done")
    assert (command["message_id"], command["subject"]) == (message_id, TELLER.id)
    assert (event["type"], event["sender"], event["subject"]) == ("toy.risen.v1", "toy", "toy")
    for line in (command, event):
        assert (line["trace_id"], line["request_id"]) == (TRACE.id, "rent-november")
        assert line["ms"] >= 0
        assert "asha" not in repr(line)


@pytest.mark.parametrize(
    ("message", "subject", "outcome"),
    [
        (Add(name="a", amount=2_000), TELLER, "too-much"),
        (Add(name="a", amount=1), Subject(id="nobody"), "not-allowed"),
        (GetCounter(name="a"), TELLER, "done"),
        (Whisper(secret="hush"), Subject(id="nobody"), "done"),
    ],
)
async def test_the_line_says_what_the_asker_was_told(
    bench: Toy, message: Any, subject: Subject, outcome: str
) -> None:
    with capture_logs() as logs:
        await bench.ask(message, subject=subject, trace=TRACE)

    [line] = handled(logs)
    assert (line["outcome"], line["subject"]) == (outcome, subject.id)
    assert (line["trace_id"], line["request_id"]) == (TRACE.id, "rent-november")
    assert "hush" not in repr(logs)


async def test_a_repeat_is_a_line_that_says_so(bench: Toy) -> None:
    message_id = uuid4()
    await bench.ask(Add(name="a", amount=1), id=message_id)

    with capture_logs() as logs:
        await bench.ask(Add(name="a", amount=1), id=message_id)

    commands = [line for line in handled(logs) if line["type"] == "toy.add.v1"]
    assert [line["replayed"] for line in commands] == [True]


async def test_a_failure_keeps_the_ids_for_its_next_attempt(bench: Toy) -> None:
    headers = {"subject": TELLER.model_dump_json(), **TRACE.headers()}
    body = orjson.dumps({"name": "a", "amount": -1})

    with capture_logs() as logs:
        await bench.publish(body, headers=headers)
        await until(lambda: _has(logs, 2))

    assert [line["outcome"] for line in handled(logs)] == ["failed", "failed"]
    assert {line["request_id"] for line in handled(logs)} == {"rent-november"}


async def test_what_is_handled_together_is_written_together(bench: Toy) -> None:
    async def ask(number: int) -> Message:
        return await bench.ask(AddMany(name=f"c{number}", amount=1))

    with capture_logs() as logs:
        await asyncio.gather(*map(ask, range(100)))

    commands = [line for line in handled(logs) if line["type"] == "toy.add-many.v1"]
    writes = [entry for entry in logs if entry["event"] == "handled"]
    assert len(commands) == 100
    assert len(writes) < 50


async def test_debug_tells_keys_commits_and_statements_and_no_values(
    databases: Databases, vhosts: Vhosts
) -> None:
    with capture_logs() as logs:
        async with (
            toy_at_rest(databases, vhosts) as (database, vhost, admin),
            running(toy.service, database, vhost),
            asking(vhost) as client,
        ):
            await Toy(database, vhost, client, admin).ask(Add(name="asha", amount=5))
            await until(lambda: _has(logs, 2))

    command, event = handled(logs)
    assert (command["queue"], command["attempt"]) == ("toy.commands", 0)
    assert event["causation_id"] == str(command["message_id"])
    assert event["sequence"] == 1
    assert {line["lane"] for line in logs if line["event"] == "committed"} >= {"toy.commands"}
    statements = [line["sql"] for line in logs if line["event"] == "statement"]
    assert any(sql.startswith("insert into counters values ($1, $2)") for sql in statements)
    assert "asha" not in repr(logs)


async def _has(logs: list[Any], count: int) -> bool:
    return len(handled(logs)) >= count
