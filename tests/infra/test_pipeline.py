"""What the pipeline promises about every message, on a real database and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import orjson
import pytest

from contracts.envelope import Command, Message, OutcomeState, Query, Refused, Role, Subject
from contracts.topology import CARRIED, CARRIER
from infra.ask import AskClient, NoAnswer, Unavailable
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import PASSWORD, Database, Databases, Vhost, Vhosts
from tests.infra import toy
from tests.infra.toy import Add, Added, AddMany, GetCounter, Whisper

pytestmark = pytest.mark.integration

TELLER = Subject(id="teller-1", role=Role.TELLER)
WAIT_SECONDS = 30.0


@dataclass
class Toy:
    """The toy service at work, and eyes on its database and queues."""

    database: Database
    vhost: Vhost
    client: AskClient
    admin: "asyncpg.Connection[asyncpg.Record]"

    async def ask(
        self, message: Command | Query, *, id: UUID | None = None, subject: Subject = TELLER
    ) -> Message:
        reply = await self.client.ask(
            message, subject=subject, message_id=id, wait_seconds=WAIT_SECONDS
        )
        return reply.message

    async def value(self, name: str) -> int:
        found = await self.admin.fetchval("select value from toy.counters where name = $1", name)
        return int(found or 0)

    async def publish(self, body: bytes, *, user: str = "gateway", **properties: Any) -> None:
        """Straight to the broker, as somebody else's program would."""
        connection = await aio_pika.connect(self.vhost.url(user))
        async with connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange("bank.commands", ensure=False)
            values = {"type": "toy.add.v1", "message_id": str(uuid4()), "user_id": user}
            message = aio_pika.Message(body, **{**values, **properties})
            await exchange.publish(message, "toy.add.v1")

    async def dead_reasons(self, count: int) -> list[str]:
        """The reasons in the dead queue, once there are `count` of them."""
        connection = await aio_pika.connect(self.vhost.admin_url)
        reasons: list[str] = []
        async with connection, asyncio.timeout(WAIT_SECONDS):
            channel = await connection.channel()
            queue = await channel.get_queue("toy.commands.dead", ensure=False)
            while len(reasons) < count:
                found = await queue.get(fail=False)
                if found is None:
                    await asyncio.sleep(0.05)
                    continue
                await found.ack()
                reasons.append(str(found.headers["reason"]))
        return reasons


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture
async def bench(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Toy]:
    async with databases.fresh(()) as database, vhosts.fresh([toy.service]) as vhost:
        admin = await asyncpg.connect(database.admin_url)
        await admin.execute(
            "do $$ begin create role toy login; exception when duplicate_object then end $$"
        )
        await admin.execute(f"alter role toy password '{PASSWORD}'")
        await admin.execute("alter role toy set search_path to toy")
        async with admin.transaction():
            await admin.execute(toy.DDL)
        async with running(toy.service, database, vhost), asking(vhost) as client:
            yield Toy(database, vhost, client, admin)
        await admin.close()


async def test_a_command_is_answered_and_its_event_is_heard_once(bench: Toy) -> None:
    reply = await bench.ask(Add(name="a", amount=5))

    assert reply == Added(value=5)
    await eventually(lambda: _heard(bench, 1))
    assert await bench.admin.fetchval("select count(*) from toy.outbox") == 0


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
    await eventually(lambda: _has_value(bench, "a", 1))


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


async def test_a_command_that_nobody_listens_to_fails_at_once(bench: Toy) -> None:
    class Orphan(Command):
        reply = Added

    Orphan.owner = "nobody"

    with pytest.raises(Unavailable):
        await bench.client.ask(Orphan(), subject=TELLER, wait_seconds=5)


async def test_every_event_of_an_aggregate_has_the_next_number(bench: Toy) -> None:
    await asyncio.gather(*(bench.ask(AddMany(name="a", amount=1)) for _ in range(100)))

    assert await bench.admin.fetchval("select sequence from toy.streams") == 100
    await eventually(lambda: _heard(bench, 100))
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

    await eventually(lambda: _heard(bench, 1))
    async with asyncio.timeout(WAIT_SECONDS), await aio_pika.connect(bench.vhost.admin_url) as seen:
        queue = await (await seen.channel()).get_queue("toy.events.dead", ensure=False)
        assert await queue.get(fail=False) is None


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
