"""Payment and a rail: each in reach of the other in one vhost, and of nothing else by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import orjson
import pytest
from aio_pika.abc import AbstractChannel

from contracts.envelope import Subject
from contracts.payment.transfers import TransferFailed
from contracts.rail.imps import RailAccepted, SubmitTransfer
from contracts.topology import (
    EVENTS,
    IMPS,
    dead_queue,
    event_queue,
    inbox_queue,
    outside_queue,
    routing_key,
)
from infra.bus.management import upload
from infra.bus.wire import JSON, XML, body_of, dump, fields_of
from infra.deployment import dead
from infra.deployment.definitions import load_services
from infra.handling.packing import Leaving, command_draft
from infra.handling.telling import Send
from infra.runtime.clock import utc_now
from infra.runtime.tracing import new_trace
from tests.builders import an
from tests.fixtures.processes import running
from tests.fixtures.servers import ADMIN, Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

BYTES_MAX = 2_000
NOT = b"", b""


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(["payment"]) as database:
        yield database


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh(load_services(["payment"])) as vhost:
        yield vhost


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel()


async def leave_behind(database: Database, exchange: str, key: str, body: bytes) -> None:
    """An outbox row as a process of any version writes it just before it is killed."""
    properties = {
        "type": key, "message_id": str(uuid4()), "content_type": JSON,
        "timestamp": utc_now().isoformat(),
    }  # fmt: skip
    db = await asyncpg.connect(database.admin_url)
    await db.execute(
        "insert into payment.outbox (exchange, routing_keys, properties, body)"
        " values ($1, array[$2], $3, $4)",
        exchange, key, orjson.dumps(properties), body,
    )  # fmt: skip
    await db.close()


async def left(database: Database) -> list[str]:
    """The exchanges for which something waits in the outbox."""
    db = await asyncpg.connect(database.admin_url)
    rows = await db.fetch("select exchange from payment.outbox order by id")
    await db.close()
    return [row[0] for row in rows]


async def answer_by_rail(
    vhost: Vhost, exchange: str, user: str, transfer_id: UUID, changed: tuple[bytes, bytes] = NOT
) -> None:
    """A word of the rail's, at the exchange as a document, or without one as JSON, as it came to
    the older queue."""
    answer = RailAccepted(transfer_id=transfer_id, rail_reference="IMPS1")
    key = routing_key(RailAccepted)
    body, form = body_of(answer, utc_now()) if exchange else (dump(answer), JSON)
    message = aio_pika.Message(body.replace(*changed), type=key, content_type=form, user_id=user,
                               message_id=str(uuid4()))  # fmt: skip
    async with channel_of(vhost.url(user)) as channel:
        if exchange:
            target = await channel.get_exchange(exchange, ensure=False)
            await target.publish(message, key)
        else:
            await channel.default_exchange.publish(message, event_queue("payment"))


async def test_what_was_left_for_the_rail_goes_to_the_rails_own_vhost(
    database: Database, vhost: Vhost
) -> None:
    order = an(SubmitTransfer)
    await leave_behind(database, IMPS.orders, routing_key(SubmitTransfer), dump(order))

    async with (
        running(load_services(["payment"])[0], database, vhost),
        channel_of(vhost.beside(IMPS).url(IMPS.user)) as rail,
    ):
        inbox = await rail.get_queue(inbox_queue(IMPS.orders), ensure=False)
        found: list[Any] = []

        async def has_come() -> bool:
            message = await inbox.get(fail=False)
            found.extend([message] if message else [])
            return bool(found)

        await until(has_come)

    assert found[0].body == dump(order)
    assert found[0].user_id == "payment"


async def test_a_rail_that_reads_nothing_holds_up_nothing_but_its_own_orders(
    database: Database, vhost: Vhost
) -> None:
    policy = {
        "vhost": vhost.beside(IMPS).name, "name": "tight", "pattern": ".*", "priority": 9,
        "apply-to": "queues",
        "definition": {"max-length-bytes": BYTES_MAX, "overflow": "reject-publish"},
    }  # fmt: skip
    await asyncio.to_thread(upload, vhost.management_url, {"policies": [policy]})
    order = dump(an(SubmitTransfer))
    for _ in range(BYTES_MAX // len(order) + 120):  # more than the relay sends at once
        await leave_behind(database, IMPS.orders, routing_key(SubmitTransfer), order)
    told = routing_key(TransferFailed)
    await leave_behind(database, EVENTS, told, b"{}")

    async with channel_of(vhost.admin_url) as channel:
        heard = await channel.declare_queue("test.events", exclusive=True)
        await heard.bind(EVENTS, told)
        async with running(load_services(["payment"])[0], database, vhost) as process:

            async def has_left() -> bool:
                return EVENTS not in await left(database)

            await until(has_left)
            assert (await process.health())["status"] == "ok"
        assert (await heard.get(timeout=10)).type == told

    assert set(await left(database)) == {IMPS.orders}


async def test_an_answer_that_waits_where_an_older_version_heard_it_is_heard_too(
    database: Database, vhost: Vhost
) -> None:
    """Only the rail's own word counts there too; the second comes by the way of today."""
    beside = vhost.beside(IMPS)
    async with running(load_services(["payment"])[0], database, vhost):
        await answer_by_rail(vhost, "", ADMIN, uuid4())
        await answer_by_rail(beside, IMPS.answers, IMPS.user, uuid4())

        async def is_refused() -> bool:
            return bool(await dead.show(vhost.admin_url, event_queue("payment"), limit=10))

        await until(is_refused)
        [refused] = await dead.show(vhost.admin_url, event_queue("payment"), limit=10)
    assert refused.reason.startswith("sender-not-allowed")
    assert await dead.show(beside.admin_url, outside_queue(IMPS), limit=10) == []


async def test_a_document_that_cannot_be_read_is_set_aside_as_it_came_with_its_reason(
    database: Database, vhost: Vhost
) -> None:
    beside = vhost.beside(IMPS)
    bomb = b"<Document", b'<!DOCTYPE d [<!ENTITY a "ha">]><Document'
    async with running(load_services(["payment"])[0], database, vhost):
        await answer_by_rail(beside, IMPS.answers, IMPS.user, uuid4(), bomb)

        async def is_set_aside() -> bool:
            return bool(await dead.show(beside.admin_url, outside_queue(IMPS), limit=10))

        await until(is_set_aside)
    async with channel_of(beside.admin_url) as channel:
        queue = await channel.get_queue(dead_queue(outside_queue(IMPS)), ensure=False)
        message = await queue.get()
    assert message.content_type == XML
    assert bomb[1] in message.body
    assert message.headers["reason"] == "not-a-document: it has a DTD or an entity of its own"


def test_a_payment_leaves_as_a_document() -> None:
    order = an(SubmitTransfer)
    send = Send(order, uuid4(), "c-1", Subject(id="payment"))
    cause = Leaving((send,), "c-1", "m-1", new_trace())

    draft = command_draft("payment", send, cause, utc_now())

    assert draft.properties["content_type"] == XML
    assert SubmitTransfer.model_validate(fields_of(SubmitTransfer, draft.body)) == order
