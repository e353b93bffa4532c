"""One bad item in a carrier is set aside alone: the others are handled, once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aio_pika
import orjson
import pytest
from aio_pika.abc import AbstractIncomingMessage
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from contracts.envelope import DEPTH_MAX, OPERATOR, Role, Subject
from contracts.topology import (
    CARRIED,
    CARRIER,
    DEAD,
    EVENTS,
    QUERIES,
    command_queue,
    dead_arguments,
    dead_queue,
    routing_key,
)
from infra.bus.bodies import DEFLATE, Unacceptable, deflated
from infra.bus.carriers import carrier, unpack
from infra.bus.reply_queue import listen
from infra.bus.tap import EventTap
from infra.bus.wire import Envelope
from infra.deployment import dead
from infra.deployment.dead import DeadMessage
from tests.fixtures.waiting import until
from tests.infra.bench import TELLER, WAIT_SECONDS, Toy
from tests.infra.toy import Add, Added, GetCounter, Risen

Item = dict[str, Any]

ADD = routing_key(Add)
QUEUE = command_queue("toy")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CARRIES: dict[str, Any] = {"content_type": CARRIER, "type": CARRIED}


def item(name: str, **changes: Any) -> Item:
    """A teller adds 1 to this counter, but for the changes."""
    body = {"name": name, "amount": 1}
    subject = TELLER.model_dump(mode="json", exclude_none=True)
    return {"id": str(uuid4()), "type": ADD, "subject": subject, "body": body, **changes}


def nested(levels: int) -> orjson.Fragment:
    return orjson.Fragment(b"[" * levels + b"]" * levels)


def without(name: str) -> Item:
    return {field: value for field, value in item("bad").items() if field != name}


UNREAD = {
    "no object": (1, "bad-item"),
    "a list": ([], "bad-item"),
    "no id": (without("id"), "bad-envelope"),
    "an id that is none": (item("bad", id="no-uuid"), "bad-envelope"),
    "a number for an id": (item("bad", id=5), "bad-envelope"),
    "no type": (without("type"), "bad-envelope"),
    "a type too long": (item("bad", type="t" * 251), "bad-envelope"),
    "a correlation id too long": (item("bad", correlation_id="c" * 251), "bad-envelope"),
    "a deadline that is none": (item("bad", deadline="soon"), "bad-envelope"),
    "attempts that are none": (item("bad", attempt="often"), "bad-envelope"),
    "a subject that is none": (item("bad", subject={"name": "x"}), "bad-envelope"),
    "deeper than allowed": (item("bad", body=nested(DEPTH_MAX + 1)), "too-deep"),
    "deeper than it can be written": (item("bad", body=nested(900)), "too-deep"),
    "deep where no body is": (item("bad", subject=nested(900)), "too-deep"),
}
REFUSED_AT_THE_DOOR = {
    "an unknown type": (item("bad", type="toy.rob-bank.v1"), "unknown-type"),
    "a kind that its sender may not send": (
        item("bad", type=routing_key(Risen), body={"name": "bad", "value": 1}),
        "sender-not-allowed",
    ),
    "a subject that may not ask": (item("bad", subject={"id": "nobody"}), "not-allowed"),
    "a sender of its own": (item("bad", subject={"id": "x"}, sender="payment"), "not-allowed"),
    "a body that is none": (item("bad", body={"colour": "red"}), "malformed-message"),
    "no body": (without("body"), "malformed-message"),
    "a deadline long ago": (item("bad", deadline="2020-01-01T00:00:00+00:00"), "expired"),
    "a bug in its contract": (item("bad", body={"name": "bug", "amount": 1}), "RuntimeError"),
}
BAD = UNREAD | REFUSED_AT_THE_DOOR


@pytest.mark.integration
@pytest.mark.parametrize("kind", BAD)
async def test_a_bad_item_lies_alone_in_the_dead_queue_and_its_neighbours_are_handled(
    bench: Toy, kind: str
) -> None:
    bad, reason = BAD[kind]

    await bench.publish(carrier([item("a"), bad, item("b")]), **CARRIES)

    [found] = await _set_aside(bench)
    assert found.reason.startswith(reason)
    assert found.sender == "gateway"
    await until(lambda: _have_value(bench, 1, "a", "b"))
    assert not await bench.value("bad")


@pytest.mark.integration
async def test_a_carrier_that_comes_again_half_way_is_handled_once(bench: Toy) -> None:
    """Its bad item has nowhere to go at first, so the whole carrier is returned and redelivered."""
    async with await aio_pika.connect(bench.vhost.admin_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(dead_queue(QUEUE))
        with capture_logs() as logs:
            await bench.publish(carrier([item("a"), without("id"), item("b")]), **CARRIES)
            await until(lambda: _is_returned(logs))
        assert await _have_value(bench, 1, "a", "b")

        queue = await channel.declare_queue(
            dead_queue(QUEUE), durable=True, arguments=dead_arguments()
        )
        await queue.bind(DEAD, QUEUE)

    [found] = await _set_aside(bench)
    assert found.reason.startswith("bad-envelope")
    assert await bench.ask(Add(name="c", amount=1)) == Added(value=1)
    assert await _have_value(bench, 1, "a", "b")
    handled = "select count(*) from toy.inbox where type = $1"
    assert await bench.admin.fetchval(handled, ADD) == 3
    assert len(await _set_aside(bench)) == 1


async def _is_returned(logs: list[Any]) -> bool:
    return any(entry["event"] == "answer_not_sent" for entry in logs)


@pytest.mark.integration
async def test_an_item_set_aside_is_shown_replayed_and_dropped_by_its_id(bench: Toy) -> None:
    bad = item("bad", id="no-uuid", correlation_id="c-1")
    await bench.publish(carrier([item("a"), bad]), **CARRIES)
    [shown] = await _set_aside(bench)

    assert (shown.message_id, shown.type) == ("no-uuid", ADD)
    assert shown.properties["correlation_id"] == "c-1"
    assert orjson.loads(shown.excerpt) == {"items": [bad]}

    operator = bench.vhost.url(OPERATOR)
    assert (await dead.replay(operator, QUEUE, limit=10)).sent == 1
    [again] = await _set_aside(bench)
    assert (again.message_id, again.sender) == (shown.message_id, "gateway")
    assert (again.reason, again.excerpt) == (shown.reason, shown.excerpt)

    assert len(await dead.drop(operator, QUEUE, limit=10, message_id="no-uuid")) == 1
    assert await dead.show(operator, QUEUE, limit=10) == []


@pytest.mark.integration
async def test_a_carrier_that_is_none_is_set_aside_whole(bench: Toy) -> None:
    body = orjson.dumps({"items": {"first": item("a")}})

    await bench.publish(body, message_id="whole", **CARRIES)

    [found] = await _set_aside(bench)
    assert (found.message_id, found.excerpt.encode()) == ("whole", body)
    assert found.reason.startswith("bad-carrier")


@pytest.mark.integration
async def test_a_bad_question_leaves_the_others_of_its_carrier_answered(bench: Toy) -> None:
    asked = [
        item(name, type=routing_key(GetCounter), correlation_id=name, body={"name": name})
        for name in ("a", "b")
    ]
    async with await aio_pika.connect(bench.vhost.url("gateway")) as connection:
        channel = await connection.channel()
        answers: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        address, _ = await listen(channel, "gateway", answers.put)
        exchange = await channel.get_exchange(QUERIES, ensure=False)
        body = carrier([asked[0], 1, asked[1]])
        message = aio_pika.Message(body, user_id="gateway", reply_to=address, **CARRIES)
        with capture_logs() as logs:
            await exchange.publish(message, routing_key(GetCounter))
            said: dict[str | None, Any] = {}
            while len(said) < len(asked):
                said |= _said(await asyncio.wait_for(answers.get(), WAIT_SECONDS))
            await until(lambda: _is_dropped(logs))

    assert said == {"a": {"value": 0}, "b": {"value": 0}}


def _said(answer: AbstractIncomingMessage) -> dict[str | None, Any]:
    """To which question what is said: to one alone, or to several that were done together."""
    told = orjson.loads(answer.body)
    if answer.content_type != CARRIER:
        return {answer.correlation_id: told}
    return {each["correlation_id"]: each["body"] for each in told["items"]}


async def _is_dropped(logs: list[Any]) -> bool:
    return [each["reason"] for each in logs if each["event"] == "message_dropped"] == [
        "bad-item: it is not an object"
    ]


@pytest.fixture
async def tapped(bench: Toy) -> AsyncIterator[asyncio.Queue[Risen]]:
    """What a tap on the toy's events hears."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    tap = EventTap(bench.vhost.url("gateway"), "gateway", (Risen,), heard.put_nowait)
    await tap.start()
    yield heard
    await tap.stop()


