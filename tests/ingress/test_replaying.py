"""What was refused at the door is judged again when an administrator wants it: once, as if new."""

import time
from typing import Any
from uuid import uuid4

import pytest

from contracts.auth.partners import (
    AddPartnerKey,
    ChangePartner,
    ClosePartner,
    PartnerChanged,
    RevokePartnerKey,
)
from contracts.envelope import Refused, Role
from contracts.ingress import QuarantinedMessage, ReplayQuarantined
from tests.builders import inr, staff
from tests.fixtures.partners import BALANCE, Answer, Key, Partner
from tests.fixtures.waiting import until
from tests.ingress.terminal import Terminal
from tests.ingress.world import World

pytestmark = pytest.mark.integration

OLD_SECONDS = 600
TOO_LARGE = b" " * (16 * 1024 + 1)


def wish(world: World, **changes: Any) -> dict[str, Any]:
    return {"from_account": world.alice, "to_account": world.bob, "amount": "1.00"} | changes


async def refused(world: World, partner: Partner, message: dict[str, Any], code: str) -> int:
    """The number in the quarantine of this message, which is refused with this code."""
    answer = await partner.ask(message)
    assert answer.code == code, answer
    return (await world.quarantined(partner))[0].id


async def replay(world: World, partner: Partner, number: int) -> tuple[Answer, str | None]:
    """What its partner is told, and what is kept of it: why it was refused again."""
    asked = ReplayQuarantined(name=partner.name, id=number)
    told = await world.ask(asked, QuarantinedMessage)
    assert told.replay_asked_at is not None
    [answer] = await partner.read()
    [kept] = [each for each in await world.quarantined(partner) if each.id == number]
    assert kept.replayed_at is not None
    return answer, kept.replay_code


async def until_changed(world: World, partner: Partner, change: Any) -> None:
    """Until the ingress has heard of it."""
    told = await world.ask(change, PartnerChanged)

    async def is_heard() -> bool:
        return await world.heard_version(partner) == told.version

    await until(is_heard)


async def test_a_limit_is_raised_and_what_it_refused_is_done_once(
    world: World, partner: Partner
) -> None:
    message = partner.message(wish(world, amount="600.00"))
    number = await refused(world, partner, message, "amount-above-limit")
    await until_changed(world, partner, ChangePartner(name=partner.name, command_limit=inr("700")))
    before = await world.balance(world.bob)

    answer, code = await replay(world, partner, number)
    again = await partner.ask(
        partner.message(wish(world, amount="600.00"), id=message["message_id"])
    )

    assert (answer.type, code) == ("transfer-made.v1", None)
    assert answer.correlation_id == message["message_id"]
    assert (again.replayed, again.body) == (True, answer.body)
    assert await world.balance(world.bob) == before + 60_000
    assert [row[1:] for row in await world.audited(partner)] == [
        ("refused", "amount-above-limit"), ("done", None), ("done", None),
    ]  # fmt: skip


async def test_its_age_does_not_count_any_more(world: World, partner: Partner) -> None:
    message = partner.message(wish(world), at=int(time.time()) - OLD_SECONDS)
    number = await refused(world, partner, message, "stale-message")

    answer, code = await replay(world, partner, number)

    assert (answer.type, code) == ("transfer-made.v1", None)


async def test_an_enquiry_is_answered(world: World, partner: Partner) -> None:
    old = int(time.time()) - OLD_SECONDS
    message = partner.message({"account_number": world.alice}, BALANCE, at=old)
    number = await refused(world, partner, message, "stale-message")

    answer, code = await replay(world, partner, number)

    assert (answer.type, code) == ("balance.v1", None)


async def test_what_was_let_in_under_its_id_meanwhile_is_not_done_again(
    world: World, partner: Partner
) -> None:
    identity = str(uuid4())
    old = partner.message(wish(world), id=identity, at=int(time.time()) - OLD_SECONDS)
    number = await refused(world, partner, old, "stale-message")
    first = await partner.ask(partner.message(wish(world), id=identity))
    before = await world.balance(world.bob)

    answer, code = await replay(world, partner, number)

    assert (answer.replayed, answer.body, code) == (True, first.body, None)
    assert await world.balance(world.bob) == before


async def test_what_is_wrong_still_is_refused_again_and_lies_there_anew(
    world: World, partner: Partner
) -> None:
    thief = Partner(partner.name, partner.password, Key(), partner.vhost)
    forged = await refused(world, partner, thief.message(wish(world)), "bad-signature")
    before = await world.balance(world.bob)

    answer, code = await replay(world, partner, forged)

    assert answer.code == code == "bad-signature"
    newest, oldest = await world.quarantined(partner)
    assert (newest.replay_asked_at, newest.message_id) == (None, oldest.message_id)
    assert await world.balance(world.bob) == before


async def test_a_key_that_was_revoked_since_then_does_not_count(
    world: World, partner: Partner
) -> None:
    old = int(time.time()) - OLD_SECONDS
    number = await refused(world, partner, partner.message(wish(world), at=old), "stale-message")
    await world.ask(AddPartnerKey(name=partner.name, key=Key("k2").public), PartnerChanged)
    await until_changed(world, partner, RevokePartnerKey(name=partner.name, key_id="k1"))

    answer, code = await replay(world, partner, number)

    assert answer.code == code == "key-not-known"


async def test_one_that_was_judged_again_is_not_judged_a_third_time(
    world: World, partner: Partner
) -> None:
    message = partner.message(wish(world), at=int(time.time()) - OLD_SECONDS)
    number = await refused(world, partner, message, "stale-message")
    await replay(world, partner, number)

    told = await world.ask(ReplayQuarantined(name=partner.name, id=number), QuarantinedMessage)

    assert told.replayed_at is not None
    await partner.ask(partner.message(wish(world)))  # what would have come before is not there


async def test_what_cannot_be_judged_again_is_said_and_nothing_is_done(world: World) -> None:
    partner, other = await world.partner(), await world.partner()
    large = await refused(world, partner, partner.message(TOO_LARGE), "body-too-large")
    small = await refused(world, partner, partner.message(b"{"), "malformed-body")

    codes = [
        (await world.ask(ReplayQuarantined(name=name, id=number), Refused)).code
        for name, number in ((partner.name, large), (other.name, small), ("no-such", small))
    ]
    await world.ask(ClosePartner(name=partner.name), PartnerChanged)
    closed = ReplayQuarantined(name=partner.name, id=small)

    async def is_closed() -> bool:
        reply = await world.client.ask(closed, subject=staff(Role.ADMIN), wait_seconds=10)
        return isinstance(reply.message, Refused) and reply.message.code == "lane-is-closed"

    assert codes == ["quarantined-in-part", "unknown-quarantined", "unknown-quarantined"]
    await until(is_closed)


async def test_an_operator_has_messages_judged_again(terminal: Terminal, partner: Partner) -> None:
    world, old = terminal.world, int(time.time()) - OLD_SECONDS
    number = await refused(world, partner, partner.message(wish(world), at=old), "stale-message")

    [asked] = await terminal.does("quarantine", partner.name, "--replay", str(number))
    [answer] = await partner.read()
    shown, _ = await terminal.does("quarantine", partner.name)

    assert asked.endswith("is judged again")
    assert answer.type == "transfer-made.v1"
    assert shown.split()[0] == str(number)
    assert shown.endswith("UTC: let in")
