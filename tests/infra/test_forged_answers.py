"""An answer counts from the service that was asked, and from nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import aio_pika
import orjson
import pytest

from contracts.auth import GetKeys, Keys
from contracts.envelope import Refused, Subject
from contracts.topology import CARRIED, CARRIER, REFUSED, REPLIES, query_queue, routing_key
from infra.bus.ask import AskClient, NoAnswer, Reply
from infra.bus.wire import dump
from tests.fixtures.malformed import MALFORMED, ODD, publish_raw, raw_properties, short
from tests.fixtures.processes import asking
from tests.fixtures.servers import Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

GENUINE = Keys(keys=({"kid": "genuine"},))
FORGED = Keys(keys=({"kid": "forged"},))
NOT_ANSWERED_SECONDS = 1.0
WAIT_SECONDS = 20.0


@dataclass
class Asked:
    """A question on its way to `auth`, and what everyone learns who hears it."""

    vhost: Vhost
    answer: "asyncio.Task[Reply]"
    reply_to: str
    correlation_id: str

    async def speak(self, user: str, body: bytes, **properties: Any) -> None:
        """Write to the asker's address as this user of the broker."""
        async with await aio_pika.connect(self.vhost.url(user)) as connection:
            channel = await connection.channel()
            message = aio_pika.Message(body, user_id=user, **properties)
            exchange = await channel.get_exchange(REPLIES, ensure=False)
            await exchange.publish(message, self.reply_to, mandatory=False)

    async def say(self, user: str, keys: Keys | Refused) -> None:
        kind = REFUSED if isinstance(keys, Refused) else routing_key(Keys)
        await self.speak(user, dump(keys), type=kind, correlation_id=self.correlation_id)

    async def say_carried(self, user: str, keys: Keys, *, beside: Sequence[Any] = ()) -> None:
        """In a carrier, after these other items."""
        item = {
            "correlation_id": self.correlation_id, "type": routing_key(Keys), "replayed": False,
            "body": keys.model_dump(mode="json"),
        }  # fmt: skip
        body = orjson.dumps({"items": [*beside, item]})
        await self.speak(user, body, type=CARRIED, content_type=CARRIER)

    async def is_still_open(self) -> bool:
        await asyncio.wait({self.answer}, timeout=NOT_ANSWERED_SECONDS)
        return not self.answer.done()


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh() as vhost:
        yield vhost


@pytest.fixture
async def client(vhost: Vhost) -> AsyncIterator[AskClient]:
    async with asking(vhost) as client:
        yield client


@pytest.fixture
async def asked(vhost: Vhost, client: AskClient) -> AsyncIterator[Asked]:
    answer = asyncio.create_task(
        client.ask(GetKeys(), subject=Subject(id="gateway"), wait_seconds=WAIT_SECONDS)
    )
    async with await aio_pika.connect(vhost.url("auth")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(query_queue("auth"), ensure=False)
        question = await until(lambda: queue.get(fail=False, no_ack=True))
    assert question.reply_to
    assert question.correlation_id
    yield Asked(vhost, answer, question.reply_to, question.correlation_id)
    answer.cancel()
    await asyncio.gather(answer, return_exceptions=True)


async def test_keys_that_another_service_sends_never_count(asked: Asked) -> None:
    await asked.say("loan", FORGED)
    await asked.say_carried("loan", FORGED)
    await asked.say("loan", Refused(code="no", detail="no"))

    assert await asked.is_still_open()
    await asked.say("auth", GENUINE)
    assert (await asked.answer).message == GENUINE


async def test_carried_keys_of_the_owner_count(asked: Asked) -> None:
    await asked.say_carried("auth", GENUINE)

    assert (await asked.answer).message == GENUINE


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"{}", b"5", b'{"items": 5}', b'{"items": [5]}', b'{"items": [{}]}'],
)
@pytest.mark.parametrize("content_type", [CARRIER, "application/json"])
async def test_what_is_no_answer_at_all_leaves_the_next_one_heard(
    asked: Asked, body: bytes, content_type: str
) -> None:
    for user in ("loan", "auth"):
        await asked.speak(user, body, type="nonsense", content_type=content_type)

    assert not asked.answer.done()
    await asked.say("auth", GENUINE)
    assert (await asked.answer).message == GENUINE


@pytest.mark.parametrize(
    "bad", [5, None, "correlation_id", [], {}, {"correlation_id": []}, {"correlation_id": "x"}]
)
async def test_an_answer_counts_beside_a_bad_one_in_its_carrier(asked: Asked, bad: Any) -> None:
    await asked.say_carried("auth", GENUINE, beside=[bad])

    assert (await asked.answer).message == GENUINE


async def test_an_answer_that_nobody_can_decode_costs_itself_alone(asked: Asked) -> None:
    answers = {"message_type": short(routing_key(Keys))}
    named = {**answers, "correlation_id": short(asked.correlation_id)}
    bad = [
        *(raw_properties("auth", **{**named, **row}) for row in MALFORMED.values()),
        *(raw_properties("auth", **{**answers, **row}) for row in ODD.values()),
    ]
    url = asked.vhost.url("auth")

    await publish_raw(url, REPLIES, asked.reply_to, *bad, body=dump(FORGED))

    assert await asked.is_still_open()
    await asked.say("auth", GENUINE)
    assert (await asked.answer).message == GENUINE


async def test_an_answer_of_the_owner_that_cannot_be_read_ends_the_wait(asked: Asked) -> None:
    await asked.speak(
        "auth", b'{"keys": 5}', type=routing_key(Keys), correlation_id=asked.correlation_id
    )

    with pytest.raises(NoAnswer):
        await asked.answer


async def test_the_name_of_a_question_cannot_be_guessed(asked: Asked) -> None:
    assert re.fullmatch("[0-9a-f]{32}", asked.correlation_id)
