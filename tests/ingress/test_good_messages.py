"""What a partner sends as docs/partners.md says is done once, and answered in its own queue."""

from uuid import uuid4

import pytest

from infra.runtime.telemetry import REGISTRY
from tests.fixtures.partners import BALANCE, Partner
from tests.ingress.world import World

pytestmark = pytest.mark.integration


def transfer(world: World, amount: str = "10.00", **changes: str) -> dict[str, str]:
    usual = {"from_account": world.alice, "to_account": world.bob, "amount": amount}
    return usual | changes


async def test_a_signed_transfer_is_booked_and_answered(world: World, partner: Partner) -> None:
    before = await world.balance(world.alice), await world.balance(world.bob)

    answer = await partner.ask(partner.message(transfer(world, description="rent")))

    assert answer.type == "transfer-made.v1", answer
    assert answer.body["amount"] == "10.00"
    assert (answer.body["from_account"], answer.body["description"]) == (world.alice, "rent")
    after = await world.balance(world.alice), await world.balance(world.bob)
    assert after == (before[0] - 1000, before[1] + 1000)
    assert await world.audited(partner) == [
        ("ingress.transfer-between-accounts.v1", "done", None),
        ("account.make-transfer.v1", "done", None),
    ]


async def test_the_balance_of_its_account_is_told(world: World, partner: Partner) -> None:
    answer = await partner.ask(partner.message({"account_number": world.alice}, BALANCE))

    assert answer.type == "balance.v1", answer
    minor = await world.balance(world.alice)
    assert answer.body["balance"] == f"{minor // 100}.{minor % 100:02d}"


async def test_the_same_message_again_has_one_effect_and_the_same_answer(
    world: World, partner: Partner
) -> None:
    message_id, before = str(uuid4()), await world.balance(world.bob)
    message = partner.message(transfer(world), id=message_id)

    first = await partner.ask(message)
    second = await partner.ask(message)
    signed_anew = await partner.ask(
        partner.message(transfer(world), id=message_id, at=message["timestamp"] + 1)
    )

    assert first.body == second.body == signed_anew.body
    assert [first.replayed, second.replayed, signed_anew.replayed] == [False, True, True]
    assert await world.balance(world.bob) == before + 1000


async def test_what_becomes_of_messages_is_measured_by_partner_and_code(
    world: World, partner: Partner
) -> None:
    message = partner.message(transfer(world, "1"))
    for each in (message, message, partner.message(b"{")):
        await partner.ask(each)

    def counted(became: str) -> float | None:
        labels = {"partner": partner.name, "became": became}
        return REGISTRY.get_sample_value("bank_partner_messages_total", labels)

    assert [counted(name) for name in ("let-in", "again", "malformed-body")] == [1, 1, 1]


async def test_what_the_bank_refuses_is_told_and_counts_for_no_limit(world: World) -> None:
    poor = await world.open_account("Poor", "1")
    partner = await world.partner(accounts=[world.alice, poor])

    for _ in range(3):  # three times 400 would be above the daily limit
        answer = await partner.ask(partner.message(transfer(world, "400", from_account=poor)))
        assert (answer.type, answer.code) == ("refused.v1", "insufficient-funds")

    good = await partner.ask(partner.message(transfer(world, "1")))
    assert good.type == "transfer-made.v1", good


async def test_a_partner_learns_nothing_about_whom_it_cannot_pay(
    world: World, partner: Partner
) -> None:
    for number in ("AC-20200101-000009", "GL-CASH-INR"):
        answer = await partner.ask(partner.message(transfer(world, to_account=number)))
        assert answer.code == "payee-unavailable"