@pytest.mark.integration
@pytest.mark.parametrize(
    "bad", [1, {}, {"type": []}, {"type": routing_key(Risen)}, item("bad", type=routing_key(Risen))]
)
async def test_a_tap_hears_the_events_beside_a_bad_one(
    bench: Toy, tapped: "asyncio.Queue[Risen]", bad: Any
) -> None:
    good = [Risen(name="a", value=1), Risen(name="b", value=2)]
    items = [item("", type=routing_key(Risen), body=each.model_dump()) for each in good]

    for body in (b"\xff", b"[]", carrier([items[0], bad, items[1]])):
        await bench.publish(body, user="toy", exchange=EVENTS, key=routing_key(Risen), **CARRIES)

    assert [await asyncio.wait_for(tapped.get(), WAIT_SECONDS) for _ in good] == good


def envelope(body: bytes, **changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "queue": QUEUE, "body": body, "type": CARRIED, "message_id": str(uuid4()),
        "correlation_id": None, "user_id": "gateway", "reply_to": None, "content_type": CARRIER,
        "content_encoding": None, "headers": {},
    }  # fmt: skip
    return Envelope(**{**values, **changes})


def test_a_carrier_becomes_as_many_deliveries_as_it_has_items() -> None:
    first, second = unpack(envelope(carrier([item("a"), item("b")])), "toy").deliveries

    assert (first.payload["name"], second.payload["name"]) == ("a", "b")
    assert first.message_id != second.message_id


