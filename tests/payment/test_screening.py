"""A payment to somebody whose name is listed stands still until people decide, and its payer is not
told why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.account.holds import PlaceHold, ReleaseHold
from contracts.envelope import DomainError, Role
from contracts.payment.payments import Payment
from contracts.payment.screening import (
    AddScreenedName,
    AddScreeningRule,
    GetScreening,
    ListedName,
    ListedNames,
    ListScreenedNames,
    ListScreeningRules,
    RefusePayment,
    ReleasePayment,
    RemoveScreenedName,
    Screening,
    ScreeningRules,
)
from contracts.payment.steering import CancelPayment, RetryPayment
from contracts.payment.transfers import TransferFailed
from contracts.payment.values import Beneficiary, PaymentState, Rail
from contracts.rail.imps import SubmitTransfer
from contracts.sagas import StepState
from infra.data.terms import TermsInThePast
from infra.sagas.runs import Beginning
from infra.sagas.table import Present
from services.payment.domain import screening as rules
from services.payment.sagas import RETIRED
from tests.builders import customer, staff
from tests.payment.desk import NOON, Desk, accepted, plain
from tests.payment.examples import BY_RAIL, CAPTURED, HELD, RELEASED

pytestmark = pytest.mark.integration
TODAY = NOON.date()
ADMIN, MANAGER = staff(Role.ADMIN), staff(Role.MANAGER)


def to(name: str) -> Beneficiary:
    return Beneficiary(name=name, account_number="5550009999", ifsc="HDFC0002255")


async def listed(desk: Desk, name: str, *aliases: str, **fields: Any) -> ListedName:
    values: dict[str, Any] = {"source": "UN", "listed_on": TODAY}
    command = AddScreenedName(name=name, aliases=aliases, **(values | fields))
    added: ListedName = await desk.ask(command, ADMIN)
    return added


async def paid_to(desk: Desk, name: str) -> UUID:
    """A payment whose money is held."""
    payment_id = await desk.make(beneficiary=to(name))
    await desk.hear(HELD)
    return payment_id


async def found(desk: Desk, payment_id: UUID) -> list[tuple[str, int]]:
    screening: Screening = await desk.ask(GetScreening(payment_id=payment_id), MANAGER)
    return [(hit.spelling, hit.score) for hit in screening.hits]


async def refusal_of(asked: Any) -> str:
    with pytest.raises(DomainError) as refused:
        await asked
    return refused.value.code


def steps(payment: Payment) -> list[tuple[str, StepState, str | None]]:
    return [(step.name, step.state, step.reason) for step in payment.steps]


async def test_a_payment_to_nobody_on_the_list_leaves_at_once(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")

    payment_id = await paid_to(desk, "Asha Rao")

    assert desk.kinds() == [PlaceHold, SubmitTransfer]
    assert await found(desk, payment_id) == []


@pytest.mark.parametrize(
    "spelt", ["BOUT, Viktor", "Mr. Viktor  Bout", "Víktor Böut", "Виктор Боут", "Viktor A. Bout"]
)
async def test_a_listed_name_stops_a_payment_however_it_is_spelt(desk: Desk, spelt: str) -> None:
    await listed(desk, "Viktor Bout")

    payment_id = await paid_to(desk, spelt)

    assert desk.kinds() == [PlaceHold]
    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.needs_attention) == (PaymentState.PARKED, True)
    assert payment.reason == rules.HIT
    [(spelling, score)] = await found(desk, payment_id)
    assert spelling == "Viktor Bout"
    assert score >= 90


async def test_an_alias_stops_it_too_and_is_named(desk: Desk) -> None:
    await listed(desk, "Viktor Bout", "Victor Butt", "The Merchant")

    payment_id = await paid_to(desk, "victor butt")

    assert await found(desk, payment_id) == [("Victor Butt", 100)]


async def test_its_payer_sees_that_it_is_checked_and_not_why(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")

    seen = await desk.see(payment_id, customer())

    assert seen.reason == rules.BEING_CHECKED
    assert steps(seen)[-1] == ("screen", StepState.WAITING, rules.BEING_CHECKED)
    assert "hit" not in seen.model_dump_json()
    assert "Bout" not in seen.model_copy(update={"beneficiary": to("-")}).model_dump_json()


async def test_a_released_payment_goes_on_and_is_not_stopped_by_that_name_again(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")

    await desk.ask(ReleasePayment(payment_id=payment_id, reason="born 1990"), MANAGER)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)

    assert SubmitTransfer in desk.kinds()
    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.reason) == (PaymentState.COMPLETED, None)
    assert ("release", StepState.DONE, f"{MANAGER.id}: born 1990") in steps(payment)


async def test_a_released_payment_is_stopped_by_a_name_that_nobody_has_seen(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")
    await listed(desk, "Viktor Bout", source="EU")

    await desk.ask(ReleasePayment(payment_id=payment_id, reason="born 1990"), MANAGER)

    assert desk.kinds() == [PlaceHold]
    assert (await desk.see(payment_id, MANAGER)).reason == rules.HIT


async def test_a_refused_payment_fails_without_saying_why_and_frees_the_money(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")

    await desk.ask(RefusePayment(payment_id=payment_id, reason="it is him"), MANAGER)
    await desk.hear(RELEASED)

    assert desk.kinds() == [PlaceHold, ReleaseHold, TransferFailed]
    [failed] = [each for each in desk.sent if isinstance(each, TransferFailed)]
    assert (failed.code, failed.detail) == (rules.NOT_MADE, "The payment could not be made.")
    seen = await desk.see(payment_id, customer())
    assert (seen.state, seen.reason) == (PaymentState.FAILED, rules.NOT_MADE)
    assert "him" not in seen.model_dump_json()


async def test_a_retry_is_screened_again_and_opens_nothing(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")

    await desk.ask(RetryPayment(payment_id=payment_id, reason="again"), MANAGER)

    assert desk.kinds() == [PlaceHold]
    assert (await desk.see(payment_id, MANAGER)).reason == rules.HIT


async def test_its_payer_may_still_cancel_it(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await paid_to(desk, "Viktor Bout")

    await desk.ask(CancelPayment(payment_id=payment_id), customer())

    assert desk.kinds() == [PlaceHold, ReleaseHold]


async def test_only_a_payment_that_was_stopped_is_released_or_refused(desk: Desk) -> None:
    payment_id = await paid_to(desk, "Asha Rao")

    for command in (
        ReleasePayment(payment_id=payment_id, reason="fine"),
        RefusePayment(payment_id=payment_id, reason="odd"),
    ):
        assert await refusal_of(desk.ask(command, MANAGER)) == "nothing-found"


async def test_a_name_that_is_removed_stops_nothing_more_and_is_kept(desk: Desk) -> None:
    name = await listed(desk, "Viktor Bout")
    remove = RemoveScreenedName(name_id=name.name_id, reason="delisted")
    await desk.ask(remove, ADMIN)

    await paid_to(desk, "Viktor Bout")

    assert SubmitTransfer in desk.kinds()
    names: ListedNames = await desk.ask(ListScreenedNames(), ADMIN)
    assert [(each.name, each.removal_reason) for each in names.items] == [
        ("Viktor Bout", "delisted")
    ]
    assert await refusal_of(desk.ask(remove, ADMIN)) == "name-already-removed"


async def test_a_name_counts_from_its_day_on(desk: Desk) -> None:
    await listed(desk, "Viktor Bout", valid_from=TODAY + timedelta(days=1))

    await paid_to(desk, "Viktor Bout")

    assert SubmitTransfer in desk.kinds()


async def test_a_source_names_somebody_once_and_the_list_has_a_bound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await listed(desk, "Viktor Bout")
    assert await refusal_of(listed(desk, "Viktor Bout")) == "name-already-listed"
    unknown = RemoveScreenedName(name_id=UUID(int=1), reason="x")
    assert await refusal_of(desk.ask(unknown, ADMIN)) == "name-not-found"

    monkeypatch.setattr("services.payment.handlers.screening.SPELLINGS_MAX", 3)
    assert await refusal_of(listed(desk, "Somebody Else", "One Alias", "Two")) == "list-is-full"


async def test_names_are_listed_page_by_page_newest_first(desk: Desk) -> None:
    for number in range(3):
        await listed(desk, f"Somebody {number}")

    first: ListedNames = await desk.ask(ListScreenedNames(limit=2), ADMIN)
    rest: ListedNames = await desk.ask(ListScreenedNames(cursor=first.next_cursor), ADMIN)

    assert [each.name for each in (*first.items, *rest.items)] == [
        "Somebody 2", "Somebody 1", "Somebody 0"
    ]  # fmt: skip


async def test_a_rule_takes_effect_on_its_day(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    stricter = AddScreeningRule(valid_from=TODAY + timedelta(days=1), threshold=80)
    await desk.ask(stricter, ADMIN)

    today = await paid_to(desk, "Victor Boot")
    rule: ScreeningRules = await desk.ask(ListScreeningRules(), ADMIN)

    assert SubmitTransfer in desk.kinds()
    assert await found(desk, today) == []
    assert [(each.threshold, each.is_in_force) for each in rule.items] == [(90, True), (80, False)]


async def test_a_stricter_rule_of_today_counts_at_once(desk: Desk) -> None:
    await listed(desk, "Viktor Bout")
    await paid_to(desk, "Victor Boot")
    await desk.ask(AddScreeningRule(valid_from=TODAY, threshold=80), ADMIN)

    payment_id = await paid_to(desk, "Victor Boot")

    assert await found(desk, payment_id) == [("Viktor Bout", 81)]


async def test_a_rule_of_a_day_that_is_over_is_refused(desk: Desk) -> None:
    rule = AddScreeningRule(valid_from=TODAY - timedelta(days=1), threshold=80)
    with pytest.raises(TermsInThePast):
        await desk.ask(rule, ADMIN)


async def test_a_payment_that_began_before_there_was_a_screening_ends_as_it_began(
    desk: Desk,
) -> None:
    await listed(desk, "Viktor Bout")
    payment_id = await desk.find_left_behind()
    [imps] = [saga for saga in RETIRED if saga.name == "imps"]
    [order] = await desk.store.not_begun([payment_id])
    order = order.model_copy(update={"beneficiary": to("Viktor Bout")})
    begun = await desk.store.sagas.begin(
        Beginning(imps, payment_id, order, None), at=Present(NOON, TODAY)
    )
    desk.sent += plain(begun)

    await desk.hear(HELD)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)

    assert (imps.version, BY_RAIL[Rail.IMPS].version) == (1, 2)
    payment = await desk.see(payment_id, MANAGER)
    assert payment.state is PaymentState.COMPLETED
    assert [step.name for step in payment.steps] == [
        "place-hold", "submit-to-rail", "capture-hold"
    ]  # fmt: skip
