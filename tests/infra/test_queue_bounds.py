"""Every queue holds a bounded number of bytes, and says no, or lets go of its oldest, beyond it."""

import asyncio
import re

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError

from contracts.topology import DEAD, QUEUE_BYTES_MAX, command_queue, dead_queue, query_queue
from infra.bus.management import upload
from infra.deployment.definitions import definitions, load_services
from tests.fixtures.servers import Vhost, Vhosts

BODY = b"x" * 10_000
BOUND_BYTES = 100_000
MESSAGES = 60
POLICY_SECONDS = 20.0


def test_each_queue_has_one_bound() -> None:
    document = definitions(load_services(), {})

    assert {each["pattern"] for each in document["policies"]} == set(QUEUE_BYTES_MAX)
    for queue in document["queues"]:
        bounds = [p for p in QUEUE_BYTES_MAX if re.search(p, queue["name"])]
        assert len(bounds) == 1, queue["name"]


async def bounded(vhost: Vhost) -> None:
    """The bank's own policies, with bounds that a test can reach."""
    document = definitions(load_services(), {}, vhost.name)
    for policy in document["policies"]:
        policy["definition"]["max-length-bytes"] = BOUND_BYTES
    part = {"policies": document["policies"]}
    await asyncio.to_thread(upload, vhost.management_url, part)


async def _fill(channel: AbstractChannel, queue: str) -> None:
    """Publish until the broker refuses; the test fails when it never does."""
    async with asyncio.timeout(POLICY_SECONDS):
        while True:
            await channel.default_exchange.publish(aio_pika.Message(BODY), queue)


@pytest.mark.integration
@pytest.mark.parametrize("queue", [command_queue("account"), query_queue("account")])
async def test_a_full_queue_of_work_takes_nothing_more(vhosts: Vhosts, queue: str) -> None:
    async with vhosts.fresh() as vhost:
        await bounded(vhost)
        async with await aio_pika.connect(vhost.admin_url) as connection:
            channel = await connection.channel()

            with pytest.raises(DeliveryError):
                await _fill(channel, queue)


@pytest.mark.integration
async def test_a_full_dead_queue_lets_go_of_its_oldest_and_takes_the_next(vhosts: Vhosts) -> None:
    queue = command_queue("account")
    async with vhosts.fresh() as vhost:
        await bounded(vhost)
        async with await aio_pika.connect(vhost.admin_url) as connection:
            channel = await connection.channel()
            dead = await channel.get_exchange(DEAD, ensure=False)
            for number in range(MESSAGES):
                await dead.publish(aio_pika.Message(BODY, message_id=str(number)), queue)

            waiting = await channel.get_queue(dead_queue(queue), ensure=False)
            left = []
            while (message := await waiting.get(fail=False, no_ack=True)) is not None:
                left.append(message.message_id)

    assert left[-1] == str(MESSAGES - 1)
    assert len(left) < MESSAGES / 2
