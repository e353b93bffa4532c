"""The demo at work with fees: over every rail its payer pays all in one entry, or nothing."""

from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.holds import HoldPlaced, PlaceHold, ReleaseHold
from contracts.envelope import Role
from contracts.money import Currency, Money
from contracts.payment.payments import Payment
from contracts.payment.rails import AddRailRule, FeeSlab, ListRails, RailRuleAdded, Rails
from contracts.payment.values import PaymentState, Rail, ResolutionOutcome
from tests.builders import staff
from tests.demo.conftest import Bank
from tests.demo.test_contradictions import called, decided
from tests.demo.test_returns import taken_back
from tests.fixtures.ledger_laws import ALWAYS

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)
ADMIN = staff(Role.ADMIN)
FEES, TAX, SUSPENSE = "GL-FEE-INCOME-INR", "GL-GST-PAYABLE-INR", "GL-SUSPENSE-INR"
FEE, GST = 5_25, 95  # 18 % of the fee is 94.5
LARGE_FEE, LARGE_GST = 25_00, 4_50
SLABS = (FeeSlab(up_to_minor=1_00_000_00, fee_minor=FEE), FeeSlab(fee_minor=LARGE_FEE))


@pytest.fixture(scope="module", autouse=True)
async def fees(bank: Bank) -> AsyncIterator[None]:
    """From today on each rail costs something, and stays what it was otherwise."""
    found = await bank.ask(ListRails(), ADMIN)
    assert isinstance(found, Rails)
    for each in found.items:
        [rule] = [rule for rule in each.rules if rule.is_in_force]
        terms = rule.model_dump(include=set(AddRailRule.model_fields))
        today = (await bank.balance(bank.accounts["alice"])).as_of.date()
        terms |= {"valid_from": today, "fees": SLABS, "gst_percent": Decimal(18)}
        assert isinstance(await bank.ask(AddRailRule(**terms), ADMIN), RailRuleAdded)
    yield
    db = await asyncpg.connect(bank.database.admin_url)
    broken = {law: await db.fetch(question) for law, question in ALWAYS.items()}
    await db.close()
    assert {law: rows for law, rows in broken.items() if rows} == {}


def cost(minor: int) -> tuple[int, int]:
    return (FEE, GST) if minor <= 1_00_000_00 else (LARGE_FEE, LARGE_GST)


async def standing(bank: Bank, rail: Rail) -> list[int]:
    """What Alice has, can spend, and stands on the lines of clearing, suspense, fees and tax."""
    alice, own = await bank.balance(bank.accounts["alice"]), await bank.books()
    lines = (f"GL-CLEARING-{rail}-INR", SUSPENSE, FEES, TAX)
    return [alice.balance_minor, alice.available_minor, *(own.get(line, 0) for line in lines)]


async def moved(bank: Bank, rail: Rail, before: list[int]) -> list[int]:
    return [now - then for now, then in zip(await standing(bank, rail), before, strict=True)]


@every_rail
async def test_the_payer_pays_amount_fee_and_tax_and_the_other_bank_gets_the_amount(
    bank: Bank, rail: Rail
) -> None:
    minor = await bank.fund(rail)
    fee, gst = cost(minor)
    before = await standing(bank, rail)

    payment = await bank.ended(await bank.pay("5550009999", minor, rail=rail))

    assert (payment.state, payment.amount_minor) == (PaymentState.COMPLETED, minor)
    assert (payment.fee_minor, payment.gst_minor) == (fee, gst)
    total = minor + fee + gst
    assert await moved(bank, rail, before) == [-total, -total, minor, 0, fee, gst]


@every_rail
async def test_a_payment_that_is_refused_costs_nothing(bank: Bank, rail: Rail) -> None:
    minor = await bank.fund(rail)
    before = await standing(bank, rail)

    payment = await bank.ended(await bank.pay("5550000001", minor, rail=rail))

    assert (payment.state, payment.reason) == (PaymentState.FAILED, "unknown-beneficiary")
    assert await moved(bank, rail, before) == [0] * 6


@every_rail
async def test_with_a_payment_that_comes_back_its_fee_and_tax_come_back(
    bank: Bank, rail: Rail
) -> None:
    minor = await bank.fund(rail)
    before = await standing(bank, rail)

    payment = await taken_back(bank, await bank.pay("5550000007", minor, rail=rail))

    assert payment.state is PaymentState.RETURNED
    assert await moved(bank, rail, before) == [0] * 6


async def test_who_has_the_amount_and_not_the_fee_pays_nothing(bank: Bank) -> None:
    total = 500_00 + FEE + GST
    held = await _hold_all_but(bank, total - 1)
    before = await standing(bank, Rail.IMPS)

    short = await bank.ended(await bank.pay("5550009999", 500_00))
    assert (short.state, short.reason) == (PaymentState.FAILED, "insufficient-funds")
    assert await moved(bank, Rail.IMPS, before) == [0] * 6

    await bank.ask(ReleaseHold(hold_id=held, reason="tried"))
    held = await _hold_all_but(bank, total)
    paid = await bank.ended(await bank.pay("5550009999", 500_00))
    assert paid.state is PaymentState.COMPLETED
    assert (await bank.balance(bank.accounts["alice"])).available_minor == 0
    await bank.ask(ReleaseHold(hold_id=held, reason="tried"))


@pytest.mark.parametrize("outcome", ResolutionOutcome)
async def test_managers_who_settle_a_contradiction_take_all_and_who_return_it_nothing(
    bank: Bank, outcome: ResolutionOutcome
) -> None:
    before = await standing(bank, Rail.IMPS)
    payment_id = (await bank.ended(await bank.pay("5550000006", 500_00))).payment_id
    await called(bank, payment_id)

    payment = await _resolved(bank, payment_id, outcome)

    total = 500_00 + FEE + GST
    is_paid = outcome is ResolutionOutcome.SETTLE
    assert (payment.state is PaymentState.COMPLETED) == is_paid
    paid = [-total, -total, 500_00, 0, FEE, GST]
    assert await moved(bank, Rail.IMPS, before) == (paid if is_paid else [0] * 6)


async def _resolved(bank: Bank, payment_id: UUID, outcome: ResolutionOutcome) -> Payment:
    payment = await decided(bank, payment_id, outcome)
    assert payment.resolution is not None
    assert payment.resolution.code is None
    return payment


async def _hold_all_but(bank: Bank, minor: int) -> UUID:
    """A hold by the branch that leaves Alice this much to spend."""
    number = bank.accounts["alice"]
    rest = (await bank.balance(number)).available_minor - minor
    hold = PlaceHold(
        hold_id=uuid4(), account_number=number, reason="rent",
        amount=Money(minor=rest, currency=Currency.INR),
    )  # fmt: skip
    assert isinstance(await bank.ask(hold), HoldPlaced)
    return hold.hold_id
