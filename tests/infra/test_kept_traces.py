"""The trace of a call stays with what it left in the tables of inbox and outbox."""

from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from contracts.envelope import Subject
from contracts.topology import REFUSED
from infra.handling.mailbox import append
from infra.handling.packing import Leaving
from infra.handling.telling import Send, Traced
from infra.runtime.tracing import Trace, new_trace
from tests.fixtures.servers import Databases, Vhosts
from tests.infra.bench import Toy, toy_at_rest
from tests.infra.toy import Add, AddMany, Risen

pytestmark = pytest.mark.integration


def leaving(trace: Trace, *names: str) -> Leaving:
    events = [Risen(name=name, value=1) for name in names]
    return Leaving(events, str(uuid4()), str(uuid4()), trace)


async def test_a_parcel_names_the_traces_of_all_that_it_carries(
    databases: Databases, vhosts: Vhosts
) -> None:
    first, second, third = new_trace(), new_trace(), new_trace()
    order = Send(AddMany(name="a", amount=1), uuid4(), "c", Subject(id="toy"))
    told = [leaving(first, "a", "b"), leaving(second, "c")]
    told.append(Leaving([Traced(order, third)], "c", "c", first))

    async with toy_at_rest(databases, vhosts) as (database, _, admin):
        db = await asyncpg.connect(database.url("toy"))
        async with db.transaction():
            await append(db, "toy", told, datetime.now(UTC))
        await db.close()
        rows = await admin.fetch("select trace_ids from toy.outbox order by id")

    kept = [[trace_id.hex for trace_id in row[0]] for row in rows]
    assert kept == [[first.id, second.id], [third.id]]


async def test_the_inbox_tells_which_call_a_message_came_from(bench: Toy) -> None:
    done, refused = new_trace(), new_trace()

    await bench.ask(Add(name="a", amount=1), trace=done)
    await bench.ask(Add(name="a", amount=2_000), trace=refused)

    rows = await bench.admin.fetch(
        "select trace_id, reply_type from toy.inbox where reply is not null"
    )
    assert {(row[0].hex, row[1]) for row in rows} == {
        (done.id, "toy.added.v1"),
        (refused.id, REFUSED),
    }
