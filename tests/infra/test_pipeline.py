"""What the pipeline promises about every message, on a real database and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
import orjson
import pytest
from structlog.testing import capture_logs

from contracts.envelope import Command, OutcomeState, Refused, Role, Subject
from contracts.topology import CARRIED, CARRIER, routing_key
from infra.bus.ask import NoAnswer, Unavailable
from infra.bus.wire import body_hash
from infra.deployment import dead
from tests.fixtures.waiting import until
from tests.infra.bench import TELLER, WAIT_SECONDS, Toy
from tests.infra.toy import Add, Added, AddMany, GetCounter, Whisper

pytestmark = pytest.mark.integration


async def test_a_command_is_answered_and_its_event_is_heard_once(bench: Toy) -> None:
    reply = await bench.ask(Add(name="a", amount=5))

    assert reply == Added(value=5)
    await until(lambda: _heard(bench, 1))
    await until(lambda: _is_empty(bench))


async def _is_empty(bench: Toy) -> bool:
    return not await bench.admin.fetchval("select true from toy.outbox limit 1")


async def _heard(bench: Toy, count: int) -> bool:
    return bool(await bench.admin.fetchval("select count(*) from toy.heard") == count)


async def test_the_same_message_has_one_effect_and_one_answer(bench: Toy) -> None:
    message_id = uuid4()

    replies = await asyncio.gather(
        *(bench.ask(Add(name="a", amount=5), id=message_id) for _ in range(50))
    )

    assert set(map(str, replies)) == {str(Added(value=5))}
    assert await bench.value("a") == 5


async def test_the_same_id_with_another_body_is_refused(bench: Toy) -> None:
    message_id = uuid4()
    await bench.ask(Add(name="a", amount=5), id=message_id)

    reply = await bench.ask(Add(name="a", amount=6), id=message_id)

    assert isinstance(reply, Refused)
    assert reply.code == "idempotency-key-reused"
    assert await bench.value("a") == 5


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_same_id_for_somebody_else_is_not_told_the_answer(
    bench: Toy, at_once: bool
) -> None:
    message_id, other = uuid4(), TELLER.model_copy(update={"id": "teller-2"})
    asked = [bench.ask(Add(name="a", amount=5), id=message_id, subject=s) for s in (TELLER, other)]

    replies = await asyncio.gather(*asked) if at_once else [await each for each in asked]

    assert {type(reply) for reply in replies} == {Added, Refused}
    assert await bench.value("a") == 5


async def test_a_refusal_changes_nothing_and_is_remembered(bench: Toy) -> None:
    message_id = uuid4()
    first = await bench.ask(Add(name="a", amount=2_000), id=message_id)

    again = await bench.ask(Add(name="a", amount=2_000), id=message_id)

    assert isinstance(first, Refused)
    assert first == again
    assert first.code == "too-much"
    assert await bench.value("a") == 0


async def test_refusals_do_not_disturb_their_neighbours(bench: Toy) -> None:
    amounts = [2_000 if turn % 3 == 0 else 1 for turn in range(60)]

    replies = await asyncio.gather(*(bench.ask(AddMany(name="a", amount=a)) for a in amounts))

    assert sum(isinstance(reply, Refused) for reply in replies) == 20
    assert await bench.value("a") == 40


@pytest.mark.parametrize("kind", [Add, AddMany])
async def test_a_bug_fails_its_own_message_only(bench: Toy, kind: type[Add]) -> None:
    goods = [bench.ask(kind(name="a", amount=1)) for _ in range(20)]
    bug = bench.client.ask(kind(name="a", amount=-1), subject=TELLER, wait_seconds=3)

    results = await asyncio.gather(*goods[:10], bug, *goods[10:], return_exceptions=True)

    assert [type(result) for result in results].count(NoAnswer) == 1
    assert await bench.value("a") == 20


async def test_what_nobody_can_read_or_trust_is_set_aside_with_its_reason(bench: Toy) -> None:
    good = b'{"name": "a", "amount": 1}'
    teller = {"subject": TELLER.model_dump_json()}
    late = {**teller, "deadline": "2020-01-01T00:00:00+00:00"}
    await bench.publish(b"not json")
    await bench.publish(good, user_id=None)
    await bench.publish(good, type="toy.unheard-of.v1")
    await bench.publish(b'{"name": "a"}', headers=teller)
    await bench.publish(good, message_id="no-uuid")
    await bench.publish(good, headers=late)
    await bench.publish(good)
    await bench.publish(good, headers=teller)

    reasons = await bench.dead_reasons(7)

    assert sorted(reason.partition(":")[0] for reason in reasons) == [
        "bad-envelope",
        "expired",
        "malformed-message",
        "not-allowed",
        "not-json",
        "sender-missing",
        "unknown-type",
    ]
    await until(lambda: _has_value(bench, "a", 1))


async def _has_value(bench: Toy, name: str, value: int) -> bool:
    return await bench.value(name) == value


async def test_a_forged_sender_is_refused_by_the_broker(bench: Toy) -> None:
    with pytest.raises(aio_pika.exceptions.AMQPError):
        await bench.publish(b'{"name": "a", "amount": 1}', user_id="payment")
    assert await bench.value("a") == 0


async def test_a_role_that_may_not_ask_is_refused(bench: Toy) -> None:
    reply = await bench.ask(
        Add(name="a", amount=1), subject=Subject(id="auditor", role=Role.AUDITOR)
    )

    assert isinstance(reply, Refused)
    assert reply.code == "not-allowed"


async def test_a_message_older_than_its_deadline_is_not_started(bench: Toy) -> None:
    body = orjson.dumps({"name": "a", "amount": 1})
    subject = TELLER.model_dump_json()
    past = "2020-01-01T00:00:00+00:00"
    await bench.publish(body, headers={"subject": subject, "deadline": past})

    await bench.ask(Add(name="b", amount=1))

    assert await bench.value("a") == 0


async def test_what_is_not_remembered_leaves_no_trace_in_the_inbox(bench: Toy) -> None:
    await bench.ask(Whisper(secret="hush"), subject=Subject(id="nobody"))

    assert await bench.admin.fetchval("select count(*) from toy.inbox") == 0
    assert await bench.value("whispers") == 1


async def test_a_query_reads_and_is_not_remembered(bench: Toy) -> None:
    await bench.ask(Add(name="a", amount=5))

    assert await bench.ask(GetCounter(name="a")) == Added(value=5)
    assert await bench.admin.fetchval("select count(*) from toy.inbox where type like '%get%'") == 0


async def test_an_outcome_can_be_asked_for_by_its_sender_only(bench: Toy) -> None:
    message_id = uuid4()
    await bench.ask(Add(name="a", amount=5), id=message_id)

    own = await bench.client.ask_outcome("toy", message_id, subject=TELLER, wait_seconds=5)
    other = await bench.client.ask_outcome(
        "toy", message_id, subject=Subject(id="other", role=Role.TELLER), wait_seconds=5
    )

    assert own.state is OutcomeState.COMPLETED
    assert own.body == '{"value":5}'
    assert other.state is OutcomeState.PENDING


async def test_the_inbox_holds_no_plain_hash_of_what_was_asked(bench: Toy) -> None:
    await bench.ask(Add(name="a", amount=5))

    fingerprint = await bench.admin.fetchval(
        "select fingerprint from toy.inbox order by handled_at"
    )

    assert fingerprint != body_hash(routing_key(Add), {"name": "a", "amount": 5})
    assert len(fingerprint) == 32


async def test_a_command_that_nobody_listens_to_fails_at_once(bench: Toy) -> None:
    class Orphan(Command):
        reply = Added

    Orphan.owner = "nobody"

    with pytest.raises(Unavailable):
        await bench.client.ask(Orphan(), subject=TELLER, wait_seconds=5)


async def test_every_event_of_an_aggregate_has_the_next_number(bench: Toy) -> None:
    await asyncio.gather(*(bench.ask(AddMany(name="a", amount=1)) for _ in range(100)))

    assert await bench.admin.fetchval("select sequence from toy.streams") == 100
    await until(lambda: _heard(bench, 100))
    values = await bench.admin.fetch("select value from toy.heard order by ctid")
    assert [row[0] for row in values] == list(range(1, 101))


async def test_events_for_others_in_a_carrier_are_passed_over(bench: Toy) -> None:
    item = {"id": str(uuid4()), "type": "toy.unheard-of.v1", "body": {}}
    heard = {"id": str(uuid4()), "type": "toy.risen.v1", "body": {"name": "a", "value": 1}}
    connection = await aio_pika.connect(bench.vhost.url("toy"))
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("bank.events", ensure=False)
        body = orjson.dumps({"items": [item, heard]})
        message = aio_pika.Message(body, content_type=CARRIER, type=CARRIED, user_id="toy")
        await exchange.publish(message, "toy.risen.v1")

    await until(lambda: _heard(bench, 1))
    async with asyncio.timeout(WAIT_SECONDS), await aio_pika.connect(bench.vhost.admin_url) as seen:
        queue = await (await seen.channel()).get_queue("toy.events.dead", ensure=False)
        assert await queue.get(fail=False) is None


@pytest.mark.parametrize("name", ["subject", "deadline", "causation-id", "traceparent"])
async def test_what_is_set_aside_unread_still_says_for_whom_it_was_sent(
    bench: Toy, name: str
) -> None:
    """Else a replay would do it in the name of its sender, at any time."""
    said = {"subject": TELLER.model_dump_json(), "deadline": "2100-01-01T00:00:00+00:00"}
    said |= {"causation-id": str(uuid4()), "traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}

    await bench.publish(b"{", headers={**said, "unknown": "x", "source": "s" * 2_000})
    await until(lambda: _is_dead(bench))
    [shown] = await dead.show(bench.vhost.admin_url, "toy.commands", limit=10)
    assert shown.properties["headers"][name] == said[name]
    assert not {"unknown", "source"} & set(shown.properties["headers"])


async def _is_dead(bench: Toy) -> bool:
    return bool(await dead.show(bench.vhost.admin_url, "toy.commands", limit=1))


async def test_a_failing_secret_is_answered_and_written_nowhere(bench: Toy) -> None:
    await bench.admin.execute("revoke insert on toy.counters from toy")

    reply = await bench.ask(Whisper(secret="hush"), subject=Subject(id="nobody"))

    assert isinstance(reply, Refused)
    assert reply.code == "not-done"
    async with asyncio.timeout(WAIT_SECONDS), await aio_pika.connect(bench.vhost.admin_url) as seen:
        channel = await seen.channel()
        for name in ("bank.retry.1s", "toy.commands.dead"):
            queue = await channel.get_queue(name, ensure=False)
            assert await queue.get(fail=False) is None


@asynccontextmanager
async def _locked(bench: Toy, name: str) -> AsyncIterator[None]:
    """Somebody sits on the row of this counter."""
    other = await asyncpg.connect(bench.database.admin_url)
    async with other.transaction():
        await other.execute("select from toy.counters where name = $1 for update", name)
        yield
    await other.close()


async def _someone_waits(bench: Toy) -> bool:
    return bool(await bench.admin.fetchval("select true from pg_locks where not granted"))


async def test_a_message_that_had_to_wait_past_its_deadline_is_not_started(bench: Toy) -> None:
    await bench.ask(AddMany(name="a", amount=1))
    async with _locked(bench, "a"):
        ahead = asyncio.create_task(bench.ask(AddMany(name="a", amount=1)))
        await until(lambda: _someone_waits(bench))
        with pytest.raises(NoAnswer):
            await bench.client.ask(AddMany(name="b", amount=1), subject=TELLER, wait_seconds=0.5)

    assert await ahead == Added(value=2)
    await bench.ask(AddMany(name="c", amount=1))  # comes after it in the same line
    assert await bench.value("b") == 0


async def test_one_locked_row_fails_its_own_message_only(bench: Toy) -> None:
    await bench.ask(AddMany(name="a", amount=1))
    calls = [AddMany(name=name, amount=1) for name in ("b", "a", "c")]
    async with _locked(bench, "a"):
        before, stuck, after = (asyncio.create_task(bench.ask(call)) for call in calls)

        assert [await before, await after] == [Added(value=1)] * 2

    assert await stuck == Added(value=2)  # tried again, by the retry queue at the latest


async def test_a_value_that_the_driver_cannot_send_is_not_taken_for_an_outage(bench: Toy) -> None:
    too_big = bench.client.ask(Add(name="a", amount=2**63), subject=TELLER, wait_seconds=2)

    with pytest.raises(NoAnswer):
        await too_big

    assert await bench.ask(Add(name="a", amount=1)) == Added(value=1)


async def test_what_cannot_be_read_in_memory_is_dropped_and_logged(bench: Toy) -> None:
    with capture_logs() as logs:
        await bench.publish(b"not json", exchange="bank.queries", key="toy.get-counter.v1")
        await until(lambda: _is_logged(logs, "message_dropped"))

    dropped = [entry["queue"] for entry in logs if entry["event"] == "message_dropped"]
    assert dropped == ["toy.queries"]


async def _is_logged(logs: Sequence[Mapping[str, Any]], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)
