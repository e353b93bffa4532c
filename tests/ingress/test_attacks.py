"""Whatever a partner tries, nothing happens: each refusal has a code and the name of its lane."""

import asyncio
import json
import time
import zlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError

from contracts.topology import COMMANDS, DEAD, command_queue
from services.ingress.domain.counting import ROWS_A_MINUTE
from tests.builders import inr
from tests.fixtures.connecting import is_refused
from tests.fixtures.partners import Key, Partner
from tests.ingress.world import World

pytestmark = pytest.mark.integration

Json = dict[str, Any]
Attack = Callable[[Partner, Json], Json]

MIB = 1024 * 1024
FLOOD = 1_500  # of which a lane refuses 50 in a second
DEEP = b'{"a":' * 1_000 + b"1" + b"}" * 1_000


def wish(world: World, **changes: Any) -> Json:
    return {"from_account": world.alice, "to_account": world.bob, "amount": "10.00"} | changes


def changed(**changes: Any) -> Attack:
    """Good and signed, and then changed on its way."""
    return lambda partner, body: partner.message(body, **changes)


def signed(**changes: Any) -> Attack:
    """Of another body, or at another time, and signed so."""
    return lambda partner, body: partner.message(body | changes)


def headers(**changes: Any) -> Attack:
    def attack(partner: Partner, body: Json) -> Json:
        good = partner.message(body)
        return good | {"headers": good["headers"] | changes}

    return attack


def by_another_key(partner: Partner, body: Json) -> Json:
    thief = Partner(partner.name, partner.password, Key(), partner.vhost)
    return thief.message(body)


def for_another_lane(partner: Partner, body: Json) -> Json:
    other = Partner("another", "", partner.key, partner.vhost)
    return other.message(body) | {"user_id": partner.lane.user}


