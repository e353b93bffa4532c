"""Partners as administrators change them: each change counts within seconds, at the door too."""

import asyncio
from secrets import token_hex
from typing import Any

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError

from contracts.auth.partners import (
    AddPartnerKey,
    ChangePartner,
    ClosePartner,
    CreatePartner,
    GetPartner,
    Lane,
    ListPartners,
    PartnerChanged,
    PartnerCreated,
    PartnerKey,
    PartnerPasswordRotated,
    Partners,
    PartnerState,
    ResumePartner,
    RevokePartnerKey,
    RotatePartnerPassword,
    SuspendPartner,
)
from contracts.auth.partners import Partner as Registered
from contracts.envelope import Kind, Refused
from contracts.ingress import Offer
from contracts.lanes import PartnerLane
from contracts.money import Currency, Money
from infra.bus import management
from services.auth.lanes.document import documents
from services.auth.passwords.of_partners import broker_digest
from tests.builders import inr
from tests.fixtures.connecting import is_refused
from tests.fixtures.partners import Answer, Key, Partner
from tests.fixtures.waiting import until
from tests.ingress.world import World

pytestmark = pytest.mark.integration

WEAK = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="  # of order four


def wish(world: World) -> dict[str, Any]:
    return {"from_account": world.alice, "to_account": world.bob, "amount": "1.00"}


def terms(name: str, **changes: Any) -> CreatePartner:
    usual: dict[str, Any] = {
        "name": name, "allowed_types": ["get-balance.v1"], "accounts": ["AC-1-1"],
        "command_limit": inr("1"), "daily_limit": inr("1"), "per_minute": 1,
        "keys": [Key().public],
    }  # fmt: skip
    return CreatePartner(**{**usual, **changes})


async def until_answered_with(world: World, partner: Partner, code: str | None) -> Answer:
    """What is told once the change has been heard."""
    found: list[Answer] = []

    async def is_so() -> bool:
        found.append(await partner.ask(partner.message(wish(world))))
        return found[-1].code == code

    await until(is_so, 10)
    return found[-1]


async def test_a_suspended_partner_is_refused_and_a_resumed_one_is_not(
    world: World, partner: Partner
) -> None:
    suspended = await world.ask(SuspendPartner(name=partner.name), PartnerChanged)
    assert suspended.state is PartnerState.SUSPENDED

    await until_answered_with(world, partner, "partner-suspended")
    before = await world.balance(world.bob)
    assert (await partner.ask(partner.message(wish(world)))).code == "partner-suspended"
    assert await world.balance(world.bob) == before

    await world.ask(ResumePartner(name=partner.name), PartnerChanged)
    await until_answered_with(world, partner, None)


async def test_two_keys_count_while_they_are_changed_and_a_revoked_one_does_not(
    world: World, partner: Partner
) -> None:
    old, new = partner.key, Key("k2")
    await world.ask(AddPartnerKey(name=partner.name, key=new.public), PartnerChanged)
    partner.key = new
    await until_answered_with(world, partner, None)
    partner.key = old
    await until_answered_with(world, partner, None)

    await world.ask(RevokePartnerKey(name=partner.name, key_id="k1"), PartnerChanged)

    await until_answered_with(world, partner, "key-not-known")
    partner.key = new
    await until_answered_with(world, partner, None)


async def test_what_it_may_do_is_changed_while_it_sends(world: World, partner: Partner) -> None:
    before = await world.ask(GetPartner(name=partner.name), Registered)
    change = ChangePartner(name=partner.name, command_limit=inr("0.50"), version=before.version)

    told = await world.ask(change, PartnerChanged)
    await until_answered_with(world, partner, "amount-above-limit")
    wider = ChangePartner(name=partner.name, command_limit=inr("1"), accounts=(world.bob,))
    await world.ask(wider, PartnerChanged)
    await until_answered_with(world, partner, "account-not-allowed")
    narrow = ChangePartner(name=partner.name, allowed_types=(Offer.BALANCE,))
    after = await world.ask(narrow, PartnerChanged)
    await until_answered_with(world, partner, "type-not-allowed")

    assert (told.version, after.version) == (before.version + 1, before.version + 3)
    assert (after.accounts, after.daily_limit_minor) == ((world.bob,), before.daily_limit_minor)
    assert await world.ask(GetPartner(name=partner.name), Registered) == Registered(
        **after.model_dump()
    )


async def test_a_change_of_what_was_read_before_the_last_change_is_refused(
    world: World, partner: Partner
) -> None:
    change = ChangePartner(name=partner.name, per_minute=7, version=1)
    changed = await world.ask(change, PartnerChanged)
    same = await world.ask(ChangePartner(name=partner.name, per_minute=7), PartnerChanged)

    stale = await world.ask(ChangePartner(name=partner.name, per_minute=8, version=1), Refused)
    foreign = ChangePartner(name=partner.name, daily_limit=Money(minor=1, currency=Currency.USD))
    other = await world.ask(foreign, Refused)

    assert (changed.version, same.version) == (2, 2)  # what is so already is no change
    assert (stale.code, stale.kind) == ("stale-version", Kind.STALE)
    assert other.code == "limit-in-other-currency"
    found = await world.ask(GetPartner(name=partner.name), Registered)
    assert (found.version, found.per_minute) == (2, 7)


