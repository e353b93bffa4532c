"""Who may do what on the broker: computed from the messages, kept by RabbitMQ itself."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, PublishError
from aiormq.exceptions import ChannelAccessRefused

from contracts.envelope import GATEWAY, OPERATOR
from contracts.topology import (
    COMMANDS,
    DEAD,
    EVENTS,
    IMPS,
    MONITOR,
    OUTSIDE,
    OUTSIDE_CONNECTIONS_MAX,
    QUERIES,
    REPLIES,
    REQUEUE,
    RETRY,
    RETRY_SECONDS,
    RTGS,
    SERVICES,
    VHOST,
    caller_queue,
    command_queue,
    dead_queue,
    event_queue,
    inbox_queue,
    outside_vhost,
    query_queue,
    retry_queue,
    work_arguments,
)
from infra.bus.carriers import unpack
from infra.bus.management import upload
from infra.bus.reply_queue import listen
from infra.deployment.definitions import broker_users, definitions, load_services
from infra.handling.lanes import envelope_of
from tests.fixtures.connecting import is_refused
from tests.fixtures.servers import PASSWORD, Vhost, Vhosts
from tests.fixtures.waiting import until

PASSWORDS = {user: f"password of {user}" for user in broker_users()}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return definitions(load_services(), PASSWORDS)


@pytest.fixture(scope="module")
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh() as vhost:
        yield vhost


def test_the_same_code_and_passwords_give_the_same_document(document: dict[str, Any]) -> None:
    assert definitions(load_services(), PASSWORDS) == document
    assert not any(word in str(document) for word in PASSWORDS.values())


def test_services_configure_what_hears_answers_alone_and_read_their_own_queues_only(
    document: dict[str, Any],
) -> None:
    queues = [queue["name"] for queue in document["queues"]]
    for rights in document["permissions"]:
        if rights["user"] in SERVICES:
            configures = bool(re.search(rights["configure"], caller_queue(rights["user"])))
            assert configures == (rights["vhost"] == VHOST)
            assert not [name for name in queues if re.search(rights["configure"], name)]
            readable = [name for name in queues if re.search(rights["read"], name)]
            assert all(name.startswith(f"{rights['user']}.") for name in readable)


def test_nobody_may_write_the_default_exchange(document: dict[str, Any]) -> None:
    assert not [r["user"] for r in document["permissions"] if re.search(r["write"], "amq.default")]


def test_every_queue_whose_messages_can_be_hopeless_has_a_dead_queue_and_a_way_back(
    document: dict[str, Any],
) -> None:
    routes = {
        (b["vhost"], b["source"], b["routing_key"]): b["destination"] for b in document["bindings"]
    }
    places = {(queue["vhost"], queue["name"]) for queue in document["queues"]}
    for queue in document["queues"]:
        vhost, name, arguments = queue["vhost"], queue["name"], queue["arguments"]
        if "x-dead-letter-routing-key" in arguments:
            assert arguments["x-dead-letter-exchange"] == DEAD
            assert routes[vhost, DEAD, name] == dead_queue(name)
            assert (vhost, dead_queue(name)) in places
            assert routes[vhost, REQUEUE, f"*.{name}"] == name


def test_what_may_hold_a_secret_or_nobody_waits_for_is_never_set_aside(
    document: dict[str, Any],
) -> None:
    assert set(_queues(document, "classic")) == {query_queue(name) for name in SERVICES}
    assert all(
        each == {"x-queue-type": "classic"} for each in _queues(document, "classic").values()
    )
    unused = {dead_queue(query_queue(name)) for name in SERVICES}
    assert not unused & {queue["name"] for queue in document["queues"]}
    bound = [b["source"] for b in document["bindings"] if b["destination"].endswith(".queries")]
    assert set(bound) == {QUERIES}


def test_a_message_put_off_comes_back_after_its_delay(document: dict[str, Any]) -> None:
    for seconds in RETRY_SECONDS:
        arguments = _queues(document, "quorum")[retry_queue(seconds)]
        assert arguments["x-message-ttl"] == seconds * 1000
        assert arguments["x-dead-letter-exchange"] == REQUEUE


def test_an_outside_system_has_one_exchange_and_one_queue_in_a_vhost_of_its_own_and_nothing_else(
    document: dict[str, Any],
) -> None:
    assert OUTSIDE
    named = {each["name"] for part in ("exchanges", "queues") for each in document[part]}
    for system in OUTSIDE:
        own = outside_vhost(VHOST, system)
        for rights in document["permissions"]:
            written = {n for n in (*named, "amq.default") if re.search(rights["write"], n)}
            read = {name for name in named if re.search(rights["read"], name)}
            if rights["user"] == system.user:
                is_at_home = rights["vhost"] == own
                assert rights["configure"] == "^$"
                assert written == ({system.answers} if is_at_home else set())
                assert read == ({inbox_queue(system.orders)} if is_at_home else set())
            elif rights["vhost"] == own:
                assert rights["user"] in (system.partner, OPERATOR, MONITOR)


def test_what_a_bank_of_an_older_version_gave_an_outside_system_is_taken_away(
    document: dict[str, Any],
) -> None:
    """An import deletes nothing, so the bank's vhost says outright that it has no rights there."""
    said = {(each["user"], each["vhost"]) for each in document["permissions"]}
    assert {(system.user, VHOST) for system in OUTSIDE} <= said


