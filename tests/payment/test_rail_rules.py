"""What a rail carries, by rules with a date, on a real database."""

from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.envelope import DomainError, Role
from contracts.money import Currency
from contracts.payment.rails import AddRailRule, GetRailRules, RailRule, RailRules
from contracts.payment.values import Rail
from services.payment.domain.payments import check_payment
from services.payment.store.rails import Rails
from tests.builders import an, inr, staff
from tests.payment.desk import NOON, Desk, context
from tests.payment.examples import CAROL

pytestmark = pytest.mark.integration

ADMIN = staff(Role.ADMIN)
TODAY = context(ADMIN).business_date


async def add(desk: Desk, valid_from: date, **bounds: Any) -> None:
    await desk.ask(AddRailRule(**({"rail": Rail.IMPS, "valid_from": valid_from} | bounds)), ADMIN)


async def rules(desk: Desk) -> RailRules:
    found = await desk.ask(GetRailRules(rail=Rail.IMPS), ADMIN)
    assert isinstance(found, RailRules)
    return found


async def code_of(refused: Awaitable[object]) -> str:
    with pytest.raises(DomainError) as raised:
        await refused
    return raised.value.code


async def test_a_bank_begins_with_the_rules_of_the_law(desk: Desk) -> None:
    found = (await rules(desk)).rules

    assert [(each.valid_from, each.most_minor, each.is_in_force) for each in found] == [
        (date(2010, 11, 22), 200_000_00, False),
        (date(2021, 10, 8), 500_000_00, True),
    ]


async def test_the_rule_in_force_is_that_of_the_date(desk: Desk) -> None:
    store = Rails(desk.store.db)

    async def most(on: date) -> int | None:
        rules = await store.rail_rules_in_force([Rail.IMPS], on)
        return rules[Rail.IMPS].most_minor if rules else None

    assert await most(date(2010, 11, 21)) is None
    assert await most(date(2021, 10, 7)) == 200_000_00
    assert await most(date(2021, 10, 8)) == 500_000_00


async def test_a_payment_is_judged_by_the_rule_in_force_when_it_is_accepted(desk: Desk) -> None:
    await add(desk, TODAY, least_minor=100_00, most_minor=200_00)
    await add(desk, TODAY + timedelta(days=1), most_minor=300_00)

    assert await code_of(desk.make(amount=inr("99.99"))) == "below-rail-minimum"
    assert await code_of(desk.make(amount=inr("200.01"))) == "limit-exceeded"
    await desk.make(amount=inr("100"))
    await desk.make(amount=inr("200"))


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "terms-in-the-past"),
        ({"valid_from": TODAY}, "terms-overlap"),
        ({"least_minor": 2, "most_minor": 1}, "bounds-cross"),
        ({"opens": "18:00", "closes": "07:00"}, "hours-cross"),
        ({"opens": "07:00", "closes": "07:00"}, "hours-cross"),
        ({"opens": "07:00"}, "hours-cross"),
        ({"closes": "18:00"}, "hours-cross"),
    ],
)
async def test_rules_that_cannot_hold_are_refused_and_change_nothing(
    desk: Desk, wish: dict[str, Any], code: str
) -> None:
    await add(desk, TODAY + timedelta(days=1), most_minor=300_00)
    before = await rules(desk)

    assert await code_of(add(desk, **({"valid_from": TODAY + timedelta(days=2)} | wish))) == code
    assert await rules(desk) == before


def test_a_rail_without_bounds_carries_every_amount_and_one_without_a_rule_none() -> None:
    rule = an(RailRule, currency=Currency.INR, least_minor=None, most_minor=None)

    check_payment(Rail.IMPS, inr("0.01"), CAROL, rule, NOON)
    check_payment(Rail.IMPS, inr("9999999999"), CAROL, rule, NOON)
    with pytest.raises(DomainError) as refused:
        check_payment(Rail.IMPS, inr("1"), CAROL, None, NOON)
    assert refused.value.code == "rail-not-open"
