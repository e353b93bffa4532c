"""A partner pays accounts at other banks: accepted first, then told how it has ended."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from contracts.account.accounts import Balance, GetBalance
from contracts.auth.partners import ClosePartner, PartnerChanged
from contracts.envelope import Role
from contracts.ingress import Offer
from contracts.payment.payments import GetPayment, Payment
from contracts.payment.transfers import (
    TransferCompleted,
    TransferFailed,
    TransferReturned,
)
from contracts.payment.values import PaymentState
from services.ingress.domain.telling import counts, end_told
from tests.builders import an, inr
from tests.fixtures.partners import PAYMENT, Partner
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until
from tests.ingress.paying import ACCEPTS, LATE, REFUSES, a_paying_world, payment, value
from tests.ingress.world import World

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def world(
    databases: Databases, vhosts: Vhosts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_paying_world(databases, vhosts, tmp_path_factory.mktemp("rail")) as world:
        yield world


async def kept(world: World, payment_id: str) -> Payment:
    return await world.ask(GetPayment(payment_id=UUID(payment_id)), Payment, Role.TELLER)


async def test_it_is_accepted_and_then_completed_and_its_money_is_gone(
    world: World, partner: Partner
) -> None:
    before = await world.balance(world.alice)
    message = partner.message(payment(world.alice), PAYMENT)

    await partner.send(message)
    accepted, completed = await partner.read(2)

    assert [accepted.type, completed.type] == ["payment-accepted.v1", "payment-completed.v1"]
    assert {accepted.correlation_id, completed.correlation_id} == {message["message_id"]}
    assert accepted.body["beneficiary"]["account_number"] == ACCEPTS
    assert (accepted.body["amount"], accepted.body["rail"]) == ("10.00", "IMPS")
    assert (accepted.body["fee"], accepted.body["gst"]) == ("0.00", "0.00")
    assert accepted.body["payment_id"] == completed.body["payment_id"]
    found = await kept(world, completed.body["payment_id"])
    assert found.state is PaymentState.COMPLETED
    assert found.rail_reference == completed.body["rail_reference"]
    assert await world.balance(world.alice) == before - 1_000
    assert ("ingress.make-payment.v1", "done", None) in await world.audited(partner)


async def test_one_that_the_other_bank_refuses_fails_and_counts_for_no_limit(world: World) -> None:
    partner = await world.partner(daily_limit=inr("15"), command_limit=inr("15"))
    before = await world.balance(world.alice)

    await partner.send(partner.message(payment(world.alice, payee=REFUSES), PAYMENT))
    accepted, failed = await partner.read(2)

    assert (accepted.type, failed.type) == ("payment-accepted.v1", "payment-failed.v1")
    assert failed.body["code"] == "unknown-beneficiary"
    assert await world.balance(world.alice) == before
    await partner.send(partner.message(payment(world.alice), PAYMENT))
    assert [each.type for each in await partner.read(2)] == [
        "payment-accepted.v1", "payment-completed.v1",
    ]  # fmt: skip
    limited = await partner.ask(partner.message(payment(world.alice), PAYMENT))
    assert limited.code == "daily-limit-reached"


async def test_the_same_message_again_pays_once_and_tells_both_again(
    world: World, partner: Partner
) -> None:
    message_id, before = str(uuid4()), await world.balance(world.alice)
    await partner.send(partner.message(payment(world.alice), PAYMENT, id=message_id))
    first = {answer.type: answer.body for answer in await partner.read(2)}

    await partner.send(partner.message(payment(world.alice), PAYMENT, id=message_id))
    again = await partner.read(2)

    assert {answer.type: answer.body for answer in again} == first
    assert [answer.replayed for answer in again] == [True, True]
    assert await world.balance(world.alice) == before - 1_000
    other = partner.message(payment(world.alice, "11.00"), PAYMENT, id=message_id)
    assert (await partner.ask(other)).code == "message-id-reused"


async def test_what_is_not_the_partners_to_pay_is_refused_at_the_door(
    world: World, partner: Partner
) -> None:
    only_balances = await world.partner(allowed_types=(Offer.BALANCE,))
    good = payment(world.alice)

    async def code(body: dict[str, object], who: Partner = partner) -> str | None:
        return (await who.ask(who.message(body, PAYMENT))).code

    assert await code(good, only_balances) == "type-not-allowed"
    assert await code(payment(world.bob)) == "account-not-allowed"
    assert await code(payment(world.alice, "500.01")) == "amount-above-limit"
    assert await code(good | {"rail": "SWIFT"}) == "malformed-body"
    assert await code({**good, "beneficiary": {"name": "Asha Rao"}}) == "malformed-body"
    assert await code({**good, "payer": {"role": "ADMIN"}}) == "malformed-body"


async def test_what_the_payment_service_refuses_is_told_and_counts_for_no_limit(
    world: World,
) -> None:
    partner = await world.partner(command_limit=inr("400"), daily_limit=inr("400"))
    ours = payment(world.alice, "400.00")
    ours["beneficiary"] = {**ours["beneficiary"], "ifsc": "BANK0000001"}

    for _ in range(2):
        refused = await partner.ask(partner.message(ours, PAYMENT))
        assert (refused.type, refused.code) == ("refused.v1", "not-another-bank")


async def test_one_without_money_fails_and_nothing_is_held(world: World) -> None:
    poor = await world.open_account("Poor", "1")
    partner = await world.partner(accounts=[poor])

    await partner.send(partner.message(payment(poor), PAYMENT))
    accepted, failed = await partner.read(2)

    assert accepted.type == "payment-accepted.v1"
    assert (failed.type, failed.body["code"]) == ("payment-failed.v1", "insufficient-funds")
    found = await world.ask(GetBalance(account_number=poor), Balance, Role.TELLER)
    assert (found.balance_minor, found.held_minor) == (100, 0)


async def test_the_end_of_a_payment_of_others_is_told_to_no_partner(
    world: World, partner: Partner
) -> None:
    other = await world.partner()

    await partner.send(partner.message(payment(world.alice), PAYMENT))
    await partner.read(2)

    assert await other.drain() == []


async def test_a_partner_that_is_closed_meanwhile_leaves_nothing_waiting_to_be_told(
    world: World, partner: Partner
) -> None:
    late = partner.message(payment(world.alice, payee=LATE), PAYMENT)
    accepted = await partner.ask(late)
    await world.ask(ClosePartner(name=partner.name), PartnerChanged)

    async def end() -> object:
        sql = "select end_type from ingress.admissions where message_id = $1"
        return await value(world, sql, UUID(late["message_id"]))

    assert await until(end, 40, "its end is kept") == "payment-completed.v1"
    assert (await kept(world, accepted.body["payment_id"])).state is PaymentState.COMPLETED
    assert await value(world, "select count(*) from ingress.outbox") == 0


def test_only_what_failed_does_not_count_for_the_day() -> None:
    completed, failed, returned = (
        end_told(end).type
        for end in (an(TransferCompleted), an(TransferFailed), an(TransferReturned))
    )

    assert [counts(each) for each in (None, completed, failed, returned)] == [
        True, True, False, True,
    ]  # fmt: skip