@pytest.mark.integration
async def test_importing_the_definitions_again_keeps_queues_and_messages(vhost: Vhost) -> None:
    queue = command_queue("customer")
    async with _as(vhost, "gateway") as channel:
        await _publish(channel, COMMANDS, "customer.open.v1", "gateway")

    document = definitions(load_services(), dict.fromkeys(PASSWORDS, PASSWORD), vhost.name)
    await asyncio.to_thread(upload, vhost.management_url, document)

    async with _as(vhost, "customer") as channel:
        found = await channel.declare_queue(queue, passive=True)
        assert found.declaration_result.message_count == 1


@pytest.mark.integration
@pytest.mark.parametrize(
    ("user", "exchange", "key"),
    [
        ("notification", COMMANDS, "account.post-entry.v1"),  # sends no commands
        ("account", EVENTS, "loan.loan-disbursed.v1"),  # another owner's event
        ("rail-imps", COMMANDS, "account.post-entry.v1"),
        # Around the exchange, straight into a queue.
        *((user, "", "account.commands") for user in PASSWORDS),
        ("loan", DEAD, "account.commands"),  # put into the mouth of another's queue
        ("loan", RETRY, "1s.account.commands"),
        ("loan", RETRY, "x.loan.commands"),
        ("loan", RETRY, "1s.loan.nowhere"),  # would wait for ever
        ("loan", RETRY, "2s.loan.commands"),
        ("loan", DEAD, "loan.nowhere"),
        ("loan", REPLIES, "account.commands"),
        ("gateway", REPLIES, "gateway.replies"),  # answers nothing
        ("rail-imps", REPLIES, "payment.replies"),
        ("gateway", EVENTS, "account.account-opened.v1"),
        ("operator", EVENTS, "account.account-opened.v1"),
    ],
)
async def test_the_broker_refuses_what_a_user_has_no_business_to_send(
    vhost: Vhost, user: str, exchange: str, key: str
) -> None:
    async with _as(vhost, user) as channel:
        with pytest.raises(AMQPError) as refused:
            await _publish(channel, exchange, key, user)

    assert "ACCESS_REFUSED" in str(refused.value) or "403" in str(refused.value)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("user", "exchange"),
    [
        *((IMPS.user, name) for name in (IMPS.orders, DEAD, RETRY, REQUEUE, "")),
        *((IMPS.partner, name) for name in (IMPS.answers, REQUEUE, "")),
        (OPERATOR, IMPS.orders),
        (OPERATOR, IMPS.answers),
    ],
)
async def test_in_a_vhost_beside_the_banks_each_side_sends_its_own_alone(
    vhost: Vhost, user: str, exchange: str
) -> None:
    async with _as(vhost.beside(IMPS), user) as channel:
        with pytest.raises(ChannelAccessRefused):
            await _publish(channel, exchange, "rail.submit-transfer.v1", user)


@pytest.mark.integration
@pytest.mark.parametrize("user", sorted({*SERVICES, GATEWAY, RTGS.user} - {IMPS.partner}))
async def test_nobody_but_its_partner_and_operators_comes_near_an_outside_system(
    vhost: Vhost, user: str
) -> None:
    assert await is_refused(vhost.beside(IMPS).url(user))


@pytest.mark.integration
async def test_an_outside_system_holds_a_bounded_number_of_connections(vhost: Vhost) -> None:
    url = vhost.beside(IMPS).url(IMPS.user)
    async with AsyncExitStack() as opened:
        for _ in range(OUTSIDE_CONNECTIONS_MAX):
            if await is_refused(url, opened):  # tests beside this one hold some as the same user
                break
        assert await is_refused(url)

    async with _as(vhost.beside(IMPS), IMPS.partner) as channel:  # its own are not counted
        await _publish(channel, IMPS.orders, "rail.submit-transfer.v1", IMPS.partner)


@pytest.mark.integration
async def test_an_outside_system_neither_reads_nor_writes_in_the_vhost_of_an_older_bank(
    vhosts: Vhosts,
) -> None:
    """There it had an exchange beside ours, which stays when newer definitions are imported."""
    async with vhosts.fresh() as vhost:
        await asyncio.to_thread(upload, vhost.management_url, _older(vhost.name))
        document = definitions(load_services(), dict.fromkeys(PASSWORDS, PASSWORD), vhost.name)
        await asyncio.to_thread(upload, vhost.management_url, document)

        async with _as(vhost, IMPS.user) as channel:
            with pytest.raises(ChannelAccessRefused):
                await _publish(channel, IMPS.answers, "rail.rail-accepted.v1", IMPS.user)
        async with _as(vhost, IMPS.user) as channel:
            waiting = await channel.get_queue(inbox_queue(IMPS.orders), ensure=False)
            with pytest.raises(ChannelAccessRefused):
                await waiting.get(fail=False)