async def test_another_password_cuts_off_who_is_connected_with_the_old_one(
    world: World, partner: Partner
) -> None:
    old = partner.url()
    async with await aio_pika.connect(old) as connection:
        lost = asyncio.Event()
        connection.close_callbacks.add(lambda *_: lost.set())

        told = await world.ask(RotatePartnerPassword(name=partner.name), PartnerPasswordRotated)

        await asyncio.wait_for(lost.wait(), 10)
    partner.password = told.password

    async def is_open() -> bool:
        return not await is_refused(partner.url())

    await until(is_open)
    assert await is_refused(old)
    await until_answered_with(world, partner, None)


async def test_the_lane_of_a_closed_partner_is_gone_for_good(
    world: World, partner: Partner
) -> None:
    vhost, url = partner.lane.vhost(world.vhost.name), world.vhost.management_url
    async with await aio_pika.connect(partner.url()):
        await world.ask(ClosePartner(name=partner.name), PartnerChanged)

        async def is_gone() -> bool:
            return vhost not in await asyncio.to_thread(management.vhosts, url)

        await until(is_gone)
    assert await is_refused(partner.url())
    assert partner.lane.user not in await asyncio.to_thread(management.user_hashes, url)
    resumed = await world.ask(ResumePartner(name=partner.name), Refused)
    assert resumed.code == "partner-is-closed"
    assert (await world.ask(terms(partner.name), Refused)).code == "partner-name-taken"


async def test_nobody_comes_into_a_lane_that_is_not_whole(world: World) -> None:
    name = f"acme-{token_hex(4)}"
    world.partners.append(name)
    lane = Lane(name=name, password_hash=broker_digest("secret"), is_open=True)
    url = Partner(name, "secret", Key(), world.vhost).url()

    refused = []
    for part in documents([lane], world.vhost.name):
        await asyncio.to_thread(management.upload, world.vhost.management_url, part)
        refused.append(await is_refused(url))

    assert refused == [True, False]


async def test_a_lane_that_is_lost_comes_back(world: World, partner: Partner) -> None:
    vhost, url = partner.lane.vhost(world.vhost.name), world.vhost.management_url

    await asyncio.to_thread(management.drop_vhost, url, vhost)

    async def answers() -> bool:
        try:
            async with asyncio.timeout(5):
                await partner.send(partner.message(wish(world)))
                return bool(await partner.drain())
        except (AMQPError, OSError, TimeoutError):
            return False

    await until(answers)


async def test_a_lane_that_the_broker_refuses_holds_up_no_other(world: World) -> None:
    refused = PartnerLane(f"acme-{token_hex(4)}")
    world.partners.append(refused.partner)
    vhost, url = refused.vhost(world.vhost.name), world.vhost.management_url
    full = {"component": "vhost-limits", "name": "limits", "value": {"max-queues": 0}}
    places = {"vhosts": [{"name": vhost}], "parameters": [full | {"vhost": vhost}]}
    await asyncio.to_thread(management.upload, url, places)
    await world.ask(terms(refused.partner), PartnerCreated)

    partner = await world.partner()

    await until_answered_with(world, partner, None)
    assert vhost not in {each["vhost"] for each in await asyncio.to_thread(management.queues, url)}
    await world.ask(ClosePartner(name=refused.partner), PartnerChanged)


async def test_what_is_shown_of_partners_holds_no_password(world: World, partner: Partner) -> None:
    shown = await world.ask(GetPartner(name=partner.name), Registered)
    listed = await world.ask(ListPartners(limit=200), Partners)

    assert shown in listed.items
    assert [key.key_id for key in shown.keys] == ["k1"]
    assert partner.password not in listed.model_dump_json()


async def test_keys_that_cannot_count_are_refused(world: World, partner: Partner) -> None:
    weak = PartnerKey(key_id="k3", public_key=WEAK)
    add, revoke = AddPartnerKey, RevokePartnerKey
    name = partner.name

    assert (await world.ask(terms("weak-bank", keys=[weak]), Refused)).code == "weak-key"
    assert (await world.ask(add(name=name, key=weak), Refused)).code == "weak-key"
    assert (await world.ask(add(name=name, key=Key("k1").public), Refused)).code == "key-id-taken"
    assert (await world.ask(revoke(name=name, key_id="k1"), Refused)).code == "last-key"
    await world.ask(add(name=name, key=Key("k2").public), PartnerChanged)
    assert (await world.ask(add(name=name, key=Key("k3").public), Refused)).code == "too-many-keys"
    assert (await world.ask(revoke(name=name, key_id="k9"), Refused)).code == "unknown-key"
    await world.ask(revoke(name=name, key_id="k1"), PartnerChanged)
    assert (await world.ask(add(name=name, key=Key("k1").public), Refused)).code == "key-id-taken"


async def test_what_is_not_there_is_not_found(world: World) -> None:
    change = ChangePartner(name="no-such", per_minute=1)
    for message in (GetPartner(name="no-such"), SuspendPartner(name="no-such"), change):
        assert (await world.ask(message, Refused)).code == "unknown-partner"
