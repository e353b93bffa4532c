"""Commands of one commit leave together and are heard as if each had come alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from contracts.account.holds import ReleaseHold
from contracts.account.movements import PostEntries
from contracts.envelope import BODY_BYTES_MAX, Command, Role, Subject
from contracts.rail.imps import InquireTransfer
from contracts.topology import (
    BATCH,
    CARRIED,
    CARRIER,
    COMMANDS,
    DELIVERY_LIMIT,
    EVENTS,
    IMPS,
    reply_queue,
    routing_key,
)
from infra.bus.carriers import carrier, unpack
from infra.bus.wire import Delivery, Envelope
from infra.handling.answering import answer
from infra.handling.outcomes import Answer
from infra.handling.packing import COMMANDS_MAX, Draft, Leaving, command_draft, command_drafts
from infra.handling.telling import Send
from infra.runtime.tracing import new_trace
from tests.builders import an
from tests.fixtures.waiting import until
from tests.infra.bench import Toy
from tests.infra.errand import Lend, Wished
from tests.infra.test_answering import Noted
from tests.infra.test_running_sagas import bench, open_gate, resting

__all__ = ["bench", "resting"]

NOON = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
PAYER = Subject(id="u-1", role=Role.CUSTOMER, customer_id=7)
CARRIES: dict[str, Any] = {"content_type": CARRIER, "type": CARRIED}


def sent(command: Command, subject: Subject = PAYER) -> tuple[Send, Leaving]:
    """A command as a saga sends it, with its cause."""
    send = Send(command, uuid4(), str(uuid4()), subject)
    return send, Leaving([send], str(uuid4()), str(uuid4()), new_trace("call-1"))


def release(words: str = "x") -> ReleaseHold:
    return ReleaseHold.model_construct(hold_id=uuid4(), reason=words)


def heard(drafts: Sequence[Draft]) -> list[Delivery]:
    """What the owners make of it."""
    return [each for draft in drafts for each in unpack(_envelope(draft), "account").deliveries]


def _envelope(draft: Draft) -> Envelope:
    values = {"correlation_id": None, "content_encoding": None, "headers": {}, **draft.properties}
    del values["timestamp"]
    return Envelope(queue="account.commands", body=draft.body, user_id="payment", **values)


def test_commands_to_one_owner_leave_in_one_message() -> None:
    drafts = command_drafts("payment", [sent(release()) for _ in range(3)], NOON)

    [draft] = drafts
    assert (draft.exchange, draft.routing_keys) == (COMMANDS, (routing_key(ReleaseHold),))
    assert draft.properties["content_type"] == CARRIER
    assert len(draft.trace_ids) == 3


def test_a_command_without_company_travels_as_it_always_did() -> None:
    alone = sent(release())

    assert command_drafts("payment", [alone], NOON) == [command_draft("payment", *alone, NOON)]


@pytest.mark.parametrize(
    ("kind", "exchange"), [(InquireTransfer, IMPS.orders), (PostEntries, BATCH)]
)
def test_what_outsiders_or_bulk_lanes_read_is_not_put_together(
    kind: type[Command], exchange: str
) -> None:
    drafts = command_drafts("payment", [sent(an(kind)) for _ in range(2)], NOON)

    assert [draft.exchange for draft in drafts] == [exchange] * 2
    assert all(draft.properties["type"] == routing_key(kind) for draft in drafts)


def test_a_command_is_heard_among_others_as_it_is_alone() -> None:
    both = [sent(release()), sent(release(), Subject(id="payment"))]

    among = heard(command_drafts("payment", both, NOON))
    alone = heard([command_draft("payment", *each, NOON) for each in both])

    assert [each._replace(is_carried=False) for each in among] == alone
    assert {each.reply_to for each in among} == {reply_queue("payment")}


@given(sizes=st.lists(st.integers(0, 90_000), max_size=8), others=st.integers(0, 210))
def test_every_command_leaves_once_in_order_and_no_message_is_too_big(
    sizes: list[int], others: int
) -> None:
    words = ["w" * size for size in sizes] + [""] * others
    sends = [sent(release(each)) for each in words]

    drafts = command_drafts("payment", sends, NOON)

    found = heard(drafts)
    assert [each.message_id for each in found] == [send.message_id for send, _ in sends]
    assert [each.payload["reason"] for each in found] == words
    bodies = [unpack(_envelope(draft), "account").deliveries for draft in drafts]
    assert all(len(each) <= COMMANDS_MAX for each in bodies)
    assert len(drafts) <= 1 + sum(sizes) // (BODY_BYTES_MAX // 2) * 2 + others // 90 + 1


async def test_an_answer_is_heard_among_others_as_it_is_alone() -> None:
    publisher, asked = Noted(), heard([command_draft("payment", *sent(release()), NOON)] * 2)
    told = Answer("account.hold-released.v1", b'{"hold_id":"1"}')

    await answer(publisher, asked, [told, told])
    await answer(publisher, asked[:1], [told])

    (first, second), [alone] = (_answers(message) for message in publisher.published)
    assert first._replace(is_carried=False) == alone
    assert second.causation_id == str(asked[1].message_id)
    assert alone.trace == asked[0].trace


def _answers(message: dict[str, Any]) -> list[Delivery]:
    """What the asker makes of one message of answers."""
    values = {name: message.get(name) for name in ("message_id", "correlation_id", "type")}
    envelope = Envelope(
        queue=reply_queue("payment"), body=message["body"], user_id="account", reply_to=None,
        content_type=message["content_type"], content_encoding=None,
        headers=message.get("headers", {}), **values,
    )  # fmt: skip
    return unpack(envelope, "payment").deliveries


def wishes(*things: str) -> dict[UUID, dict[str, Any]]:
    """Events that begin an errand each, as items of a carrier."""
    told = [Wished(errand_id=uuid4(), what=thing) for thing in things]
    return {
        each.errand_id: {
            "id": str(uuid4()),
            "type": routing_key(Wished),
            "aggregate": each.aggregate,
            "sequence": 1,
            "body": orjson.Fragment(each.model_dump_json()),
        }
        for each in told
    }


@pytest.mark.integration
async def test_a_command_that_fails_in_a_carrier_is_tried_later_and_its_neighbours_go_on(
    bench: Toy,
) -> None:
    await open_gate(bench)
    begun = wishes("ladder", "bug", "ladder", "nothing")

    with capture_logs() as logs:
        body = carrier(list(begun.values()))
        await bench.publish(body, user="toy", exchange=EVENTS, key=routing_key(Wished), **CARRIES)
        await until(lambda: _ended(bench, 3), what="three of four ends")

    assert [await bench.value(name) for name in ("ladder", "passed", "told")] == [2, 2, 2]
    [later] = [log for log in logs if log["event"] == "message_retried_later"]
    assert (later["type"], later["reason"]) == (routing_key(Lend), "RuntimeError: a planted bug")
    phases = await bench.admin.fetch("select saga_id, phase from toy.sagas")
    assert {row["saga_id"]: row["phase"] for row in phases} == dict(
        zip(begun, ("completed", "forward", "completed", "failed"), strict=True)
    )


async def _ended(bench: Toy, count: int) -> bool:
    found = "select count(*) from toy.sagas where phase in ('completed', 'failed')"
    return bool(await bench.admin.fetchval(found) == count)


@pytest.mark.integration
async def test_what_comes_for_the_last_time_in_a_carrier_goes_on_by_itself(bench: Toy) -> None:
    """Whichever of them ends the process each time, the broker must not set all of them aside."""
    lend = routing_key(Lend)
    items = [
        {"id": str(uuid4()), "type": lend, "body": {"what": what, "amount": 1}}
        for what in ("a", "b")
    ]
    headers = {"x-delivery-count": DELIVERY_LIMIT}

    with capture_logs() as logs:
        body = carrier(items)
        await bench.publish(body, user="toy", key=lend, headers=headers, **CARRIES)
        await until(lambda: _have_risen(bench, "a", "b"), what="both, each by itself")

    later = [log["message_id"] for log in logs if log["event"] == "message_retried_later"]
    assert later == [each["id"] for each in items]


async def _have_risen(bench: Toy, *names: str) -> bool:
    return [await bench.value(name) for name in names] == [1] * len(names)