def _older(vhost: str) -> dict[str, Any]:
    """What version 0.1 gave the rail in the bank's own vhost."""
    exchange = {"vhost": vhost, "type": "topic", "durable": True, "auto_delete": False,
                "internal": False, "arguments": {}}  # fmt: skip
    queue = {"vhost": vhost, "durable": True, "auto_delete": False}
    return {
        "exchanges": [{**exchange, "name": name} for name in (IMPS.orders, IMPS.answers)],
        "queues": [
            {**queue, "name": inbox_queue(IMPS.orders),
             "arguments": work_arguments(inbox_queue(IMPS.orders))}
        ],
        "permissions": [
            {"vhost": vhost, "user": IMPS.user, "configure": "^$",
             "write": r"^(rail\.imps\.answers)$", "read": r"^(rail\.imps\.in)$"}
        ],
    }  # fmt: skip


@pytest.mark.integration
async def test_the_broker_refuses_a_forged_sender(vhost: Vhost) -> None:
    async with _as(vhost, "payment") as channel:
        with pytest.raises(AMQPError, match="user_id"):
            await _publish(channel, COMMANDS, "account.place-hold.v1", "gateway")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("user", "queue"),
    [
        ("payment", command_queue("account")),
        ("gateway", command_queue("account")),
        ("operator", event_queue("notification")),
        ("rail-imps", dead_queue(command_queue("account"))),
    ],
)
async def test_the_broker_shows_nobody_the_queues_of_others(
    vhost: Vhost, user: str, queue: str
) -> None:
    async with _as(vhost, user) as channel:
        waiting = await channel.declare_queue(queue, passive=True)
        with pytest.raises(ChannelAccessRefused):
            await waiting.get(fail=False)


@pytest.mark.integration
async def test_nobody_hears_the_answers_to_others(vhost: Vhost) -> None:
    async with _as(vhost, "gateway") as asking:
        address, _ = await listen(asking, "gateway", _ignore)
        async with _as(vhost, "loan") as channel:
            with pytest.raises(AMQPError):  # it is exclusive
                await channel.declare_queue(address, passive=True)
        for key in (address, "payment.replies", "#", "gateway.replies.*"):
            async with _as(vhost, "loan") as channel:
                queue = await channel.declare_queue(caller_queue("loan"), exclusive=True)
                with pytest.raises(ChannelAccessRefused):
                    await queue.bind(REPLIES, key)
        for name in (caller_queue("gateway"), "loan.replies.mine", "loan.events"):
            async with _as(vhost, "loan") as channel:
                with pytest.raises(ChannelAccessRefused):
                    await channel.declare_queue(name, exclusive=True)


@pytest.mark.integration
async def test_a_copy_in_another_services_queue_is_not_believed(vhost: Vhost) -> None:
    """RabbitMQ 3.10 judges the routing key of a message, and not those of its copies."""
    async with _as(vhost, "loan") as channel:
        message = aio_pika.Message(
            b"{}", type="account.post-entry.v1", message_id=str(uuid4()), user_id="loan",
            headers={"sender": "payment", "CC": ["1s.account.commands"]},
        )  # fmt: skip
        exchange = await channel.get_exchange(RETRY, ensure=False)
        try:
            await exchange.publish(message, "1s.loan.commands", timeout=10)
        except AMQPError:
            return  # a broker that judges the copies too

    async with _as(vhost, "account") as channel:
        queue = await channel.get_queue("account.commands", ensure=False)
        copy = await until(lambda: queue.get(fail=False, no_ack=True))
    [delivery] = unpack(envelope_of("account.commands", copy), "account").deliveries
    assert delivery.sender == "loan"


@pytest.mark.integration
async def test_a_command_that_nobody_owns_is_returned_to_its_sender(vhost: Vhost) -> None:
    async with _as(vhost, "gateway") as channel:
        with pytest.raises(PublishError):
            await _publish(channel, COMMANDS, "nobody.do-it.v1", "gateway")


@pytest.mark.integration
async def test_the_gateway_makes_queues_of_its_own_name_alone(vhost: Vhost) -> None:
    async with _as(vhost, "gateway") as channel:
        tap = await channel.declare_queue("gateway.tap", exclusive=True)
        await tap.bind(EVENTS, "account.account-opened.v1")

        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue("other.tap", exclusive=True)


def _queues(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    arguments = {queue["name"]: queue["arguments"] for queue in document["queues"]}
    return {name: given for name, given in arguments.items() if given["x-queue-type"] == kind}


@asynccontextmanager
async def _as(vhost: Vhost, user: str) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(vhost.url(user))
    async with connection:
        yield await connection.channel(on_return_raises=True)


async def _ignore(message: AbstractIncomingMessage) -> None:
    pass


async def _publish(channel: AbstractChannel, exchange: str, key: str, user: str) -> None:
    message = aio_pika.Message(b"{}", user_id=user, message_id="one")
    target = (
        await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    )
    await target.publish(message, key, mandatory=True, timeout=10)
