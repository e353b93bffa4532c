"""A tap hears events again after each loss of its connection, and nothing unreadable stops it."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import aio_pika
import httpx
import orjson
import pytest
from yarl import URL

from contracts.auth import SessionRevoked
from contracts.envelope import Event
from contracts.topology import CARRIED, CARRIER, EVENTS, routing_key
from infra.bus.tap import EventTap
from infra.bus.wire import dump
from infra.deployment.definitions import load_services
from tests.fixtures.malformed import MALFORMED, ODD, publish_raw, raw_properties, short
from tests.fixtures.proxy import proxy_to
from tests.fixtures.servers import Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

WAIT_SECONDS = 20.0
NAME = "tap-of-a-test"
TYPE = routing_key(SessionRevoked)
NO_EVENTS = (
    b"", b"\xff", b"[]", b"{}", b"5", b"[" * 5_000, b'{"items": 5}', b'{"items": [5, {}, []]}',
    b'{"items": [{"type": [], "body": 5}]}', b'{"items": [{"type": "auth.session-revoked.v1"}]}',
)  # fmt: skip


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh(load_services(["auth"])) as vhost:
        yield vhost


class Ear:
    """A tap of the gateway, and what it has heard."""

    def __init__(self, url: str) -> None:
        self.heard: list[UUID] = []
        self.tap = EventTap(url, NAME, (SessionRevoked,), self._hear)

    def _hear(self, event: Event) -> None:
        assert isinstance(event, SessionRevoked)
        self.heard.append(event.session_id)

    async def hears(self, session_id: UUID) -> None:
        await until(lambda: session_id in self.heard, WAIT_SECONDS, "the event is heard")

    async def hears_again(self, vhost: Vhost) -> None:
        """One of the events that are told from now on; those of a gap are nobody's."""
        told: list[UUID] = []

        async def is_heard() -> bool:
            told.append(await revoke(vhost))
            return any(session_id in self.heard for session_id in told)

        await until(is_heard, WAIT_SECONDS, "an event is heard again")
        assert self.tap.is_connected


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Ear]:
    ear = Ear(url)
    await ear.tap.start()
    try:
        yield ear
    finally:
        await ear.tap.stop()


async def tell(vhost: Vhost, body: bytes, **properties: Any) -> None:
    async with await aio_pika.connect(vhost.url("auth")) as connection:
        exchange = await (await connection.channel()).get_exchange(EVENTS, ensure=False)
        message = aio_pika.Message(body, user_id="auth", **properties)
        await exchange.publish(message, TYPE, mandatory=False)


async def revoke(vhost: Vhost) -> UUID:
    session_id = uuid4()
    await tell(vhost, dump(_revoked(session_id)), type=TYPE)
    return session_id


def _revoked(session_id: UUID) -> SessionRevoked:
    return SessionRevoked(session_id=session_id, revoked_at=datetime.now(UTC))


async def test_after_the_broker_has_closed_its_connection_events_are_heard_again(
    vhost: Vhost,
) -> None:
    async with listening(vhost.url("gateway")) as ear:
        await ear.hears(await revoke(vhost))

        await _close_at_the_broker(vhost)

        await ear.hears_again(vhost)


async def test_while_the_broker_still_holds_the_lost_connection_events_are_heard_again(
    vhost: Vhost,
) -> None:
    """The old queue is locked as long as that; its name would be refused."""
    address = URL(vhost.url("gateway"))
    async with (
        proxy_to(str(address.host), address.port or 0) as proxy,
        listening(str(address.with_host("127.0.0.1").with_port(proxy.port))) as ear,
    ):
        await ear.hears(await revoke(vhost))

        proxy.cut()

        await ear.hears_again(vhost)


async def test_a_queue_that_is_deleted_is_replaced(vhost: Vhost) -> None:
    async with listening(vhost.url("gateway")) as ear:
        await ear.tap._publisher.channel.queue_delete(ear.tap._queue.address)

        await ear.hears_again(vhost)


async def test_what_is_no_event_at_all_is_passed_over(vhost: Vhost) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))

    async with listening(vhost.url("gateway")) as ear:
        for content_type in (CARRIER, "application/json"):
            for encoding in (None, "deflate", "unheard-of"):
                for body in NO_EVENTS:
                    await tell(
                        vhost, body, type=TYPE, content_type=content_type, content_encoding=encoding
                    )
        await ear.hears(await revoke(vhost))

    gc.collect()
    assert complaints == []


async def test_what_nobody_can_decode_is_passed_over(vhost: Vhost) -> None:
    rows = {**MALFORMED, **ODD}.values()
    bad = [raw_properties("auth", **{"message_type": short(TYPE), **row}) for row in rows]

    async with listening(vhost.url("gateway")) as ear:
        await publish_raw(vhost.url("auth"), EVENTS, TYPE, *bad, body=dump(_revoked(uuid4())))

        await ear.hears(await revoke(vhost))
        assert len(ear.heard) == 1 + len(ODD)


async def test_a_bad_item_costs_no_other_item_of_its_carrier(vhost: Vhost) -> None:
    first, last = uuid4(), uuid4()
    items: list[object] = [
        {"type": TYPE, "body": _revoked(first).model_dump(mode="json")},
        5, {"body": {}}, {"type": TYPE}, {"type": TYPE, "body": {"session_id": "x"}},
        {"type": TYPE, "body": _revoked(last).model_dump(mode="json")},
    ]  # fmt: skip

    async with listening(vhost.url("gateway")) as ear:
        await tell(vhost, orjson.dumps({"items": items}), type=CARRIED, content_type=CARRIER)

        await ear.hears(first)
        await ear.hears(last)


async def _close_at_the_broker(vhost: Vhost) -> None:
    """As an operator closes it in RabbitMQ's own pages; return when it is gone."""
    connections = f"/api/vhosts/{quote(vhost.name, safe='')}/connections"
    async with httpx.AsyncClient(base_url=vhost.management_url) as client:

        async def names() -> list[str]:
            shown = (await client.get(connections)).json()
            return [each["name"] for each in shown if each.get("user_provided_name") == NAME]

        async def is_shown() -> bool:
            return bool(await names())

        await until(is_shown, WAIT_SECONDS, "the broker shows the connection")
        [name] = await names()
        await client.delete(f"/api/connections/{quote(name, safe='')}")

        async def is_gone() -> bool:
            return name not in await names()

        await until(is_gone, WAIT_SECONDS, "the connection is gone")
