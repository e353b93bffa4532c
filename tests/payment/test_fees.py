"""What a payment costs: by the rule of its day, computed once, held and captured with it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.account.holds import CaptureHold, PlaceHold
from contracts.envelope import DomainError, Role
from contracts.money import MINOR_MAX, Currency, Money
from contracts.payment.payments import Payment
from contracts.payment.rails import AddRailRule, FeeSlab, GetRailRules, RailRule
from contracts.payment.screening import AddScreeningRule
from contracts.payment.values import Rail
from infra.handling.telling import Send
from services.payment.domain.fees import cost_of
from services.payment.sagas import PaymentOrder
from services.payment.sagas.paying import capture_hold, clearing_account, place_hold
from tests.builders import an, customer, inr, staff
from tests.payment.desk import Desk, accepted, context, payment_of
from tests.payment.examples import CAPTURED, HELD, PAYMENT_OF_500

ADMIN = staff(Role.ADMIN)
TODAY = context(ADMIN).business_date
FEES, TAX = "GL-FEE-INCOME-INR", "GL-GST-PAYABLE-INR"
MOST = 4 * 10**14  # of an amount and of a fee: with the tax they are still one instruction
amounts = st.integers(1, MOST) | st.integers(1, 10**6)
percents = st.decimals(0, 100, places=2)


def slabs(*of: tuple[int | None, int]) -> tuple[FeeSlab, ...]:
    return tuple(FeeSlab(up_to_minor=up_to, fee_minor=fee) for up_to, fee in of)


def rule(*of: tuple[int | None, int], gst: str = "18") -> RailRule:
    return an(RailRule, currency=Currency.INR, fees=slabs(*of), gst_percent=Decimal(gst))


THREE = slabs((1_000_00, 2_50), (1_00_000_00, 5_00), (None, 15_00))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[FeeSlab, ...]:
    ends = sorted(draw(st.sets(amounts, max_size=19)))
    return slabs(*((end, draw(st.integers(0, 10**14))) for end in [*ends, None]))


def ordered(amount: Money, cost: tuple[int, int]) -> PaymentOrder:
    changes = {"amount": amount, "fee_minor": cost[0], "gst_minor": cost[1]}
    return PAYMENT_OF_500.model_copy(update=changes)


@given(amounts, schedules(), percents)
def test_amount_fee_and_tax_are_what_is_held_and_what_is_captured(
    minor: int, fees: tuple[FeeSlab, ...], gst: Decimal
) -> None:
    amount = Money(minor=minor)
    cost = cost_of(an(RailRule, currency=Currency.INR, fees=fees, gst_percent=gst), amount)
    order = ordered(amount, cost)

    held = place_hold(order, order.hold_id).amount
    capture = capture_hold(order, order.hold_id, clearing_account(order))

    charged = {each.to_account: each.amount.minor for each in capture.charges}
    assert charged == {
        line: part for line, part in ((FEES, cost.fee_minor), (TAX, cost.gst_minor)) if part
    }
    assert capture.amount == amount
    assert held.minor == minor + cost.fee_minor + cost.gst_minor == minor + sum(charged.values())


@given(amounts, schedules(), percents)
def test_the_fee_is_that_of_the_first_slab_that_reaches_the_amount_and_the_tax_is_near_its_part(
    minor: int, fees: tuple[FeeSlab, ...], gst: Decimal
) -> None:
    found = cost_of(
        an(RailRule, currency=Currency.INR, fees=fees, gst_percent=gst), Money(minor=minor)
    )

    reaching = [each for each in fees if each.up_to_minor is None or each.up_to_minor >= minor]
    assert found.fee_minor == reaching[0].fee_minor
    rest = found.fee_minor * gst / 100 - found.gst_minor
    assert Decimal("-0.5") <= rest < Decimal("0.5")


@pytest.mark.parametrize(
    ("minor", "fee"),
    [
        (1, 2_50), (1_000_00, 2_50), (1_000_01, 5_00), (1_00_000_00, 5_00), (1_00_000_01, 15_00),
        (10**12, 15_00),
    ],
)  # fmt: skip
def test_a_slab_reaches_up_to_its_end_and_no_further(minor: int, fee: int) -> None:
    found = cost_of(an(RailRule, currency=Currency.INR, fees=THREE), Money(minor=minor))

    assert found.fee_minor == fee


@pytest.mark.parametrize(
    ("fee", "gst", "tax"),
    [
        (5_00, "18", 90), (2_50, "18", 45), (2_75, "18", 50), (25, "18", 5), (24, "18", 4),
        (1, "50", 1), (1, "49.99", 0), (3, "50", 2), (7, "100", 7), (5_00, "0", 0), (0, "18", 0),
    ],
)  # fmt: skip
def test_the_tax_is_rounded_once_and_half_up(fee: int, gst: str, tax: int) -> None:
    assert cost_of(rule((None, fee), gst=gst), inr("1")).gst_minor == tax


def test_a_rule_without_fees_costs_nothing() -> None:
    order = ordered(inr("500"), cost_of(rule(gst="0"), inr("500")))

    assert place_hold(order, order.hold_id).amount == inr("500")
    assert capture_hold(order, order.hold_id, clearing_account(order)).charges == ()


def test_more_than_one_instruction_moves_is_above_the_limit() -> None:
    costs = rule((None, 100), gst="0")

    cost_of(costs, Money(minor=MINOR_MAX - 100))
    with pytest.raises(DomainError) as refused:
        cost_of(costs, Money(minor=MINOR_MAX - 99))
    assert refused.value.code == "limit-exceeded"


def test_a_run_that_began_before_there_were_fees_costs_nothing() -> None:
    kept = PAYMENT_OF_500.model_dump(mode="json", exclude={"fee_minor", "gst_minor"})

    order = PaymentOrder.model_validate(kept)

    assert order.total == order.amount == inr("500")
    assert capture_hold(order, order.hold_id, clearing_account(order)).charges == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"fees": [{"up_to_minor": None, "fee_minor": -1}]},
        {"fees": [{"up_to_minor": None, "fee_minor": MINOR_MAX + 1}]},
        {"fees": [{"up_to_minor": 0, "fee_minor": 1}, {"fee_minor": 1}]},
        {"fees": [*({"up_to_minor": n, "fee_minor": 1} for n in range(1, 21)), {"fee_minor": 1}]},
        {"gst_percent": "-1"},
        {"gst_percent": "100.01"},
        {"gst_percent": "18.001"},
        {"gst_percent": "NaN"},
    ],
)
def test_a_rule_has_twenty_slabs_at_most_and_taxes_a_fee_once_at_most(wrong: Any) -> None:
    base = {"rail": "IMPS", "valid_from": "2099-01-01", "fees": [{"fee_minor": 1}]}
    AddRailRule.model_validate(base)

    with pytest.raises(ValidationError):
        AddRailRule.model_validate(base | wrong)


async def add(desk: Desk, *fees: FeeSlab, on: date = TODAY, **more: Any) -> RailRule:
    values = {"rail": Rail.IMPS, "valid_from": on, "fees": fees, "gst_percent": Decimal(18)}
    added = await desk.ask(AddRailRule(**(values | more)), ADMIN)
    assert isinstance(added, RailRule)
    return added


async def code_of(awaited: Any) -> str:
    with pytest.raises(DomainError) as refused:
        await awaited
    return refused.value.code


@pytest.mark.integration
@pytest.mark.parametrize(
    ("fees", "gst", "code"),
    [
        (slabs((100, 1)), "18", "fees-end"),
        (slabs((100, 1), (200, 2)), "18", "fees-end"),
        (slabs((200, 1), (100, 2), (None, 3)), "18", "fees-overlap"),
        (slabs((100, 1), (100, 2), (None, 3)), "18", "fees-overlap"),
        (slabs((None, 1), (100, 2)), "18", "fees-overlap"),
        (slabs((None, 1), (None, 2)), "18", "fees-overlap"),
        ((), "18", "tax-without-fees"),
    ],
)
async def test_fees_that_leave_an_amount_without_one_or_give_it_two_are_refused(
    desk: Desk, fees: tuple[FeeSlab, ...], gst: str, code: str
) -> None:
    before = await desk.ask(GetRailRules(rail=Rail.IMPS), ADMIN)

    assert await code_of(add(desk, *fees, gst_percent=Decimal(gst))) == code
    assert await desk.ask(GetRailRules(rail=Rail.IMPS), ADMIN) == before


@pytest.mark.integration
async def test_fees_are_kept_and_shown_and_rules_of_before_have_none(desk: Desk) -> None:
    await add(desk, *THREE, gst_percent=Decimal("18.5"))

    found = await desk.ask(GetRailRules(rail=Rail.IMPS), ADMIN)

    assert [(each.fees, each.gst_percent) for each in found.rules] == [
        ((), 0), ((), 0), (THREE, Decimal("18.5")),
    ]  # fmt: skip


@pytest.mark.integration
async def test_a_payment_says_what_it_costs_and_holds_and_captures_it_all(desk: Desk) -> None:
    await add(desk, *THREE)

    made = await desk.ask(payment_of(amount=inr("1000.01")), customer())
    assert isinstance(made, Payment)
    assert (made.amount_minor, made.fee_minor, made.gst_minor) == (1_000_01, 5_00, 90)
    [placed] = desk.holds()
    assert placed.amount == inr("1005.91")
    await desk.hear(HELD)
    await desk.hear_rail(accepted(made.payment_id))
    await desk.hear(CAPTURED)

    [capture] = [
        each.command
        for each in desk.sent
        if isinstance(each, Send) and isinstance(each.command, CaptureHold)
    ]
    assert capture.amount == inr("1000.01")
    assert {each.to_account: each.amount for each in capture.charges} == {
        FEES: inr("5"), TAX: inr("0.90"),
    }  # fmt: skip
    shown = await desk.see(made.payment_id, customer())
    assert (shown.state, shown.fee_minor, shown.gst_minor) == ("completed", 5_00, 90)


@pytest.mark.integration
async def test_the_rule_of_the_day_decides_and_what_was_accepted_stays(desk: Desk) -> None:
    free = await desk.make()
    await add(desk, *slabs((None, 5_00)))
    costs = await desk.make()
    await add(desk, *slabs((None, 7_00)), on=TODAY + timedelta(days=1))
    same = await desk.make()

    found = [await desk.see(each, customer()) for each in (free, costs, same)]

    assert [(each.fee_minor, each.gst_minor) for each in found] == [(0, 0), (5_00, 90), (5_00, 90)]
    assert [each.amount for each in desk.holds()] == [inr("500"), inr("505.90"), inr("505.90")]


@pytest.mark.integration
async def test_what_bounds_an_account_counts_the_amount_alone(desk: Desk) -> None:
    await add(desk, *slabs((None, 100_00)))
    bounds = AddScreeningRule(valid_from=TODAY, threshold=90, daily_most_minor=1_000_00)
    await desk.ask(bounds, ADMIN)

    await desk.make(amount=inr("500"))
    await desk.make(amount=inr("500"))

    assert await code_of(desk.make(amount=inr("0.01"))) == "too-much-at-once"
    assert [type(each) for each in desk.holds()] == [PlaceHold] * 2
