"""Answers are heard again after a lost connection, each connection by a queue of its own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import aio_pika
import pytest
from aio_pika.abc import AbstractIncomingMessage
from aiormq.exceptions import ChannelLockedResource

from contracts.auth import GetKeys, Keys
from contracts.envelope import Subject
from contracts.topology import REPLIES, query_queue, routing_key
from infra.bus.ask import AskClient, NoAnswer
from infra.bus.wire import dump
from tests.fixtures.processes import asking
from tests.fixtures.servers import Vhost
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

WAIT_SECONDS = 20.0
KEYS = Keys(keys=({"kid": "genuine"},))


class Owner:
    """The service `auth`, as far as the asker can tell; it answers when it is told to."""

    def __init__(self, channel: aio_pika.abc.AbstractChannel) -> None:
        self._channel = channel

    async def heard(self) -> AbstractIncomingMessage:
        queue = await self._channel.get_queue(query_queue("auth"), ensure=False)
        return await until(lambda: queue.get(fail=False, no_ack=True))

    async def answer(self, question: AbstractIncomingMessage) -> None:
        message = aio_pika.Message(
            dump(KEYS), type=routing_key(Keys), correlation_id=question.correlation_id,
            user_id="auth",
        )  # fmt: skip
        exchange = await self._channel.get_exchange(REPLIES, ensure=False)
        await exchange.publish(message, question.reply_to or "", mandatory=False)


@pytest.fixture
async def client(vhost: Vhost) -> AsyncIterator[AskClient]:
    async with asking(vhost) as client:
        yield client


@pytest.fixture
async def owner(vhost: Vhost) -> AsyncIterator[Owner]:
    async with await aio_pika.connect(vhost.url("auth")) as connection:
        yield Owner(await connection.channel())


async def test_after_a_lost_connection_answers_come_to_a_new_queue(
    client: AskClient, owner: Owner
) -> None:
    lost = asyncio.create_task(_ask(client))
    first = await owner.heard()

    await _cut(client)
    with pytest.raises(NoAnswer):
        await lost
    await _heard_again(client)
    asked = asyncio.create_task(_ask(client))
    second = await owner.heard()
    await owner.answer(first)  # nobody is there, and that is no failure
    await owner.answer(second)

    assert await asked == KEYS
    assert second.reply_to != first.reply_to


async def test_a_consumer_that_the_broker_takes_away_is_replaced(
    client: AskClient, owner: Owner
) -> None:
    before = client._replies.address
    await client._publisher.channel.queue_delete(before)

    await until(lambda: client._replies.address != before)
    await _heard_again(client)

    asked = asyncio.create_task(_ask(client))
    await owner.answer(await owner.heard())
    assert await asked == KEYS


async def test_a_reply_queue_is_its_connections_own(vhost: Vhost, client: AskClient) -> None:
    async with await aio_pika.connect(vhost.admin_url) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelLockedResource):
            await channel.declare_queue(client._replies.address, passive=True)


async def _ask(client: AskClient) -> object:
    subject = Subject(id="gateway")
    return (await client.ask(GetKeys(), subject=subject, wait_seconds=WAIT_SECONDS)).message


async def _cut(client: AskClient) -> None:
    """The connection is lost under the client, which has not closed it."""
    connection = cast(Any, client._publisher.channel)._connection
    await connection.transport.connection.close(ConnectionError("cut"))
    await until(lambda: not client.is_connected)


async def _heard_again(client: AskClient) -> None:
    await until(lambda: client.is_connected)
