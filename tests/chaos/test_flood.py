"""Another bank's system floods the bank with rubbish and made-up answers, and payments go on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from functools import partial
from uuid import NAMESPACE_URL, uuid5

import aio_pika
import orjson
import pytest

from contracts.envelope import OPERATOR
from contracts.rail.imps import RailAccepted
from contracts.topology import (
    IMPS,
    MONITOR,
    VHOST,
    dead_queue,
    outside_queue,
    outside_vhost,
    routing_key,
)
from infra.bus.depths import Depth, depths
from infra.bus.wire import JSON
from infra.deployment import dead
from infra.deployment.provisioning import as_user
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

PLACE, QUEUE = outside_vhost(VHOST, IMPS), outside_queue(IMPS)
DEAD = dead_queue(QUEUE)
BLOWS = 2_000  # of each kind
RUBBISH = b"\xff" * 2_000
BOUND_BYTES = 1_000_000  # a quarter of the rubbish
PAYMENTS, PAYEE = 4, "50100234567890"
KEY = routing_key(RailAccepted)
ANSWER_SECONDS = 10.0
END_SECONDS = 180.0
COUNTED_SECONDS = 30.0


@pytest.fixture
async def swept(bank: Bank) -> AsyncIterator[None]:
    """Nothing of the flood is left for whoever looks into the queues next."""
    yield
    # What is still to be read of it would follow what is dropped.
    await until(lambda: _is_read(bank), END_SECONDS, "the flood is read")
    await dead.drop(bank.amqp_url(OPERATOR, PLACE), QUEUE, limit=2 * BLOWS)


async def test_payments_go_on_while_the_rail_sends_rubbish_as_fast_as_it_can(
    bank: Bank, teller: Client, swept: None
) -> None:
    payer = await teller.open_account("100.00")
    async with bank.small_dead_queue(DEAD, BOUND_BYTES, PLACE):
        flood = asyncio.create_task(_flood(bank))
        payments = [
            await teller.begin_payment(payer, "50100234567890", "10.00") for _ in range(PAYMENTS)
        ]
        await flood

        await until(lambda: _answers(teller, payments[0]), ANSWER_SECONDS, "payment answers")
        for payment in payments:
            await until(partial(_is_completed, teller, payment), END_SECONDS, "it is paid")
        await until(lambda: _is_bounded(bank), COUNTED_SECONDS, "the dead queue is full")

    assert await teller.balance(payer) == Decimal("60.00")
    assert _named_senders(bank) == {IMPS.user}


async def _flood(bank: Bank) -> None:
    """Without waiting for confirms: as fast as the broker takes it."""
    async with await aio_pika.connect(bank.amqp_url(IMPS.user, PLACE)) as connection:
        channel = await connection.channel(publisher_confirms=False)
        exchange = await channel.get_exchange(IMPS.answers, ensure=False)
        for message in _blows():
            await exchange.publish(message, KEY)


def _blows() -> Iterator[aio_pika.Message]:
    for number in range(BLOWS):
        yield _message(number, RUBBISH)
        unknown = {"transfer_id": str(uuid5(NAMESPACE_URL, f"nobody's {number}"))}
        yield _message(-number, orjson.dumps({**unknown, "rail_reference": f"R{number}"}))


def _message(number: int, body: bytes) -> aio_pika.Message:
    message_id = str(uuid5(NAMESPACE_URL, f"flood {number} {len(body)}"))
    return aio_pika.Message(
        body, type=KEY, message_id=message_id, content_type=JSON, user_id=IMPS.user
    )


async def _answers(client: Client, payment: str) -> bool:
    return (await client.get(f"/api/payments/{payment}")).status_code == 200


async def _is_completed(client: Client, payment: str) -> bool:
    return bool((await client.found(f"/api/payments/{payment}"))["state"] == "completed")


async def _is_bounded(bank: Bank) -> bool:
    """As much as it may hold and no more, as the broker counts it."""
    seen = await _counted(bank, DEAD)  # none while its bound is being changed
    assert all(each.bytes <= BOUND_BYTES for each in seen)
    return any(each.share > 0.99 for each in seen)


async def _is_read(bank: Bank) -> bool:
    """Nothing waits in the queue, and nothing that was taken from it is unanswered."""
    seen = await _counted(bank, QUEUE)
    return bool(seen) and not any(each.messages for each in seen)


async def _counted(bank: Bank, queue: str) -> list[Depth]:
    host = f"http://127.0.0.1:{bank.ports.rabbit.management}"
    found = await depths(as_user(host, MONITOR, bank.secrets["users"][MONITOR], ""))
    return [each for each in found if each.queue == queue]


def _named_senders(bank: Bank) -> set[str]:
    """Whom the payment service names as the senders of what it set aside from the flood."""
    lines = (bank.home / "logs" / "payment.log").read_text().splitlines()
    aside = [orjson.loads(line) for line in lines if '"message_set_aside"' in line]
    return {each["sender"] for each in aside if each["queue"] == QUEUE}
