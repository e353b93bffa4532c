"""Messages that were given up: seen without being touched, sent back without being changed."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from contracts.topology import COMMANDS, DEAD, command_queue
from infra.bus.bodies import DEFLATE, DEFLATED_FROM_BYTES, deflated
from infra.deployment import dead
from infra.deployment.dead import DeadQueue, DeadQueueFailed, Replayed
from infra.deployment.definitions import load_services
from tests.fixtures.malformed import MALFORMED, publish_raw, raw_properties
from tests.fixtures.servers import Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra.bench import WAIT_SECONDS

pytestmark = pytest.mark.integration

QUEUE = command_queue("account")


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh(load_services(["account", "loan"])) as vhost:
        yield vhost


@pytest.fixture
async def account(vhost: Vhost) -> AsyncIterator[AbstractChannel]:
    """The broker as the service `account` sees it."""
    connection = await aio_pika.connect(vhost.url("account"))
    async with connection:
        yield await connection.channel(on_return_raises=True)


async def test_the_overview_counts_and_gives_the_reason_of_the_oldest(
    vhost: Vhost, account: AbstractChannel
) -> None:
    assert await dead.overview(_operator(vhost), [QUEUE]) == []

    await _give_up(account, "not-json: the body is not JSON")
    await _give_up(account, "unknown-type")

    expected = [DeadQueue(QUEUE, 2, "not-json: the body is not JSON")]
    for _ in range(2):
        assert await dead.overview(_operator(vhost), [QUEUE]) == expected


async def test_looking_shows_the_message_and_leaves_it_where_it_is(
    vhost: Vhost, account: AbstractChannel
) -> None:
    identity = await _give_up(account, "sender-not-allowed")

    for _ in range(25):  # more often than a quorum queue returns a message by default
        [shown] = await dead.show(_operator(vhost), QUEUE, limit=10)

    assert shown.message_id == identity
    assert (shown.type, shown.sender) == ("account.place-hold.v1", "gateway")
    assert shown.reason == "sender-not-allowed"
    assert shown.excerpt == '{"amount": 1}'
    assert shown.properties["headers"]["subject"] == "somebody"


async def test_a_look_sees_what_the_look_before_has_only_just_returned(
    vhost: Vhost, account: AbstractChannel
) -> None:
    identity = await _give_up(account, "contention")
    connection = await aio_pika.connect(_operator(vhost))

    seen = []
    async with connection:
        # All open beforehand, so that one look follows the other without a pause.
        for channel in [await connection.channel() for _ in range(50)]:
            seen += [each.message_id async for each in dead._take(channel, QUEUE, limit=10)]
            await channel.close()

    assert seen == [identity] * 50


async def test_a_replayed_message_comes_back_as_it_was_with_fresh_attempts(
    vhost: Vhost, account: AbstractChannel
) -> None:
    identity = await _give_up(account, "contention")

    assert (await dead.replay(_operator(vhost), QUEUE, limit=10)).sent == 1

    message = await _next(account)
    assert message.message_id == identity
    assert (message.type, message.body) == ("account.place-hold.v1", b'{"amount": 1}')
    assert message.user_id == "operator"
    ours = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    assert ours == {"sender": "gateway", "subject": "somebody"}
    assert await dead.overview(_operator(vhost), [QUEUE]) == []


async def test_another_service_cannot_name_the_sender_of_what_it_put_into_a_dead_queue(
    vhost: Vhost, account: AbstractChannel
) -> None:
    async with await aio_pika.connect(vhost.url("loan")) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(DEAD, ensure=False)
        message = aio_pika.Message(
            b"{}", type="account.post-entry.v1", message_id=str(uuid4()), user_id="loan",
            headers={"sender": "payment", "CC": [QUEUE]},
        )  # fmt: skip
        await exchange.publish(message, command_queue("loan"), mandatory=True)

    [shown] = await dead.show(_operator(vhost), QUEUE, limit=10)
    await dead.replay(_operator(vhost), QUEUE, limit=10)

    assert shown.sender == "loan"
    assert (await _next(account)).headers["sender"] == "loan"


async def test_the_oldest_are_dropped_for_good_and_no_others(
    vhost: Vhost, account: AbstractChannel
) -> None:
    late = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    first, second = await _give_up(account, "late", deadline=late), await _give_up(account, "other")

    dropped = await dead.drop(_operator(vhost), QUEUE, limit=1)

    assert [(each.message_id, each.reason) for each in dropped] == [(first, "late")]
    assert [each.message_id for each in await dead.show(_operator(vhost), QUEUE, 10)] == [second]


async def test_one_message_is_dropped_by_its_id(vhost: Vhost, account: AbstractChannel) -> None:
    ids = [await _give_up(account, "reason") for _ in range(3)]

    dropped = await dead.drop(_operator(vhost), QUEUE, limit=10, message_id=ids[1])

    assert [each.message_id for each in dropped] == [ids[1]]
    left = {each.message_id for each in await dead.show(_operator(vhost), QUEUE, 10)}
    assert left == {ids[0], ids[2]}


@pytest.mark.parametrize("name", MALFORMED)
async def test_what_cannot_be_decoded_is_not_replayed_and_is_dropped_by_its_digest(
    vhost: Vhost, account: AbstractChannel, name: str
) -> None:
    before = await _give_up(account, "reason")
    bad = raw_properties("account", **MALFORMED[name])
    await publish_raw(vhost.url("account"), DEAD, QUEUE, bad)
    after = await _give_up(account, "reason")
    [first, shown, last] = await dead.show(_operator(vhost), QUEUE, limit=10)
    assert shown.reason.startswith("undecodable-property: ")

    assert await dead.replay(_operator(vhost), QUEUE, limit=10) == Replayed(2, 0, broken=1)
    assert [(await _next(account)).message_id for _ in range(2)] == [before, after]
    again = await _give_up(account, "reason")
    dropped = await dead.drop(_operator(vhost), QUEUE, limit=10, digest=shown.digest)

    assert [each.digest for each in dropped] == [shown.digest]
    assert len({first.digest, shown.digest, last.digest}) == 3
    assert [each.message_id for each in await dead.show(_operator(vhost), QUEUE, 10)] == [again]


async def test_a_replay_goes_no_further_than_its_limit(
    vhost: Vhost, account: AbstractChannel
) -> None:
    identities = [await _give_up(account, "contention") for _ in range(3)]

    assert (await dead.replay(_operator(vhost), QUEUE, limit=2)).sent == 2

    assert [(await _next(account)).message_id for _ in range(2)] == identities[:2]
    [left] = await dead.show(_operator(vhost), QUEUE, limit=10)
    assert left.message_id == identities[2]


async def test_a_message_past_its_deadline_stays_and_is_counted(
    vhost: Vhost, account: AbstractChannel
) -> None:
    past, future = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
    await _give_up(account, "contention", deadline=past)
    fresh = await _give_up(account, "contention", deadline=future)

    assert await dead.replay(_operator(vhost), QUEUE, limit=10) == Replayed(sent=1, late=1)

    assert (await _next(account)).message_id == fresh


async def test_a_deflated_message_is_shown_as_text_and_replayed_as_it_was(
    vhost: Vhost, account: AbstractChannel
) -> None:
    text = b'{"items": [' + b"0," * DEFLATED_FROM_BYTES + b"0]}"
    body, encoding = deflated(text)
    await _give_up(account, "contention", body=body, content_encoding=encoding)

    [shown] = await dead.show(_operator(vhost), QUEUE, limit=1)
    await dead.replay(_operator(vhost), QUEUE, limit=1)

    assert shown.excerpt.encode() == text[: dead.EXCERPT_BYTES]
    message = await _next(account)
    assert (message.body, message.content_encoding) == (body, DEFLATE)


async def test_what_the_broker_set_aside_names_the_brokers_reason_and_the_first_sender(
    vhost: Vhost, account: AbstractChannel
) -> None:
    connection = await aio_pika.connect(vhost.url("gateway"))
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(COMMANDS, ensure=False)
        message = aio_pika.Message(b"{}", message_id=str(uuid4()), user_id="gateway")
        await exchange.publish(message, "account.place-hold.v1")
    await (await _next(account)).reject(requeue=False)

    shown: list[dead.DeadMessage] = []
    async with asyncio.timeout(WAIT_SECONDS):
        while not shown:
            shown = await dead.show(_operator(vhost), QUEUE, limit=1)

    assert shown[0].reason == "set aside by the broker: rejected"
    assert shown[0].sender == "gateway"


async def test_a_queue_that_is_not_there_and_a_broker_that_is_away_are_one_line(
    vhost: Vhost,
) -> None:
    with pytest.raises(DeadQueueFailed, match="there is no such dead queue"):
        await dead.show(_operator(vhost), "nobody", limit=1)
    with pytest.raises(DeadQueueFailed, match="the broker does not answer"):
        await dead.show("amqp://operator:wrong@127.0.0.1:1/bank", QUEUE, limit=1)


async def test_a_broker_that_is_away_leaves_no_connection_to_the_garbage_collector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)

    with pytest.raises(DeadQueueFailed, match="the broker does not answer"):
        await dead.overview("amqp://operator:wrong@127.0.0.1:1/bank", [QUEUE])
    await asyncio.to_thread(gc.collect)  # where no loop runs, as between two tests

    assert complaints == []


def _operator(vhost: Vhost) -> str:
    return vhost.url("operator")


async def _give_up(
    account: AbstractChannel,
    reason: str,
    body: bytes = b'{"amount": 1}',
    *,
    deadline: str | None = None,
    content_encoding: str | None = None,
) -> str:
    """Set a message of the gateway aside as the service's pipeline does; its id."""
    identity = str(uuid4())
    headers = {"sender": "gateway", "subject": "somebody", "attempt": 3, "reason": reason}
    if deadline is not None:
        headers["deadline"] = deadline
    message = aio_pika.Message(
        body, type="account.place-hold.v1", message_id=identity, user_id="account",
        headers=headers,  # type: ignore[arg-type]
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        content_encoding=content_encoding,
    )  # fmt: skip
    exchange = await account.get_exchange(DEAD, ensure=False)
    await exchange.publish(message, QUEUE, mandatory=True)
    return identity


async def _next(account: AbstractChannel) -> AbstractIncomingMessage:
    queue = await account.declare_queue(QUEUE, passive=True)
    return await until(lambda: queue.get(fail=False))
