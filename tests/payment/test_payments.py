"""How payments are accepted, go on and end, and who finds them, on a real database."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from contracts.envelope import Role, Subject
from contracts.money import Currency, CurrencyMismatch
from contracts.payment import (
    ListPayments,
    Payment,
    Payments,
    PaymentState,
    StepState,
    TransferCompleted,
    TransferFailed,
    TransferRequested,
)
from contracts.rail import RailRefused
from infra.paging import InvalidCursor
from infra.service import Asked
from services.payment import handlers
from services.payment.domain import (
    LimitExceeded,
    NotAnotherBank,
    PaymentNotFound,
)
from tests.builders import ALICE_ID, BOB, BOB_ID, customer, inr, money, staff
from tests.payment.desk import Desk, accepted, context
from tests.payment.examples import CAPTURED, CAROL, HELD, NO_FUNDS, RELEASED

pytestmark = pytest.mark.integration

AUDITOR = staff(Role.AUDITOR)


def states(payment: Payment) -> list[tuple[str, StepState]]:
    return [(step.name, step.state) for step in payment.steps]


async def test_accepting_a_payment_tells_that_a_transfer_was_requested(desk: Desk) -> None:
    payment_id = await desk.accept()

    [requested] = desk.sent
    assert isinstance(requested, TransferRequested)
    assert requested.payment_id == payment_id
    assert (await desk.see(payment_id, AUDITOR)).state is PaymentState.PROCESSING


async def test_a_payment_begins_with_a_hold_on_the_payers_authority(desk: Desk) -> None:
    payment_id = await desk.make()

    payment = await desk.see(payment_id, AUDITOR)

    assert payment.state is PaymentState.PROCESSING
    assert states(payment) == [("place-hold", StepState.WAITING)]
    assert desk.hold().subject == customer()
    assert desk.hold().correlation_id == str(payment_id)


async def test_a_completed_payment_shows_every_step_and_the_rails_reference(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)

    payment = await desk.see(payment_id, AUDITOR)

    assert isinstance(desk.sent[-1], TransferCompleted)
    assert payment.state is PaymentState.COMPLETED
    assert payment.rail_reference == "IMPS000000000001"
    assert states(payment) == [
        ("place-hold", StepState.DONE),
        ("submit-to-rail", StepState.DONE),
        ("capture-hold", StepState.DONE),
    ]
    assert all(step.ended_at is not None for step in payment.steps)


async def test_a_refused_hold_ends_the_payment_with_the_accounts_code(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(NO_FUNDS)

    payment = await desk.see(payment_id, AUDITOR)

    assert isinstance(desk.sent[-1], TransferFailed)
    assert (payment.state, payment.reason) == (PaymentState.FAILED, "insufficient-funds")
    assert states(payment) == [("place-hold", StepState.REFUSED)]


async def test_a_payment_the_rail_refuses_shows_its_hold_undone(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)
    refused = RailRefused(transfer_id=payment_id, code="unknown-beneficiary", detail="None.")
    await desk.hear_rail(refused)
    await desk.hear(RELEASED)

    payment = await desk.see(payment_id, AUDITOR)

    assert (payment.state, payment.reason) == (PaymentState.FAILED, "unknown-beneficiary")
    assert states(payment) == [
        ("place-hold", StepState.UNDONE),
        ("submit-to-rail", StepState.REFUSED),
    ]


async def test_a_silent_rail_leaves_the_payment_processing_with_an_unknown_step(
    desk: Desk,
) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.let_time_pass()

    payment = await desk.see(payment_id, AUDITOR)

    assert payment.state is PaymentState.PROCESSING
    assert states(payment)[-1] == ("submit-to-rail", StepState.UNKNOWN)


async def test_the_rails_answers_for_several_payments_are_heard_in_one_batch(desk: Desk) -> None:
    payments = []
    for _ in range(3):
        payments.append(await desk.make())
        await desk.hear(HELD)
    before = len(desk.sent)

    await desk.hear_rail(*(accepted(payment_id) for payment_id in payments))

    assert len(desk.sent) == before + 3


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"amount": inr("500000.01")}, LimitExceeded),
        ({"amount": money("10", Currency.USD)}, CurrencyMismatch),
        ({"beneficiary": CAROL.model_copy(update={"ifsc": "BANK0000001"})}, NotAnotherBank),
    ],
    ids=["too much", "another currency", "our own bank"],
)
async def test_what_the_rail_does_not_carry_is_refused_at_once(
    desk: Desk, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await desk.accept(**fields)

    assert await desk.find(AUDITOR) == []


async def test_a_customer_finds_his_own_payments_only(desk: Desk) -> None:
    of_alice = await desk.make(customer(ALICE_ID))
    of_bob = await desk.make(customer(BOB_ID), from_account=BOB)

    assert await desk.find(customer(ALICE_ID)) == [of_alice]
    assert await desk.find(AUDITOR) == [of_bob, of_alice]
    with pytest.raises(PaymentNotFound):
        await desk.see(of_bob, customer(ALICE_ID))


async def test_a_customer_does_not_find_what_the_staff_paid_for_the_bank(desk: Desk) -> None:
    payment_id = await desk.make(staff())
    tied_to_nobody = Subject(id="x", role=Role.CUSTOMER)

    assert await desk.find(tied_to_nobody) == []
    with pytest.raises(PaymentNotFound):
        await desk.see(payment_id, tied_to_nobody)


async def test_payments_are_listed_newest_first_page_by_page_and_by_state(desk: Desk) -> None:
    payments = [await desk.make() for _ in range(5)]
    await desk.hear(NO_FUNDS)

    first: Payments = await desk.ask(ListPayments(limit=2), AUDITOR)
    rest: Payments = await desk.ask(ListPayments(cursor=first.next_cursor), AUDITOR)

    assert [payment.payment_id for payment in (*first.items, *rest.items)] == payments[::-1]
    assert rest.next_cursor is None
    assert await desk.find(AUDITOR, state=PaymentState.FAILED) == [payments[-1]]
    assert await desk.find(AUDITOR, account_number=BOB) == []
    with pytest.raises(InvalidCursor):
        await desk.find(AUDITOR, cursor="not-a-cursor")


async def test_an_answer_to_nothing_we_know_changes_nothing(desk: Desk) -> None:
    strange = context(Subject(id="account"), correlation_id="?")

    assert await handlers.on_reply([Asked(HELD, strange)], desk.store) == []
    await desk.hear_rail(accepted(uuid4()))

    assert desk.sent == []


async def test_a_payment_as_accepted_cannot_be_changed(desk: Desk) -> None:
    await desk.make()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.store.db.execute("update payments set amount_minor = 1")
