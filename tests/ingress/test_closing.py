"""A lane closes by itself when messages come in it that none of its partner's keys has signed."""

import time
from datetime import timedelta
from typing import Any

import aio_pika
import pytest

from contracts.auth.partners import (
    GetPartner,
    PartnerChanged,
    PartnerState,
    ResumePartner,
    SuspendPartner,
    Suspension,
)
from contracts.auth.partners import Partner as Registered
from contracts.ingress import QuarantinedMessage, ReplayQuarantined
from services.auth.domain.partners import with_closed_intake
from services.ingress.clients import closing
from services.ingress.clients.reading import CLOSED
from tests.fixtures.partners import Key, Partner
from tests.fixtures.waiting import until
from tests.ingress.terminal import Terminal
from tests.ingress.world import World

pytestmark = pytest.mark.integration

OLD_SECONDS = 600


def wish(world: World, **changes: Any) -> dict[str, Any]:
    return {"from_account": world.alice, "to_account": world.bob, "amount": "1.00"} | changes


def forged(world: World, partner: Partner, key_id: str = "k1") -> dict[str, Any]:
    """By somebody who has the password of the lane, and not the key."""
    thief = Partner(partner.name, partner.password, Key(key_id), partner.vhost)
    return thief.message(wish(world))


async def codes(partner: Partner, *messages: dict[str, Any]) -> list[str | None]:
    """What each is refused with, in order."""
    await partner.send(*messages)
    found = {answer.correlation_id: answer.code for answer in await partner.read(len(messages))}
    return [found[each["message_id"]] for each in messages]


async def until_told(world: World, partner: Partner, state: PartnerState) -> Registered:
    """Until the administrators read it, and the ingress goes by it."""

    async def is_so() -> Registered | None:
        found = await world.ask(GetPartner(name=partner.name), Registered)
        is_heard = found.version == await world.heard_version(partner)
        return found if found.state is state and is_heard else None

    found = await until(is_so, 10)
    assert found is not None
    return found


async def test_the_third_bad_signature_closes_it_until_an_administrator_resumes_it(
    world: World, partner: Partner
) -> None:
    other, before = await world.partner(), await world.balance(world.bob)
    closed_before = CLOSED.labels(partner.name)._value.get()
    good = partner.message(wish(world))
    bad = [forged(world, partner), forged(world, partner, "k9")]

    assert await codes(partner, *bad) == ["bad-signature", "key-not-known"]
    assert await codes(partner, forged(world, partner)) == ["bad-signature"]
    assert await codes(partner, good) == ["partner-suspended"]  # before auth has told anything

    found = await until_told(world, partner, PartnerState.SUSPENDED)
    assert found.suspended_because is Suspension.BAD_SIGNATURES
    assert CLOSED.labels(partner.name)._value.get() == closed_before + 1
    rows = await world.audited(partner)
    assert ("ingress.intake-closed.v1", "done", "bad-signature") in rows
    assert await world.balance(world.bob) == before
    assert await codes(other, other.message(wish(world))) == [None]

    await world.ask(ResumePartner(name=partner.name), PartnerChanged)
    resumed = await until_told(world, partner, PartnerState.OPEN)
    assert resumed.suspended_because is None
    assert (
        await codes(partner, *(forged(world, partner) for _ in range(2))) == ["bad-signature"] * 2
    )  # those of before count no longer
    assert await codes(partner, good) == [None]


async def test_what_comes_behind_the_third_at_once_is_not_let_in(
    world: World, partner: Partner
) -> None:
    before = await world.balance(world.bob)

    async with partner.channel() as channel:  # on one channel, so that they arrive in this order
        exchange = await channel.get_exchange(partner.lane.user, ensure=False)
        for each in (*(forged(world, partner) for _ in range(3)), partner.message(wish(world))):
            await exchange.publish(aio_pika.Message(**each), "", mandatory=True)

    told = [answer.code for answer in await partner.read(4)]
    assert told == ["bad-signature"] * 3 + ["partner-suspended"]
    assert await world.balance(world.bob) == before


async def test_bad_signatures_further_apart_close_nothing(
    world: World, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BAD_WITHIN", timedelta(0))

    assert (
        await codes(partner, *(forged(world, partner) for _ in range(4))) == ["bad-signature"] * 4
    )
    assert await codes(partner, partner.message(wish(world))) == [None]


async def test_no_other_refusal_closes_it(world: World, partner: Partner) -> None:
    stale = [partner.message(wish(world), at=int(time.time()) - OLD_SECONDS) for _ in range(3)]
    large = [partner.message(wish(world, amount="600")) for _ in range(3)]
    formless = [partner.message(b"{") for _ in range(3)]

    await codes(partner, *stale, *large, *formless)

    assert await codes(partner, partner.message(wish(world))) == [None]


async def test_what_the_bank_wants_judged_again_does_not_count(
    world: World, partner: Partner
) -> None:
    assert (
        await codes(partner, *(forged(world, partner) for _ in range(2))) == ["bad-signature"] * 2
    )
    for kept in await world.quarantined(partner):
        await world.ask(ReplayQuarantined(name=partner.name, id=kept.id), QuarantinedMessage)
        [answer] = await partner.read()
        assert answer.code == "bad-signature"

    assert await codes(partner, partner.message(wish(world))) == [None]


async def test_an_operator_reads_why(terminal: Terminal, partner: Partner) -> None:
    world = terminal.world
    [wanted] = await terminal.does("suspend", partner.name)
    await terminal.does("resume", partner.name)
    await until_told(world, partner, PartnerState.OPEN)
    await codes(partner, *(forged(world, partner) for _ in range(3)))
    await until_told(world, partner, PartnerState.SUSPENDED)

    [listed] = [line for line in await terminal.does("list") if partner.name in line]

    assert wanted.split()[:3] == [partner.name, "suspended", "(on-request)"]
    assert listed.split()[:3] == [partner.name, "suspended", "(bad-signatures)"]


async def test_what_somebody_has_made_of_it_meanwhile_stays(world: World, partner: Partner) -> None:
    told = await world.ask(SuspendPartner(name=partner.name), PartnerChanged)
    suspended = Registered(**told.model_dump())
    closed = suspended.model_copy(update={"state": PartnerState.CLOSED, "suspended_because": None})

    assert with_closed_intake(suspended) == suspended
    assert with_closed_intake(closed) == closed
