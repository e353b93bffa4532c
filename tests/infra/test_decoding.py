"""A message whose properties cannot be decoded is set aside with its reason, and harms nobody."""

import struct
from dataclasses import replace
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from contracts.topology import COMMANDS, DEAD, IMPS, QUERIES, inbox_queue, query_queue
from infra import dead, decoding
from infra.definitions import definitions, load_services, vhosts_of_work
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import ADMIN, Database, Vhost
from tests.infra.bench import TELLER, WAIT_SECONDS, Toy, eventually
from tests.infra.toy import Add, Added, GetCounter

INBOX = inbox_queue(IMPS.orders)  # of another bank, which does not run here
BAD_TEXT = b"\x03a\xffb"
SHORT = (
    "content_type",
    "content_encoding",
    "correlation_id",
    "message_id",
    "message_type",
    "app_id",
)


def _nested(levels: int) -> bytes:
    value = b"V"
    for _ in range(levels):
        value = b"F" + _sized(b"\x01a" + value)
    return value


def _sized(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


FAR = b"\xff" * 8
HEADERS = {
    "a late time": b"\x01h" + b"T" + FAR,
    "a late time in a list": b"\x01h" + b"A" + _sized(b"T" + FAR),
    "a late time in a table": b"\x01h" + b"F" + _sized(b"\x01t" + b"T" + FAR),
    "a name that is no text": b"\x02h\xff" + b"V",
    "a name in a table that is no text": b"\x01h" + b"F" + _sized(b"\x02t\xff" + b"V"),
    "a table too deep": b"\x01h" + _nested(1_000),
    "a list too long": b"\x01h" + b"A" + _sized(b"V" * 60_000),
}
MALFORMED: dict[str, dict[str, bytes]] = {
    **{name: {name: BAD_TEXT} for name in SHORT},
    "timestamp": {"timestamp": FAR},
    **{words: {"headers": _sized(raw)} for words, raw in HEADERS.items()},
}


class Raw(Basic.Properties):
    """Properties as these bytes, whatever they mean."""

    raw: bytes

    def marshal(self) -> bytes:
        return self.raw


def raw_properties(user: str, **malformed: bytes) -> Raw:
    """Good properties of this user's message, but for those that are given as bytes."""
    good = {"user_id": _short(user), "message_id": _short(str(uuid4())), **malformed}
    names = [name for name in Basic.Properties.__slots__ if name in good]
    properties = Raw(message_id=str(uuid4()))
    flags = sum(Basic.Properties.flags[name] for name in names)
    properties.raw = struct.pack(">H", flags) + b"".join(good[name] for name in names)
    return properties


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


async def _publish(url: str, exchange: str, key: str, properties: Any) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await (await connection.channel()).get_underlay_channel()
        await channel.basic_publish(
            b"{}", exchange=exchange, routing_key=key, properties=properties
        )


@pytest.mark.integration
@pytest.mark.parametrize("name", MALFORMED)
async def test_it_is_set_aside_and_the_next_is_handled(bench: Toy, name: str) -> None:
    url = bench.vhost.url("gateway")

    await _publish(url, COMMANDS, "toy.add.v1", raw_properties("gateway", **MALFORMED[name]))

    assert await bench.ask(Add(name="a", amount=1)) == Added(value=1)
    [reason] = await bench.dead_reasons(1)
    assert reason.startswith("undecodable-property: ")


@pytest.mark.integration
@pytest.mark.parametrize("name", MALFORMED)
async def test_on_a_query_queue_it_is_dropped_and_the_next_is_answered(
    bench: Toy, name: str
) -> None:
    url = bench.vhost.url("gateway")

    await _publish(url, QUERIES, "toy.get-counter.v1", raw_properties("gateway", **MALFORMED[name]))

    assert await bench.ask(GetCounter(name="a")) == Added(value=0)


@pytest.mark.integration
async def test_every_queue_of_the_bank_goes_on(database: Database, vhost: Vhost) -> None:
    services = load_services()
    places = vhosts_of_work(definitions(services, {}, vhost.name))
    work = {name: replace(vhost, name=place) for name, place in places.items() if name != INBOX}
    asked = [query_queue(service.name) for service in services]

    async with all_running(services, database, vhost):
        for queue, place in (work | dict.fromkeys(asked, vhost)).items():
            for malformed in MALFORMED.values():
                await _publish(place.admin_url, "", queue, raw_properties(ADMIN, **malformed))
            await _publish(place.admin_url, "", queue, raw_properties(ADMIN))

        for queue, place in work.items():
            await eventually(lambda: _has_all(place, queue))  # noqa: B023
        async with asking(vhost) as client:
            for service in services:
                await client.ask_outcome(
                    service.name, uuid4(), subject=TELLER, wait_seconds=WAIT_SECONDS
                )


async def _has_all(vhost: Vhost, queue: str) -> bool:
    """The malformed, each with its reason, and a message of another kind that came after them."""
    shown = await dead.show(vhost.admin_url, queue, limit=100)
    named = [each for each in shown if each.reason.startswith("undecodable-property: ")]
    return len(named) == len(MALFORMED) and len(shown) == len(MALFORMED) + 1


@pytest.mark.integration
async def test_the_dead_queues_commands_show_what_cannot_be_decoded(bench: Toy) -> None:
    bad = raw_properties("toy", correlation_id=BAD_TEXT)
    await _publish(bench.vhost.url("toy"), DEAD, "toy.commands", bad)

    [shown] = await dead.show(bench.vhost.admin_url, "toy.commands", limit=10)

    assert shown.reason == "undecodable-property: correlation_id"


def test_flags_that_the_broker_and_the_library_read_differently_are_not_believed() -> None:
    """Else one of them would see another `user_id` than the other has validated."""
    decoding.install()
    flags = Basic.Properties.flags["user_id"] | 1
    header = ContentHeader()

    header.unmarshal(struct.pack(">HHQH", 60, 0, 2, flags) + b"\x00\x10\x07gateway")

    assert header.properties.user_id is None
    assert decoding.fault_of(header.properties.headers or {}) == "undecodable-property: flags"
