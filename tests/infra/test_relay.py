"""The outbox leaves, whatever was left in it and whatever else there is to do."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest

from contracts.topology import CARRIED, CARRIER
from infra.runtime.clock import utc_now
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import TELLER, WAIT_SECONDS, Toy, toy_at_rest
from tests.infra.toy import Add, AddMany

pytestmark = pytest.mark.integration


async def _leave_behind(bench: Toy, key: str, name: str) -> None:
    """An outbox row as a process writes it just before it is killed."""
    properties: dict[str, Any] = {
        "type": CARRIED,
        "message_id": str(uuid4()),
        "content_type": CARRIER,
        "timestamp": utc_now().isoformat(),
        "mandatory": True,
    }
    item = {"id": str(uuid4()), "type": key, "body": {"name": name, "value": 1}}
    await bench.admin.execute(
        "insert into toy.outbox (exchange, routing_keys, properties, body)"
        " values ('bank.events', array[$1], $2, $3)",
        key,
        orjson.dumps(properties),
        orjson.dumps({"items": [item]}),
    )


async def _is_heard(bench: Toy, name: str) -> bool:
    return bool(await bench.admin.fetchval("select true from toy.heard where name = $1", name))


async def test_what_a_crash_left_is_sent_although_there_is_always_something_new(
    bench: Toy,
) -> None:
    await bench.ask(Add(name="a", amount=1))  # the first look through the table is over
    await _leave_behind(bench, "toy.risen.v1", "left")

    async def is_heard_though_busy() -> bool:
        await bench.ask(Add(name="a", amount=1))
        return await _is_heard(bench, "left")

    await until(is_heard_though_busy)


async def test_a_message_without_a_queue_stays_and_holds_up_nobody(bench: Toy) -> None:
    await _leave_behind(bench, "toy.unheard-of.v1", "nobody")
    await _leave_behind(bench, "toy.risen.v1", "left")

    await until(lambda: _is_heard(bench, "left"))

    await bench.ask(Add(name="b", amount=1))
    await until(lambda: _is_heard(bench, "b"))
    assert await bench.admin.fetchval("select routing_keys[1] from toy.outbox order by id") == (
        "toy.unheard-of.v1"
    )


async def test_a_process_that_stops_sends_what_it_has_committed(
    databases: Databases, vhosts: Vhosts
) -> None:
    async with toy_at_rest(databases, vhosts) as (database, vhost, admin):
        async with running(toy.service, database, vhost), asking(vhost) as client:
            calls = [AddMany(name=f"a-{number}", amount=1) for number in range(500)]
            await asyncio.gather(
                *(client.ask(call, subject=TELLER, wait_seconds=WAIT_SECONDS) for call in calls)
            )

        assert await admin.fetchval("select count(*) from toy.outbox") == 0