ATTACKS: dict[str, tuple[Attack, str]] = {
    "no sender": (changed(user_id=None), "sender-missing"),
    "a body of 1 MB": (lambda p, _: p.message(b" " * (MIB - 1)), "body-too-large"),
    "a deflate bomb": (
        lambda p, _: p.message(
            zlib.compress(b" " * 10 * MIB), content_encoding="deflate"
        ),
        "malformed-headers",
    ),
    "a gzip body": (changed(content_encoding="gzip"), "malformed-headers"),
    "another content type": (changed(content_type="text/plain"), "malformed-headers"),
    "a carrier of our own": (
        changed(content_type="application/vnd.bank.batch+json"), "malformed-headers",
    ),
    "no id": (changed(message_id=None), "malformed-headers"),
    "an id that is none": (changed(message_id="1'; drop table x"), "malformed-headers"),
    "no type": (changed(type=None), "malformed-headers"),
    "a type with a line break": (changed(type="a\nb"), "malformed-headers"),
    "no time": (changed(timestamp=None), "malformed-headers"),
    "no key": (headers(**{"key-id": None}), "malformed-headers"),
    "a key that is a number": (headers(**{"key-id": 7}), "malformed-headers"),
    "no signature": (headers(signature=None), "malformed-headers"),
    "too old": (lambda p, b: p.message(b, at=int(time.time()) - 301), "stale-message"),
    "of yesterday": (lambda p, b: p.message(b, at=int(time.time()) - 86_400), "stale-message"),
    "of the future": (lambda p, b: p.message(b, at=int(time.time()) + 400), "stale-message"),
    "an unknown key": (headers(**{"key-id": "k9"}), "key-not-known"),
    "a signature that is none": (headers(signature="!"), "bad-signature"),
    "another's signature": (by_another_key, "bad-signature"),
    "signed for another lane": (for_another_lane, "bad-signature"),
    "one bit of the body changed": (
        lambda p, b: p.message(b) | {"body": json.dumps(b | {"amount": "90.00"}).encode()},
        "bad-signature",
    ),
    "the id changed": (lambda p, b: p.message(b) | {"message_id": str(uuid4())}, "bad-signature"),
    "the type changed": (lambda p, b: p.message(b) | {"type": "get-balance.v1"}, "bad-signature"),
    "the time changed": (
        lambda p, b: p.message(b) | {"timestamp": int(time.time()) + 60}, "bad-signature",
    ),
    "a type of the bank's own": (
        lambda p, b: p.message(b, "account.post-entry.v1"), "unknown-type",
    ),
    "no JSON": (lambda p, _: p.message(b"\xff"), "malformed-body"),
    "a list": (lambda p, _: p.message(b"[]"), "malformed-body"),
    "too deep": (lambda p, _: p.message(DEEP), "malformed-body"),
    "a key twice": (
        lambda p, b: p.message(json.dumps(b).encode()[:-1] + b', "amount": "1"}'),
        "malformed-body",
    ),
    "a field of ours": (signed(subject={"role": "ADMIN"}), "malformed-body"),
    "an amount that is a number": (signed(amount=10.0), "malformed-body"),
    "a negative amount": (signed(amount="-10"), "malformed-body"),
    "nothing": (signed(amount="0"), "invalid-amount"),
    "a fraction of a paisa": (signed(amount="0.001"), "invalid-amount"),
    "another's account": (
        lambda p, b: p.message(b | {"from_account": b["to_account"], "to_account": "AC-1-1"}),
        "account-not-allowed",
    ),
    "the bank's own account": (signed(from_account="GL-CASH-INR"), "account-not-allowed"),
    "another currency": (signed(currency="USD"), "currency-not-allowed"),
    "above its limit": (signed(amount="500.01"), "amount-above-limit"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
async def test_it_is_refused_answered_and_kept_and_changes_nothing(
    world: World, partner: Partner, name: str
) -> None:
    attack, code = ATTACKS[name]
    before = await world.balance(world.alice), await world.balance(world.bob)
    message = attack(partner, wish(world))

    await partner.send(message)
    [answer] = await partner.read()

    assert (answer.type, answer.code) == ("refused.v1", code), answer
    # Without an id the client makes one up, which is none of the form that the bank takes.
    assert answer.correlation_id == (message["message_id"] or answer.correlation_id)
    assert [each.code for each in await world.quarantined(partner)] == [code]
    assert [row[1:] for row in await world.audited(partner)] == [("refused", code)]
    assert (await world.balance(world.alice), await world.balance(world.bob)) == before


async def test_a_forged_sender_is_cut_off_by_the_broker(world: World, partner: Partner) -> None:
    before = await world.balance(world.alice)

    for user in ("gateway", "ingress", "partner.another"):
        with pytest.raises(AMQPError):
            await partner.send(partner.message(wish(world), user_id=user))

    assert await world.balance(world.alice) == before


@pytest.mark.parametrize("exchange", ["", "amq.direct", "amq.topic", DEAD, "answers"])
async def test_no_other_exchange_takes_anything_of_it(
    world: World, partner: Partner, exchange: str
) -> None:
    name = partner.lane.answers if exchange == "answers" else exchange
    keys = (partner.lane.answers, partner.lane.arrivals, command_queue("account"))
    async with await aio_pika.connect(partner.url()) as connection:
        for key in keys:
            channel = await connection.channel()
            target = (
                await channel.get_exchange(name, ensure=False) if name else channel.default_exchange
            )
            with pytest.raises(AMQPError):
                await target.publish(aio_pika.Message(b"{}"), key)


async def test_it_comes_into_no_other_vhost_and_makes_and_reads_nothing_else(
    world: World, partner: Partner
) -> None:
    other = await world.partner()
    bank = world.vhost.name

    assert await is_refused(partner.url(bank))
    assert await is_refused(partner.url("/"))
    assert await is_refused(partner.url(other.lane.vhost(bank)))
    async with await aio_pika.connect(partner.url()) as connection:
        for queue in (partner.lane.arrivals, f"{partner.lane.arrivals}.dead"):
            channel = await connection.channel()
            with pytest.raises(AMQPError):
                await (await channel.get_queue(queue, ensure=False)).get()
        channel = await connection.channel()
        with pytest.raises(AMQPError):
            await channel.declare_queue("mine")
        channel = await connection.channel()
        with pytest.raises(AMQPError):
            await channel.declare_exchange("mine")


async def test_copies_and_answers_lead_to_no_other_place(world: World, partner: Partner) -> None:
    """CC, BCC, reply_to and thirty headers that others of our services would read."""
    other, before = await world.partner(), await world.balance(world.bob)
    keys = [COMMANDS, command_queue("account"), other.lane.arrivals, partner.lane.answers]
    good = partner.message(wish(world), reply_to=command_queue("account"))
    odd = {f"x-odd-{number}": "1" for number in range(30)}
    good["headers"] |= {
        "CC": keys, "BCC": keys, "subject": '{"id": "x", "role": "ADMIN"}', "sender": "gateway",
        "x-death": [{"queue": "x"}], "x-first-death-queue": "x", "attempt": 3,
        "traceparent": f"00-{'1' * 32}-{'1' * 16}-01", "deadline": "2000-01-01T00:00:00Z", **odd,
    }  # fmt: skip

    answer = await partner.ask(good)

    assert answer.type == "transfer-made.v1", answer
    assert await world.balance(world.bob) == before + 1000
    assert await world.quarantined(other) == []
    await other.read(0)


async def test_the_same_id_with_another_body_is_refused(world: World, partner: Partner) -> None:
    message_id = str(uuid4())
    await partner.ask(partner.message(wish(world), id=message_id))
    before = await world.balance(world.bob)

    answer = await partner.ask(partner.message(wish(world, amount="11"), id=message_id))

    assert answer.code == "message-id-reused"
    assert await world.balance(world.bob) == before


async def test_two_partners_with_the_same_id_do_not_meet(world: World, partner: Partner) -> None:
    other, message_id = await world.partner(), str(uuid4())
    before = await world.balance(world.bob)

    for each in (partner, other):
        answer = await each.ask(each.message(wish(world), id=message_id))
        assert (answer.type, answer.replayed) == ("transfer-made.v1", False)

    assert await world.balance(world.bob) == before + 2000


async def test_a_type_that_it_is_not_registered_for_is_refused(world: World) -> None:
    partner = await world.partner(allowed_types=["get-balance.v1"])

    answer = await partner.ask(partner.message(wish(world)))

    assert answer.code == "type-not-allowed"


async def test_limits_of_the_day_and_the_minute_hold_for_messages_sent_at_once(
    world: World,
) -> None:
    rich = await world.open_account("Rich", "10000")
    daily = await world.partner(accounts=[rich], daily_limit=inr("100"))
    hasty = await world.partner(accounts=[rich], per_minute=5)
    body = wish(world, from_account=rich, amount="30")

    await daily.send(*(daily.message(body) for _ in range(10)))
    await hasty.send(*(hasty.message(body) for _ in range(10)))

    codes = [answer.code for answer in await daily.read(10)]
    assert sorted(codes, key=str) == [None] * 3 + ["daily-limit-reached"] * 7
    answers = await hasty.read(10)
    assert sorted((a.code for a in answers), key=str) == [None] * 5 + ["too-many-messages"] * 5
    assert {a.body.get("retry_after_seconds") for a in answers if a.code} == {60}
    assert await world.balance(rich) == 1_000_000 - 3_000 * 8


async def test_a_flood_of_one_partner_harms_no_other(world: World, partner: Partner) -> None:
    """What the other asks meanwhile is answered long before the flood is over."""
    other = await world.partner()
    junk = [partner.message(b"{", content_type="x") for _ in range(FLOOD)]
    flooding = asyncio.create_task(partner.send(*junk))

    for _ in range(5):
        answer = await other.ask(other.message(wish(world, amount="1")))
        assert answer.type == "transfer-made.v1"

    assert await world.count_quarantined(partner) < FLOOD
    await flooding
    assert {each.code for each in await world.quarantined(partner)} == {"malformed-headers"}
    assert len(await world.audited(partner)) <= 2 * ROWS_A_MINUTE  # a minute may have ended
