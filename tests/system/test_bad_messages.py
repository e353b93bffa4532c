"""What must not work on the queue: refused or set aside with its reason, beside good messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import aiormq
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from contracts.account.holds import HoldPlaced, HoldReleased, PlaceHold, ReleaseHold
from contracts.account.movements import MakeDeposit
from contracts.envelope import BODY_BYTES_MAX, OPERATOR, Role, Subject
from contracts.money import Money
from contracts.topology import CARRIED, CARRIER, COMMANDS, REFUSED, dead_queue, routing_key
from infra.bus.ask import AskClient
from infra.bus.reply_queue import listen
from infra.bus.wire import JSON, dump
from infra.deployment.dead import reason_of
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

SENDER = "payment"
HOLD = routing_key(PlaceHold)
DEAD_SECONDS = 30.0
GOOD_MESSAGES = 5


@dataclass
class Sender:
    """One connection to the real broker, as a service's user."""

    channel: AbstractChannel
    user: str
    address: str = ""  # where answers to it go
    answers: "asyncio.Queue[AbstractIncomingMessage]" = field(default_factory=asyncio.Queue)

    async def send(self, body: bytes, *, key: str = HOLD, **properties: Any) -> str:
        """Publish these bytes; their message id."""
        message_id = properties.pop("message_id", str(uuid4()))
        plain = {"type": key, "user_id": self.user, "content_type": JSON, "message_id": message_id}
        exchange = await self.channel.get_exchange(COMMANDS, ensure=False)
        message = aio_pika.Message(body, **{**plain, **properties})
        await exchange.publish(message, key, timeout=5)
        return str(message_id)

    async def answer(self) -> AbstractIncomingMessage:
        return await asyncio.wait_for(self.answers.get(), DEAD_SECONDS)


@pytest.fixture
async def sender(bank: Bank) -> AsyncIterator[Sender]:
    connection = await aio_pika.connect(bank.amqp_url(SENDER))
    async with connection:
        sender = Sender(await connection.channel(), SENDER)
        sender.address, _ = await listen(sender.channel, SENDER, sender.answers.put)
        yield sender


@dataclass
class Graveyard:
    """The dead queue of the account service's commands."""

    channel: AbstractChannel

    async def take(self, message_id: str) -> AbstractIncomingMessage:
        """The one dead message, which is gone afterwards."""
        queue = await self.channel.declare_queue(dead_queue("account.commands"), passive=True)
        found: list[AbstractIncomingMessage] = []

        async def is_there() -> bool:
            message = await queue.get(fail=False)
            if message is not None:
                await message.ack()
                found.append(message)
            return bool(found)

        await until(is_there, DEAD_SECONDS, "the message is set aside")
        [message] = found
        assert message.message_id == message_id
        assert await queue.get(fail=False) is None
        return message


@pytest.fixture
async def dead(bank: Bank) -> AsyncIterator[Graveyard]:
    connection = await aio_pika.connect(bank.amqp_url(OPERATOR))
    async with connection:
        yield Graveyard(await connection.channel())


@pytest.fixture
async def account(bank: Bank, teller: Client) -> AsyncIterator[str]:
    """An account with 1,000.00 on which good messages do what they say meanwhile."""
    number = await teller.open_account("1000.00")
    client = AskClient(bank.amqp_url(SENDER), SENDER)
    await client.start()
    try:
        busy = asyncio.create_task(_hold_and_release(client, number))
        yield number
        await asyncio.wait_for(busy, 120)
    finally:
        await client.stop()
    assert (await teller.found(f"/api/accounts/{number}/balance"))["held"] == "0.00"


async def _hold_and_release(client: AskClient, account: str) -> None:
    """Every one of these is answered as it should be, whatever comes beside it."""
    for _ in range(GOOD_MESSAGES):
        hold = a_hold(account)
        release = ReleaseHold(hold_id=hold.hold_id)
        for command in (hold, release):
            reply = await client.ask(command, subject=Subject(id=SENDER), wait_seconds=30)
            assert type(reply.message) is type(command).reply
        await asyncio.sleep(0.02)


def a_hold(account: str) -> PlaceHold:
    return PlaceHold(
        hold_id=uuid4(), account_number=account, amount=Money(minor=100), reason="test"
    )


DEEP = b'{"a":' * 21 + b"1" + b"}" * 21
BIG = b'{"a":"' + b"x" * BODY_BYTES_MAX + b'"}'


@pytest.mark.parametrize(
    ("body", "properties", "reason"),
    [
        pytest.param(b"\x00\x01", {}, "not-json", id="not JSON"),
        pytest.param(DEEP, {}, "too-deep", id="deep"),
        pytest.param(BIG, {}, "body-too-big", id="too big for us"),
        pytest.param(b"{}", {"key": "account.rob-bank.v1"}, "unknown-type", id="unknown type"),
        pytest.param(b"{}", {"user_id": None}, "sender-missing", id="no user id"),
        pytest.param(b"{}", {}, "malformed-message", id="wrong schema"),
        pytest.param(b"{}", {"content_type": CARRIER}, "bad-carrier", id="no carrier"),
        pytest.param(
            b"{}", {"key": routing_key(MakeDeposit)}, "sender-not-allowed", id="not his to send"
        ),
    ],
)
async def test_a_message_that_nobody_can_handle_is_set_aside_with_its_reason(
    account: str,
    sender: Sender,
    dead: Graveyard,
    body: bytes,
    properties: dict[str, Any],
    reason: str,
) -> None:
    message_id = await sender.send(body, **properties)

    found = await dead.take(message_id)

    assert reason_of(found).startswith(reason)
    assert found.body == body


