"""A message whose properties cannot be decoded is set aside with its reason, and harms nobody."""

import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import pytest
from aio_pika.exceptions import AMQPError
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from contracts.topology import COMMANDS, DEAD, OUTSIDE, QUERIES, inbox_queue, query_queue
from infra.bus import decoding
from infra.bus.wire import dump
from infra.deployment import dead
from infra.deployment.definitions import definitions, load_services, vhosts_of_work
from tests.fixtures.malformed import (
    BAD_TEXT,
    MALFORMED,
    ODD,
    REFUSED,
    Raw,
    publish_raw,
    raw_properties,
    short,
)
from tests.fixtures.processes import all_running, asking, running
from tests.fixtures.servers import ADMIN, Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import TELLER, WAIT_SECONDS, Toy, toy_at_rest
from tests.infra.toy import Add, Added, GetCounter

# Of other banks, which tests/demo knows.
INBOXES = {inbox_queue(each.orders) for each in OUTSIDE}


@pytest.fixture(scope="module")
async def work(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Toy]:
    """The toy service at work for all these tests: what one of them sends harms no later one."""
    async with (
        toy_at_rest(databases, vhosts) as (database, vhost, admin),
        running(toy.service, database, vhost),
        asking(vhost) as client,
    ):
        yield Toy(database, vhost, client, admin)


@pytest.mark.integration
@pytest.mark.parametrize("name", MALFORMED)
async def test_it_is_set_aside_and_the_next_is_handled(work: Toy, name: str) -> None:
    url = work.vhost.url("gateway")

    await publish_raw(url, COMMANDS, "toy.add.v1", raw_properties("gateway", **MALFORMED[name]))

    assert await work.ask(Add(name=name, amount=1)) == Added(value=1)
    [reason] = await work.dead_reasons(1)
    assert reason.startswith("undecodable-property: ")


@pytest.mark.integration
@pytest.mark.parametrize("name", MALFORMED)
async def test_on_a_query_queue_it_is_dropped_and_the_next_is_answered(
    work: Toy, name: str
) -> None:
    url = work.vhost.url("gateway")

    await publish_raw(
        url, QUERIES, "toy.get-counter.v1", raw_properties("gateway", **MALFORMED[name])
    )

    assert await work.ask(GetCounter(name="nobody")) == Added(value=0)


@pytest.mark.integration
@pytest.mark.parametrize("name", ODD)
async def test_what_is_only_odd_harms_nobody_either(work: Toy, name: str) -> None:
    """Well-formed in all but its headers, so that each of them is read."""
    url, add = work.vhost.url("gateway"), Add(name="odd", amount=1)
    odd = raw_properties("gateway", message_type=short("toy.add.v1"), **ODD[name])
    asking = raw_properties("gateway", message_type=short("toy.get-counter.v1"), **ODD[name])

    await publish_raw(url, COMMANDS, "toy.add.v1", odd, body=dump(add))
    await publish_raw(url, QUERIES, "toy.get-counter.v1", asking, body=b'{"name": "odd"}')

    assert await work.ask(Add(name=name, amount=1)) == Added(value=1)
    assert await work.ask(GetCounter(name="nobody")) == Added(value=0)


@pytest.mark.integration
@pytest.mark.parametrize("name", REFUSED)
async def test_what_the_broker_refuses_harms_nobody_but_its_sender(work: Toy, name: str) -> None:
    url = work.vhost.url("gateway")

    with suppress(AMQPError, OSError):
        await publish_raw(url, COMMANDS, "toy.add.v1", raw_properties("gateway", **REFUSED[name]))

    assert await work.ask(Add(name=f"refused: {name}", amount=1)) == Added(value=1)


@pytest.mark.integration
async def test_every_queue_of_the_bank_goes_on(database: Database, vhost: Vhost) -> None:
    services = load_services()
    places = vhosts_of_work(definitions(services, {}, vhost.name))
    ours = {name: place for name, place in places.items() if name not in INBOXES}
    work = {name: replace(vhost, name=place) for name, place in ours.items()}
    asked = [query_queue(service.name) for service in services]

    async with all_running(services, database, vhost):
        for queue, place in (work | dict.fromkeys(asked, vhost)).items():
            await publish_raw(place.admin_url, "", queue, *_all())

        for queue, place in work.items():
            await until(lambda: _has_all(place, queue))  # noqa: B023
        async with asking(vhost) as client:
            for service in services:
                await client.ask_outcome(
                    service.name, uuid4(), subject=TELLER, wait_seconds=WAIT_SECONDS
                )


def _all() -> list[Raw]:
    """The malformed and the odd, one without a sender, and a message of another kind at the end."""
    rows = [*MALFORMED.values(), *ODD.values(), {"user_id": b""}, {}]
    return [raw_properties(ADMIN, **row) for row in rows]


async def _has_all(vhost: Vhost, queue: str) -> bool:
    """Each with its reason: nobody knows the kind of any."""
    shown = await dead.show(vhost.admin_url, queue, limit=200)
    named = [each for each in shown if each.reason.startswith("undecodable-property: ")]
    return len(named) == len(MALFORMED) and len(shown) == len(_all())


@pytest.mark.integration
async def test_the_dead_queues_commands_show_what_cannot_be_decoded(bench: Toy) -> None:
    bad = raw_properties("toy", correlation_id=BAD_TEXT)
    await publish_raw(bench.vhost.url("toy"), DEAD, "toy.commands", bad)

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
