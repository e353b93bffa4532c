"""What a thief or a hurried teller might try so that more goes to a new payee than may."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.account.holds import HoldPlaced
from contracts.envelope import DomainError, Subject
from contracts.payment.values import Beneficiary, Rail
from infra.handling.context import Asked
from tests.builders import ALICE, ALICE_ID, BOB_ID, an, customer
from tests.payment.desk import NOON, Desk, context, payment_of
from tests.payment.examples import CAROL, CAROLS_ADDRESS
from tests.payment.test_beneficiaries import (
    LATER,
    TELLER,
    added,
    bounded,
    paid,
    refusal_of,
    removed,
)

pytestmark = pytest.mark.integration
DAVE = Beneficiary(name="Dave", account_number="5550001111", ifsc="HDFC0002255")
HYPHENS = Beneficiary(name="C", account_number="555-0009999", ifsc=CAROL.ifsc)
CAPITALS = Beneficiary(name="C", vpa="Carol@OKAXIS")
OF_ALICE = an(HoldPlaced, customer_id=ALICE_ID, account_number=ALICE)


async def paid_plainly(desk: Desk, payee: Beneficiary, by: Subject | None = None) -> None:
    """500 by account or address, naming nobody on a list."""
    rail = Rail.UPI if payee.vpa else Rail.IMPS
    await desk.ask(payment_of(beneficiary=payee, rail=rail), by or customer())


async def test_all_who_are_new_share_the_little_that_goes_to_them(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    one, other = await added(desk), await added(desk, DAVE)
    await paid(desk, one.beneficiary_id)

    assert await refusal_of(paid(desk, other.beneficiary_id)) == "beneficiary-is-new"

    await paid(desk, other.beneficiary_id, "200")


async def test_all_who_are_new_share_it_within_one_batch(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = [await added(desk), await added(desk, DAVE)]
    asked = [
        Asked(payment_of(beneficiary=None, beneficiary_id=id_), context(customer()))
        for id_ in [each.beneficiary_id for each in listed]
    ]

    outcomes = await desk.ask_all(*asked)

    assert [isinstance(each, DomainError) for each in outcomes] == [False, True]


async def test_who_was_removed_makes_no_room_for_another_new_one(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = await added(desk)
    await paid(desk, listed.beneficiary_id)
    await removed(desk, listed.beneficiary_id)

    another = await added(desk, DAVE)

    assert await refusal_of(paid(desk, another.beneficiary_id)) == "beneficiary-is-new"


async def test_what_went_to_one_who_is_no_longer_new_leaves_room(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    old = await added(desk)
    await paid(desk, old.beneficiary_id, "50000", now=LATER)

    new = await added(desk, DAVE, now=LATER)

    await paid(desk, new.beneficiary_id, now=LATER)


@pytest.mark.parametrize(
    ("payee", "as_written"), [(CAROL, CAROL), (CAROL, HYPHENS), (CAROLS_ADDRESS, CAPITALS)]
)
@pytest.mark.parametrize("is_by_id_first", [True, False])
async def test_who_is_on_the_list_is_new_however_his_payer_names_him(
    desk: Desk, payee: Beneficiary, as_written: Beneficiary, is_by_id_first: bool
) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = await added(desk, payee)
    rail = Rail.UPI if payee.vpa else Rail.IMPS
    ways: list[Any] = [
        paid(desk, listed.beneficiary_id, rail=rail),
        paid_plainly(desk, as_written),
    ]
    first, second = ways if is_by_id_first else reversed(ways)

    await first

    assert await refusal_of(second) == "beneficiary-is-new"


async def test_his_limit_holds_however_his_payer_names_him(desk: Desk) -> None:
    await added(desk, daily_most_minor=700_00, now=NOON - timedelta(days=2))
    await paid_plainly(desk, CAROL)

    assert await refusal_of(paid_plainly(desk, CAROL)) == "beneficiary-limit-exceeded"


async def test_the_list_of_one_customer_does_not_bound_another(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = await added(desk)
    await paid(desk, listed.beneficiary_id)

    for _ in range(2):
        await paid_plainly(desk, CAROL, customer(BOB_ID))


async def test_what_staff_pay_him_by_account_counts_once_it_is_held(desk: Desk) -> None:
    listed = await added(desk, daily_most_minor=700_00)
    await paid_plainly(desk, CAROL, TELLER)
    await desk.hear(OF_ALICE)

    assert await refusal_of(paid(desk, listed.beneficiary_id)) == "beneficiary-limit-exceeded"


async def test_whom_a_customer_has_on_no_list_is_new_if_the_rule_says_so(desk: Desk) -> None:
    await paid_plainly(desk, DAVE)
    await bounded(desk, cooling_most_minor=700_00, unlisted_are_new=True)
    await paid_plainly(desk, DAVE)

    assert await refusal_of(paid_plainly(desk, DAVE)) == "beneficiary-is-new"
    listed = await added(desk)
    assert await refusal_of(paid(desk, listed.beneficiary_id)) == "beneficiary-is-new"
    await paid(desk, listed.beneficiary_id, now=LATER)


async def test_nobody_is_new_where_the_rule_has_no_hours(desk: Desk) -> None:
    await bounded(desk, cooling_hours=0, cooling_most_minor=1_00, unlisted_are_new=True)
    listed = await added(desk)

    await paid(desk, listed.beneficiary_id)
    await paid_plainly(desk, DAVE)


async def test_the_rules_limit_of_a_day_is_for_those_on_lists(desk: Desk) -> None:
    await bounded(desk, daily_most_minor=700_00)
    for _ in range(2):
        await paid_plainly(desk, DAVE)

    await added(desk, DAVE)

    assert await refusal_of(paid_plainly(desk, DAVE)) == "beneficiary-limit-exceeded"


async def test_a_payee_of_another_customer_is_held_from_that_customers_account_alone(
    desk: Desk,
) -> None:
    listed = await added(desk)

    await paid(desk, listed.beneficiary_id, by=TELLER, from_account="AC-20260101-000009")

    [hold] = desk.holds()
    assert (hold.account_number, hold.customer_id) == ("AC-20260101-000009", ALICE_ID)
