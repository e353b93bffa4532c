"""Payees on a customer's list: who may be paid, how much, and by whom, on a real database."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.envelope import DomainError, Role, Subject
from contracts.money import Currency
from contracts.payment.beneficiaries import (
    AddBeneficiary,
    AddBeneficiaryRule,
    BeneficiaryState,
    GetBeneficiary,
    ListBeneficiaries,
    ListBeneficiaryRules,
    ListedBeneficiaries,
    ListedBeneficiary,
    RemoveBeneficiary,
)
from contracts.payment.payees import LookupState, NameMatch
from contracts.payment.values import Beneficiary, Rail
from contracts.rail.imps import AccountResolved, RailRefused, ResolveAccount
from infra.handling.context import Asked
from infra.handling.telling import Send
from tests.builders import ALICE_ID, BOB_ID, an, customer, inr, staff
from tests.payment.desk import NOON, Desk, context, payment_of
from tests.payment.examples import CAROL, CAROLS_ADDRESS, HELD
from tests.pictures import beginnings, changes

pytestmark = pytest.mark.integration
TODAY = NOON.date()
TELLER, ADMIN = staff(Role.TELLER), staff(Role.ADMIN)
LATER = NOON + timedelta(hours=24)  # when those of noon are new no more


async def added(
    desk: Desk, payee: Beneficiary = CAROL, by: Subject | None = None, **known: Any
) -> ListedBeneficiary:
    fields = {name: known.pop(name) for name in set(known) & set(AddBeneficiary.model_fields)}
    command = AddBeneficiary(beneficiary=payee, **({"customer_id": ALICE_ID} | fields))
    listed: ListedBeneficiary = await desk.ask(command, by or customer(), **known)
    return listed


async def removed(desk: Desk, beneficiary_id: UUID, **known: Any) -> ListedBeneficiary:
    command = RemoveBeneficiary(customer_id=ALICE_ID, beneficiary_id=beneficiary_id)
    listed: ListedBeneficiary = await desk.ask(command, customer(), **known)
    return listed


async def seen(
    desk: Desk, beneficiary_id: UUID, by: Subject | None = None, **known: Any
) -> ListedBeneficiary:
    query = GetBeneficiary(customer_id=ALICE_ID, beneficiary_id=beneficiary_id)
    listed: ListedBeneficiary = await desk.ask(query, by or customer(), **known)
    return listed


async def paid(
    desk: Desk,
    beneficiary_id: UUID,
    amount: str = "500",
    by: Subject | None = None,
    now: datetime = NOON,
    **fields: Any,
) -> UUID:
    wish = payment_of(beneficiary=None, beneficiary_id=beneficiary_id, amount=inr(amount), **fields)
    payment = await desk.ask(wish, by or customer(), now=now)
    payment_id: UUID = payment.payment_id
    return payment_id


async def refusal_of(asked: Any) -> str:
    with pytest.raises(DomainError) as refused:
        await asked
    return refused.value.code


async def bounded(desk: Desk, **bounds: Any) -> None:
    rule = AddBeneficiaryRule(valid_from=TODAY, **({"cooling_hours": 24} | bounds))
    await desk.ask(rule, ADMIN)


async def test_who_is_added_is_new_and_his_bank_is_asked_who_he_is(desk: Desk) -> None:
    listed = await added(desk, daily_most_minor=1000_00)

    assert (listed.state, listed.daily_most_minor) == (BeneficiaryState.COOLING, 1000_00)
    assert listed.cooling_until == LATER
    assert listed.name_check.state is LookupState.PROCESSING
    [question] = [each.command for each in desk.sent if isinstance(each, Send)]
    assert isinstance(question, ResolveAccount)

    answer = an(AccountResolved, lookup_id=question.lookup_id, name="CAROL.")
    await desk.hear_rail(answer)

    check = (await seen(desk, listed.beneficiary_id)).name_check
    assert (check.state, check.match) == (LookupState.COMPLETED, NameMatch.EXACT)


async def test_a_payment_names_him_by_his_id_and_keeps_what_he_goes_by(desk: Desk) -> None:
    listed = await added(desk)

    payment = await desk.see(await paid(desk, listed.beneficiary_id), customer())
    await removed(desk, listed.beneficiary_id)

    again = await desk.see(payment.payment_id, customer())
    assert again.beneficiary.account_number == CAROL.account_number
    assert (again.beneficiary.name, again.beneficiary_id) == ("Carol", listed.beneficiary_id)


async def test_the_hold_asks_that_the_account_is_the_customers_whoever_pays(desk: Desk) -> None:
    listed = await added(desk)

    await paid(desk, listed.beneficiary_id, by=TELLER)
    await desk.make()

    assert [hold.customer_id for hold in desk.holds()] == [ALICE_ID, None]


async def test_a_rail_that_does_not_pay_him_refuses_him_from_a_list_too(desk: Desk) -> None:
    listed = await added(desk, CAROLS_ADDRESS)

    assert await refusal_of(paid(desk, listed.beneficiary_id)) == "payee-not-of-rail"
    await paid(desk, listed.beneficiary_id, rail=Rail.UPI)


async def test_one_of_another_customer_looks_like_none(desk: Desk) -> None:
    listed = await added(desk)
    bob = customer(BOB_ID)

    for beneficiary_id in (listed.beneficiary_id, UUID(int=7)):
        assert await refusal_of(paid(desk, beneficiary_id, by=bob)) == "beneficiary-not-found"
        assert await refusal_of(seen(desk, beneficiary_id, bob)) == "beneficiary-not-found"
        taken = RemoveBeneficiary(customer_id=BOB_ID, beneficiary_id=beneficiary_id)
        assert await refusal_of(desk.ask(taken, bob)) == "beneficiary-not-found"
    assert await refusal_of(added(desk, by=bob)) == "beneficiary-not-found"
    found: ListedBeneficiaries = await desk.ask(ListBeneficiaries(customer_id=ALICE_ID), bob)
    assert found.items == ()


async def test_who_was_removed_is_not_paid_and_is_still_seen(desk: Desk) -> None:
    listed = await added(desk)

    gone = await removed(desk, listed.beneficiary_id)

    assert (gone.state, gone.removed_by) == (BeneficiaryState.REMOVED, customer().id)
    for asked in (paid(desk, listed.beneficiary_id), removed(desk, listed.beneficiary_id)):
        assert await refusal_of(asked) == "beneficiary-already-removed"
    assert (await seen(desk, listed.beneficiary_id)).state is BeneficiaryState.REMOVED


async def test_while_he_is_new_little_goes_to_him_and_then_more(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = await added(desk)
    await paid(desk, listed.beneficiary_id)

    refused = paid(desk, listed.beneficiary_id, now=LATER - timedelta(seconds=1))
    assert await refusal_of(refused) == "beneficiary-is-new"

    await paid(desk, listed.beneficiary_id, now=LATER)
    await paid(desk, listed.beneficiary_id, "200000", now=LATER)


@pytest.mark.parametrize("by", [customer(), TELLER], ids=["customer", "staff"])
async def test_his_limit_holds_for_24_hours_whoever_pays(desk: Desk, by: Subject) -> None:
    listed = await added(desk, daily_most_minor=700_00)
    await paid(desk, listed.beneficiary_id, by=by, now=LATER)

    refused = paid(desk, listed.beneficiary_id, by=by, now=LATER + timedelta(hours=23))
    assert await refusal_of(refused) == "beneficiary-limit-exceeded"

    await paid(desk, listed.beneficiary_id, "200", by=by, now=LATER)
    await paid(desk, listed.beneficiary_id, by=by, now=LATER + timedelta(hours=25))


async def test_the_rules_limit_counts_beside_his_own(desk: Desk) -> None:
    await bounded(desk, daily_most_minor=600_00)
    listed = await added(desk, daily_most_minor=5000_00)
    await paid(desk, listed.beneficiary_id)

    assert await refusal_of(paid(desk, listed.beneficiary_id)) == "beneficiary-limit-exceeded"


async def test_a_payment_that_failed_leaves_room_for_another(desk: Desk) -> None:
    listed = await added(desk, daily_most_minor=500_00)
    payment_id = await paid(desk, listed.beneficiary_id)
    await desk.hear(HELD)
    await desk.hear_rail(RailRefused(transfer_id=payment_id, code="account-closed", detail=""))

    await paid(desk, listed.beneficiary_id)


async def test_two_payments_in_one_batch_are_both_counted(desk: Desk) -> None:
    listed = await added(desk, daily_most_minor=700_00)
    wish = payment_of(beneficiary=None, beneficiary_id=listed.beneficiary_id)

    outcomes = await desk.ask_all(*[Asked(wish, context(customer())) for _ in range(2)])

    assert [isinstance(each, DomainError) for each in outcomes] == [False, True]
    assert outcomes[1].code == "beneficiary-limit-exceeded"


async def test_who_is_added_again_is_new_again_and_what_was_paid_to_him_counts(desk: Desk) -> None:
    await bounded(desk, cooling_most_minor=700_00)
    listed = await added(desk)
    await paid(desk, listed.beneficiary_id)
    await removed(desk, listed.beneficiary_id)

    again = await added(desk, now=NOON + timedelta(hours=1))

    assert again.state is BeneficiaryState.COOLING
    refused = paid(desk, again.beneficiary_id, now=NOON + timedelta(hours=2))
    assert await refusal_of(refused) == "beneficiary-is-new"


@pytest.mark.parametrize("number", ["5550009999", "555-0009999"])
async def test_one_payee_is_on_a_list_once_however_his_number_is_written(
    desk: Desk, number: str
) -> None:
    await added(desk)
    same = Beneficiary(name="Another", account_number=number, ifsc=CAROL.ifsc)

    assert await refusal_of(added(desk, same)) == "beneficiary-already-added"
    await added(desk, same, TELLER, customer_id=BOB_ID)


async def test_a_list_has_a_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.payment.handlers.beneficiaries.BENEFICIARIES_MAX", 1)
    listed = await added(desk)

    assert await refusal_of(added(desk, CAROLS_ADDRESS)) == "too-many-beneficiaries"
    await removed(desk, listed.beneficiary_id)
    await added(desk, CAROLS_ADDRESS)


async def test_what_is_paid_is_counted_in_one_currency(desk: Desk) -> None:
    assert await refusal_of(added(desk, currency=Currency.USD)) == "currency-mismatch"


async def test_a_list_is_shown_page_by_page_newest_first_and_by_state(desk: Desk) -> None:
    first = await added(desk)
    second = await added(desk, CAROLS_ADDRESS)
    await removed(desk, first.beneficiary_id)

    async def found(**fields: Any) -> ListedBeneficiaries:
        page: ListedBeneficiaries = await desk.ask(
            ListBeneficiaries(customer_id=ALICE_ID, **fields), customer()
        )
        return page

    page = await found(limit=1)
    rest = await found(cursor=page.next_cursor)
    in_order = [each.beneficiary_id for each in (*page.items, *rest.items)]
    assert in_order == [second.beneficiary_id, first.beneficiary_id]
    for state, wanted in (("cooling", second), ("removed", first)):
        [only] = (await found(state=state)).items
        assert only.beneficiary_id == wanted.beneficiary_id
    assert (await found(state="active")).items == ()


async def test_a_rule_takes_effect_on_its_day(desk: Desk) -> None:
    listed = await added(desk)
    tomorrow = AddBeneficiaryRule(
        valid_from=TODAY + timedelta(days=1), cooling_hours=1, cooling_most_minor=1
    )
    await desk.ask(tomorrow, ADMIN)

    await paid(desk, listed.beneficiary_id)

    shown = (await desk.ask(ListBeneficiaryRules(), customer())).items
    assert [(each.cooling_hours, each.is_in_force) for each in shown] == [(24, True), (1, False)]


async def test_a_payee_on_a_list_goes_the_ways_that_are_drawn(desk: Desk) -> None:
    found: set[tuple[str, str]] = set()
    for is_old in (False, True):
        listed = await added(desk)
        now = LATER if is_old else NOON
        before = (await seen(desk, listed.beneficiary_id, now=now)).state
        after = (await removed(desk, listed.beneficiary_id, now=now)).state
        found |= {(listed.state, before), (before, after)}

    assert {(a, b) for a, b in found if a != b} == changes("Beneficiary")
    assert beginnings("Beneficiary") == {BeneficiaryState.COOLING}


@pytest.mark.parametrize("both", [False, True])
def test_a_payment_names_its_payee_in_one_way(both: bool) -> None:
    with pytest.raises(ValidationError, match="either by beneficiary or by beneficiary_id"):
        payment_of(
            beneficiary=CAROL if both else None, beneficiary_id=UUID(int=1) if both else None
        )