def test_a_big_carrier_travels_deflated_and_is_read_all_the_same() -> None:
    body, encoding = deflated(carrier([item(str(number)) for number in range(200)]))

    found = unpack(envelope(body, content_encoding=encoding), "toy")

    assert encoding == DEFLATE
    assert [each.payload["name"] for each in found.deliveries] == [str(n) for n in range(200)]


@pytest.mark.parametrize(
    "body", [b"[]", b"1", b"{}", b'{"items": []}', b'{"items": {}}', carrier([1] * 1_001)]
)
def test_what_is_no_carrier_is_unacceptable_whole(body: bytes) -> None:
    with pytest.raises(Unacceptable, match="bad-carrier"):
        unpack(envelope(body), "toy")


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text()
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(), scalars)
FIELDS = ("id", "type", "correlation_id", "subject", "deadline", "attempt", "sequence", "source")
items_of_any_kind = json_values | st.builds(
    lambda changes: item("bad", **changes), st.dictionaries(st.sampled_from(FIELDS), json_values)
)


@given(items_of_any_kind)
def test_whatever_stands_in_a_carrier_the_others_are_delivered(bad: Any) -> None:
    body = carrier([item("a"), bad, item("b")])

    deliveries, unread = unpack(envelope(body), "toy")

    assert [each.payload["name"] for each in (deliveries[0], deliveries[-1])] == ["a", "b"]
    assert len(deliveries) + len(unread) == 3


@pytest.mark.parametrize("kind", UNREAD)
def test_an_item_is_judged_alone_as_it_was_among_others(kind: str) -> None:
    among = unpack(envelope(carrier([item("a"), UNREAD[kind][0]])), "toy")

    alone = unpack(among.unread[0].envelope, "toy")

    assert not alone.deliveries
    assert [each.reason for each in alone.unread] == [among.unread[0].reason]


def test_an_item_without_an_id_has_the_same_name_each_time_it_comes() -> None:
    whole = envelope(carrier([1, 1]), message_id="c-1")

    first, again = (
        [each.envelope.message_id for each in unpack(whole, "toy").unread] for _ in range(2)
    )

    assert first == again
    assert len(set(first)) == 2


def test_an_outsider_speaks_for_nobody_else_after_a_replay_either() -> None:
    admin = {"id": "u-1", "role": Role.ADMIN}
    claims = carrier([item("a", subject=admin, attempt=3, traceparent=TRACE)])
    replayed = {"user_id": OPERATOR, "headers": {"sender": "rail-imps"}}

    [his] = unpack(envelope(claims, user_id="rail-imps"), "payment").deliveries
    [again] = unpack(envelope(claims, **replayed), "payment").deliveries

    assert again == his
    assert (his.subject, his.attempt) == (Subject(id="rail-imps"), 0)


async def _set_aside(bench: Toy) -> list[DeadMessage]:
    """All that lies in the dead queue, once there is anything."""
    return await until(lambda: dead.show(bench.vhost.url(OPERATOR), QUEUE, limit=100))


async def _have_value(bench: Toy, value: int, *names: str) -> bool:
    return all([await bench.value(name) == value for name in names])
