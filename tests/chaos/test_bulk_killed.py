"""`kill -9` in the middle of a bulk load: every entry is booked once, and customers went first."""

from uuid import uuid4

import aio_pika
import pytest

from contracts.account.movements import EntryItem, PostEntries
from contracts.account.values import Leg
from contracts.envelope import OPERATOR
from contracts.money import Currency
from contracts.topology import exchange_name, routing_key
from infra.bus.wire import JSON
from services.account.domain.ledger.chart import internal_number
from tests.chaos.auditor import audit_always
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

MESSAGES, ENTRIES = 120, 200
VAULT, SUSPENSE = (internal_number(line, Currency.INR) for line in ("CASH", "SUSPENSE"))
LOADED_SECONDS = 180.0
HEALTHY_SECONDS = 60.0
BOOKED = "select count(*) from account.entries where reference like $1 || '-%'"
ORDER = """
select distinct on (message) split_part(reference, '-', 2)::int as message, booked_at
from account.entries where reference like $1 || '-%' order by message, booked_at
"""


@pytest.fixture
async def load(bank: Bank) -> str:
    """Bulk work on the queue; what begins all its references."""
    run = uuid4().hex
    connection = await aio_pika.connect(bank.amqp_url(OPERATOR))
    async with connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange(exchange_name(PostEntries), ensure=False)
        key = routing_key(PostEntries)
        for number in range(MESSAGES):
            message = aio_pika.Message(
                _entries(f"{run}-{number}").model_dump_json().encode(),
                type=key, content_type=JSON, message_id=str(uuid4()), user_id=OPERATOR,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )  # fmt: skip
            await exchange.publish(message, key, timeout=10)
    return run


async def test_a_bulk_load_that_is_killed_is_booked_once_and_in_order(
    bank: Bank, teller: Client, load: str
) -> None:
    account, other = await teller.open_account("100.00"), await teller.open_account()

    async def booked() -> int:
        async with bank.database() as database:
            return int(await database.fetchval(BOOKED, load))

    async def is_loaded() -> bool:
        return await booked() == MESSAGES * ENTRIES

    await until(booked, LOADED_SECONDS, "the load has begun")
    assert (await teller.transfer(account, other, "1.00")).status_code == 201
    assert not await is_loaded()
    bank.kill("account")
    await bank.until_healthy(HEALTHY_SECONDS)
    await until(is_loaded, LOADED_SECONDS, "every entry is booked")

    async with bank.database() as database:
        rows = await database.fetch(ORDER, load)
        assert await audit_always(database) == []
    assert [row["booked_at"] for row in rows] == sorted(row["booked_at"] for row in rows)


def _entries(reference: str) -> PostEntries:
    legs = (
        Leg(account_number=VAULT, amount_minor=-1),
        Leg(account_number=SUSPENSE, amount_minor=1),
    )
    items = (EntryItem(reference=f"{reference}-{item}", legs=legs) for item in range(ENTRIES))
    return PostEntries(items=tuple(items))
