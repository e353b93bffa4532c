"""What happens on the accounts that an administrator names, as CloudEvents in a partner's lane."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from jsonschema import Draft202012Validator

from contracts.account.movements import DepositMade, MakeDeposit, MakeTransfer, TransferMade
from contracts.auth.partners import (
    ChangePartner,
    GetPartner,
    PartnerChanged,
    ResumePartner,
    SuspendPartner,
)
from contracts.auth.partners import Partner as Registered
from contracts.envelope import OPERATOR, Role
from contracts.ingress import Offer
from contracts.topology import dead_queue
from gateway.partner_lanes import document
from infra.bus import management
from infra.deployment.dead import queues_of_lanes
from infra.deployment.provisioning import as_user
from tests.builders import inr
from tests.fixtures.partners import PAYMENT
from tests.fixtures.servers import PASSWORD, Databases, Vhosts
from tests.fixtures.waiting import until
from tests.ingress.hearing import CREDITED, DEBITED, a_hearer, drain, hear
from tests.ingress.paying import REFUSES, a_paying_world, payment, value
from tests.ingress.world import World

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def world(
    databases: Databases, vhosts: Vhosts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_paying_world(databases, vhosts, tmp_path_factory.mktemp("rail")) as world:
        yield world


@pytest.fixture
async def account(world: World) -> str:
    return await world.open_account("Hana", "1000")


async def deposit(world: World, account: str, amount: str) -> DepositMade:
    wish = MakeDeposit(account_number=account, amount=inr(amount), description="cash")
    return await world.ask(wish, DepositMade, Role.TELLER)


async def test_a_movement_is_told_as_a_cloud_event_of_binary_mode(
    world: World, account: str
) -> None:
    partner = await a_hearer(world, account)

    made = await deposit(world, account, "12.50")
    [heard] = await hear(partner, 1)

    assert heard.type == CREDITED
    assert {**heard.attributes, "id": "", "time": ""} == {
        "specversion": "1.0", "id": "", "source": f"/api/accounts/{account}", "type": CREDITED,
        "time": "", "subject": str(made.entry_id),
    }  # fmt: skip
    assert UUID(heard.attributes["id"])
    assert datetime.fromisoformat(heard.attributes["time"]) == made.booked_at
    assert (heard.data["amount"], heard.data["currency"]) == ("12.50", "INR")
    assert (heard.data["balance_after"], heard.data["description"]) == ("1012.50", "cash")
    assert heard.data["account_number"] == account
    assert "customer_id" not in heard.data
    assert "counterparty" not in heard.data


async def test_the_document_of_its_lane_tells_queue_headers_and_data(
    world: World, account: str
) -> None:
    partner = await a_hearer(world, account)
    told = document(await world.ask(GetPartner(name=partner.name), Registered))
    await deposit(world, account, "1")

    [heard] = await hear(partner, 1)

    message = told["components"]["messages"][heard.type]
    parts = {"components": told["components"]}
    headers = {f"cloudEvents_{name}": text for name, text in heard.attributes.items()}
    Draft202012Validator({**message["payload"], **parts}).validate(heard.data)
    Draft202012Validator({**message["headers"], **parts}).validate(headers)
    assert heard.data.keys() == message["payload"]["properties"].keys()
    place = told["channels"]["events"]
    arguments = place["bindings"]["amqp"]["queue"]["x-arguments"]
    async with partner.channel() as channel:
        await channel.declare_queue(place["address"], passive=True, arguments=arguments)


async def test_its_numbers_are_gapless_on_an_account(world: World, account: str) -> None:
    partner = await a_hearer(world, account)

    for _ in range(5):
        await deposit(world, account, "1")
    numbers = sorted(heard.data["number"] for heard in await hear(partner, 5))

    assert numbers == list(range(numbers[0], numbers[0] + 5))


async def test_it_hears_nothing_of_accounts_that_nobody_named_for_it(
    world: World, account: str
) -> None:
    """Not of those that it may debit either, nor of the other side of a transfer."""
    partner, deaf = await a_hearer(world, account), await world.partner()
    other = await a_hearer(world, world.bob)

    await deposit(world, world.alice, "5")
    wish = MakeTransfer(from_account=world.alice, to_account=account, amount=inr("2"))
    await world.ask(wish, TransferMade, Role.TELLER)
    wish = MakeTransfer(from_account=account, to_account=world.bob, amount=inr("1"))
    await world.ask(wish, TransferMade, Role.TELLER)

    heard = await hear(partner, 2)
    assert {each.type for each in heard} == {CREDITED, DEBITED}
    assert {each.data["account_number"] for each in heard} == {account}
    assert world.alice not in json.dumps([each.data for each in heard])
    [its_own] = await hear(other, 1)
    assert (its_own.type, its_own.data["account_number"]) == (CREDITED, world.bob)
    assert await drain(deaf) == []


async def test_two_partners_are_told_of_one_account_under_one_id(
    world: World, account: str
) -> None:
    one, two = await a_hearer(world, account), await a_hearer(world, account)

    await deposit(world, account, "3")

    [[first], [second]] = [await hear(one, 1), await hear(two, 1)]
    assert first == second


async def test_payments_from_the_account_are_told_from_request_to_end(
    world: World, account: str
) -> None:
    hearer = await a_hearer(world, account)
    payer = await world.partner(accounts=[account], allowed_types=[Offer.PAYMENT])

    await payer.send(payer.message(payment(account, "10.00"), PAYMENT))
    told = {heard.type: heard.data for heard in await hear(hearer, 3)}
    await payer.send(payer.message(payment(account, "10.00", REFUSES), PAYMENT))
    failed = {heard.type: heard.data for heard in await hear(hearer, 2)}

    assert told.keys() == {
        DEBITED, "bank.payment-requested.v1", "bank.payment-completed.v1",
    }  # fmt: skip
    assert told["bank.payment-requested.v1"]["rail"] == "IMPS"
    assert {told[kind]["payment_id"] for kind in told if kind != DEBITED} == {
        told["bank.payment-completed.v1"]["payment_id"]
    }
    assert failed["bank.payment-failed.v1"]["code"] == "unknown-beneficiary"


async def test_what_it_is_told_of_is_changed_while_money_moves(world: World, account: str) -> None:
    partner = await a_hearer(world, account)

    async def until_heard(change: Any) -> None:
        told = await world.ask(change, PartnerChanged)

        async def is_heard() -> bool:
            return await world.heard_version(partner) == told.version

        await until(is_heard)

    await until_heard(ChangePartner(name=partner.name, event_accounts=()))
    await deposit(world, account, "1")
    await until_heard(ChangePartner(name=partner.name, event_accounts=(world.bob, account)))
    await until_heard(SuspendPartner(name=partner.name))
    await deposit(world, account, "2")
    await until_heard(ResumePartner(name=partner.name))
    await deposit(world, account, "3")

    [heard] = await hear(partner, 1)
    assert heard.data["amount"] == "3.00"


async def test_what_it_gives_back_for_good_is_kept_for_operators(
    world: World, account: str
) -> None:
    partner = await a_hearer(world, account)
    await deposit(world, account, "1")
    dead = dead_queue(partner.lane.events)
    vhost = partner.lane.vhost(world.vhost.name)

    async with partner.channel() as channel:
        queue = await channel.get_queue(partner.lane.events, ensure=False)
        message = await until(lambda: queue.get(fail=False), 20, "an event")
        await message.reject(requeue=False)

    async with await aio_pika.connect(
        as_user(world.vhost.amqp_url, OPERATOR, PASSWORD, vhost)
    ) as connection:
        channel = await connection.channel()
        kept = await channel.get_queue(dead, ensure=False)
        found = await until(lambda: kept.get(fail=False), 20, "a dead event")
        assert found.type == CREDITED
    listed = await asyncio.to_thread(queues_of_lanes, world.vhost.management_url)
    assert listed[vhost] == [partner.lane.events, partner.lane.arrivals]
    assert await drain(partner) == []


async def test_a_queue_that_is_full_lets_its_oldest_go_to_the_dead_queue(
    world: World, account: str
) -> None:
    partner = await a_hearer(world, account)
    vhost = partner.lane.vhost(world.vhost.name)
    policy = {
        "vhost": vhost, "name": "tiny", "pattern": r"\.events$", "apply-to": "queues",
        "definition": {"max-length": 2, "overflow": "drop-head"}, "priority": 9,
    }  # fmt: skip
    await asyncio.to_thread(management.upload, world.vhost.management_url, {"policies": [policy]})

    for amount in ("1", "2", "3", "4"):
        await deposit(world, account, amount)

    async def all_told() -> bool:
        return await value(world, "select count(*) from ingress.outbox") == 0

    await until(all_told)
    async with await aio_pika.connect(
        as_user(world.vhost.amqp_url, OPERATOR, PASSWORD, vhost)
    ) as connection:
        channel = await connection.channel()
        kept = await channel.get_queue(dead_queue(partner.lane.events), ensure=False)
        dead = [await until(lambda: kept.get(fail=False), 20, "a dead event") for _ in range(2)]
    assert [json.loads(each.body)["amount"] for each in dead] == ["1.00", "2.00"]
    assert [each.data["amount"] for each in await hear(partner, 2)] == ["3.00", "4.00"]


async def test_nobody_else_reads_the_events_of_a_lane(world: World, account: str) -> None:
    partner, other = await a_hearer(world, account), await world.partner()
    vhost = partner.lane.vhost(world.vhost.name)

    for url in (
        as_user(world.vhost.amqp_url, OPERATOR, PASSWORD, vhost),
        world.vhost.url("ingress").rpartition("/")[0] + f"/{vhost}",
    ):
        async with await aio_pika.connect(url) as connection:
            channel = await connection.channel()
            with pytest.raises(AMQPError):
                await (await channel.get_queue(partner.lane.events, ensure=False)).get()
    with pytest.raises(AMQPError):
        await aio_pika.connect(other.url(vhost))
    async with partner.channel() as channel:
        target = await channel.get_exchange(partner.lane.events, ensure=False)
        with pytest.raises(AMQPError):
            await target.publish(aio_pika.Message(b"{}"), "")
