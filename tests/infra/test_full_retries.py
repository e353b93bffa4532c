"""What becomes of a message that cannot be put off, or comes again and again: it is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractExchange
from aio_pika.exceptions import DeliveryError
from structlog.testing import capture_logs

from contracts.topology import COMMANDS, DELIVERY_LIMIT, RETRY, command_queue, retry_queue
from infra.bus.management import upload
from infra.deployment.dead import DeadMessage, show
from tests.fixtures.servers import Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import Toy
from tests.infra.toy import Add, Added

pytestmark = pytest.mark.integration

QUEUE, RETRIES = command_queue("toy"), retry_queue(1)
BOUND_BYTES = 1_000
KEPT_SECONDS = 90.0
FULL_SECONDS = 20.0


async def test_the_broker_sets_aside_what_came_back_too_often(vhosts: Vhosts) -> None:
    async with vhosts.fresh([toy.service]) as vhost, _channel(vhost) as channel:
        exchange = await channel.get_exchange(COMMANDS, ensure=False)
        await exchange.publish(aio_pika.Message(b"{}", message_id=str(uuid4())), "toy.add.v1")
        queue, returns = await channel.get_queue(QUEUE, ensure=False), []

        while (message := await queue.get(fail=False)) is not None:
            returns.append(message.headers["x-delivery-count"])
            await message.nack(requeue=True)

        assert returns == list(range(DELIVERY_LIMIT + 1))
        assert (await _set_aside(vhost)).reason == "set aside by the broker: delivery_limit"


async def test_what_cannot_be_put_off_is_tried_again_and_kept_and_its_neighbours_go_on(
    bench: Toy,
) -> None:
    async with _full_retries(bench.vhost):
        with capture_logs() as logs:
            failing = asyncio.create_task(bench.ask(Add(name="a", amount=-1)))
            for value in (1, 2, 3):
                assert await bench.ask(Add(name="b", amount=1)) == Added(value=value)
            kept = await _set_aside(bench.vhost)

    failing.cancel()
    await asyncio.gather(failing, return_exceptions=True)
    assert kept.reason == "set aside by the broker: delivery_limit"
    assert kept.sender == "gateway"
    [last] = [log for log in logs if log["event"] == "message_comes_for_the_last_time"]
    assert (last["message_id"], last["sender"]) == (kept.message_id, "gateway")


async def test_what_is_to_go_back_to_a_full_queue_is_kept_until_there_is_room(
    vhosts: Vhosts,
) -> None:
    async with vhosts.fresh([toy.service]) as vhost, _channel(vhost) as channel:
        queue = await channel.get_queue(QUEUE, ensure=False)
        exchange = await channel.get_exchange(RETRY, ensure=False)
        commands = await channel.get_exchange(COMMANDS, ensure=False)
        await _fill(vhost, QUEUE, commands, "toy.add.v1")

        await exchange.publish(aio_pika.Message(b"{}", message_id="put off"), f"1s.{QUEUE}")
        await until(lambda: _is_empty(channel, RETRIES), FULL_SECONDS, "its delay is over")
        while (filler := await queue.get(fail=False)) is not None:
            await filler.ack()
            assert filler.message_id != "put off"

        async def is_back() -> bool:
            message = await queue.get(fail=False)
            return message is not None and message.message_id == "put off"

        await until(is_back, KEPT_SECONDS, "it is back")


async def _is_empty(channel: AbstractChannel, queue: str) -> bool:
    found = await channel.declare_queue(queue, passive=True)
    return found.declaration_result.message_count == 0


@asynccontextmanager
async def _channel(vhost: Vhost) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(vhost.admin_url) as connection:
        yield await connection.channel()


@asynccontextmanager
async def _full_retries(vhost: Vhost) -> AsyncIterator[None]:
    """The first queue of retries has no room, and what fills it has nowhere to go."""
    async with _channel(vhost) as channel:
        exchange = await channel.get_exchange(RETRY, ensure=False)
        await _fill(vhost, RETRIES, exchange, "1s.nowhere")
        yield


async def _fill(vhost: Vhost, queue: str, exchange: AbstractExchange, key: str) -> None:
    """Bound the queue to next to nothing, and publish until the broker refuses."""
    bound = {"max-length-bytes": BOUND_BYTES, "overflow": "reject-publish"}
    policy = {
        "vhost": vhost.name, "name": "small", "pattern": f"^{queue}$", "apply-to": "queues",
        "priority": 2, "definition": bound,
    }  # fmt: skip
    await asyncio.to_thread(upload, vhost.management_url, {"policies": [policy]})
    message = aio_pika.Message(b"x" * BOUND_BYTES)

    async def is_full() -> bool:
        try:
            await exchange.publish(message, key)
        except DeliveryError:
            return True
        return False

    await until(is_full, FULL_SECONDS, f"{queue} is full")


async def _set_aside(vhost: Vhost) -> DeadMessage:
    found: list[DeadMessage] = []

    async def is_there() -> bool:
        found[:] = await show(vhost.url("operator"), QUEUE, limit=1)
        return bool(found)

    await until(is_there, KEPT_SECONDS, "it is in the dead queue")
    return found[0]