async def test_a_message_that_is_late_is_refused_or_set_aside_and_never_begun(
    account: str, sender: Sender, dead: Graveyard, teller: Client
) -> None:
    hold = a_hold(account)
    late = {"deadline": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}

    message_id = await sender.send(dump(hold), headers=late)
    found = await dead.take(message_id)
    await sender.send(dump(hold), headers=late, reply_to=sender.address)
    answer = await sender.answer()

    assert reason_of(found).startswith("expired")
    assert (answer.type, json.loads(answer.body)["code"]) == (REFUSED, "expired")
    assert (await teller.get(f"/api/holds/{hold.hold_id}")).status_code == 404


async def test_who_waits_for_an_answer_is_told_what_is_wrong_with_his_message(
    account: str, sender: Sender
) -> None:
    body = {"hold_id": str(uuid4()), "account_number": account, "amount": 1, "colour": "red"}

    await sender.send(json.dumps(body).encode(), reply_to=sender.address)
    answer = await sender.answer()

    refused = json.loads(answer.body)
    assert (answer.type, refused["code"]) == (REFUSED, "malformed-message")
    assert {error["pointer"] for error in refused["errors"]} == {"/amount", "/colour", "/reason"}


async def test_an_items_fault_leaves_the_others_of_its_carrier_alone(
    account: str, sender: Sender, dead: Graveyard, teller: Client
) -> None:
    good = [a_hold(account), a_hold(account)]
    items = [_item(dump(good[0])), _item(b'{"colour":"red"}'), _item(dump(good[1]))]

    body = json.dumps({"items": items}).encode()
    properties = {"type": CARRIED, "content_type": CARRIER, "reply_to": sender.address}
    await sender.send(body, **properties)
    answers = json.loads((await sender.answer()).body)["items"]

    by_id = {answer["correlation_id"]: answer for answer in answers}
    types = [by_id[item["correlation_id"]]["type"] for item in items]
    assert types == [routing_key(HoldPlaced), REFUSED, routing_key(HoldPlaced)]
    for hold in good:
        # It is the sender's: he alone gives the money back.
        assert (await teller.post(f"/api/holds/{hold.hold_id}/release")).status_code == 404
        assert (await teller.found(f"/api/holds/{hold.hold_id}"))["state"] == "open"
        release = dump(ReleaseHold(hold_id=hold.hold_id))
        await sender.send(release, key=routing_key(ReleaseHold), reply_to=sender.address)
        assert (await sender.answer()).type == routing_key(HoldReleased)


async def test_a_forged_sender_is_stopped_by_the_broker(
    account: str, sender: Sender, teller: Client
) -> None:
    hold = a_hold(account)

    with pytest.raises(aiormq.exceptions.ChannelPreconditionFailed, match="user_id"):
        await sender.send(dump(hold), user_id="gateway")

    assert (await teller.get(f"/api/holds/{hold.hold_id}")).status_code == 404


async def test_a_message_beyond_the_brokers_limit_is_stopped_by_it(sender: Sender) -> None:
    with pytest.raises(aiormq.exceptions.ChannelPreconditionFailed):
        await sender.send(b"x" * (1024 * 1024 + 1))


async def test_a_subject_of_a_customer_touches_only_his_own(account: str, sender: Sender) -> None:
    """Also when the message comes from a service: the owner of the account judges."""
    bob = Subject(id=str(uuid4()), role=Role.CUSTOMER, customer_id=999_999)

    await sender.send(
        dump(a_hold(account)), headers={"subject": bob.model_dump_json()}, reply_to=sender.address
    )
    answer = await sender.answer()

    assert json.loads(answer.body)["code"] == "unknown-account"


async def test_a_message_id_is_good_for_one_content(account: str, sender: Sender) -> None:
    hold, other = a_hold(account), a_hold(account)
    message_id = str(uuid4())

    for content in (hold, hold, other):
        await sender.send(dump(content), message_id=message_id, reply_to=sender.address)
    answers = [await sender.answer() for _ in range(3)]

    assert [answer.type for answer in answers] == [
        routing_key(HoldPlaced), routing_key(HoldPlaced), REFUSED,
    ]  # fmt: skip
    assert answers[1].headers["replayed"] is True
    assert json.loads(answers[2].body)["code"] == "idempotency-key-reused"
    release = ReleaseHold(hold_id=UUID(str(hold.hold_id)))
    await sender.send(dump(release), key=routing_key(ReleaseHold), reply_to=sender.address)
    await sender.answer()


def _item(body: bytes) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "type": HOLD, "correlation_id": str(uuid4()), "body": json.loads(body),
    }  # fmt: skip
