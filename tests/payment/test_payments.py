"""How payments are accepted, go on and end, and who finds them, on a real database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.holds import PlaceHold
from contracts.envelope import Kind, Message, Role, Subject
from contracts.money import Currency, CurrencyMismatch
from contracts.payment.payments import ListPayments, Payment, Payments
from contracts.payment.steering import ParkPayment, RetryPayment
from contracts.payment.transfers import (
    PaymentEnded,
    TransferCompleted,
    TransferFailed,
    TransferRequested,
)
from contracts.payment.values import PaymentState
from contracts.rail.imps import RailRefused, SubmitTransfer
from contracts.sagas import StepState
from infra.data.paging import InvalidCursor
from infra.handling.context import Asked
from infra.handling.telling import Send
from infra.runtime.clock import utc_now
from infra.runtime.tracing import new_trace
from services.payment.domain.payments import (
    LimitExceeded,
    NotAnotherBank,
    PaymentAlreadyAccepted,
    PaymentNotFound,
)
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, customer, inr, money, staff
from tests.payment.desk import Desk, accepted, context, payment_of, plain
from tests.payment.examples import CAPTURED, CAROL, HELD, NO_FUNDS, RELEASED

pytestmark = pytest.mark.integration

AUDITOR = staff(Role.AUDITOR)


def refused(payment_id: UUID) -> RailRefused:
    return RailRefused(transfer_id=payment_id, code="no-such-account", detail="unknown")


def states(payment: Payment) -> list[tuple[str, StepState]]:
    return [(step.name, step.state) for step in payment.steps]


async def test_a_payment_is_told_and_begins_with_a_hold_on_the_payers_authority(
    desk: Desk,
) -> None:
    payment: Payment = await desk.ask(payment_of(), customer())

    assert desk.kinds() == [TransferRequested, PlaceHold]
    assert desk.hold().subject == customer()
    assert desk.hold().correlation_id == str(payment.payment_id)
    seen = await desk.see(payment.payment_id, AUDITOR)
    assert seen.state is PaymentState.PROCESSING
    assert states(seen) == [("place-hold", StepState.WAITING)]


async def test_of_payments_made_at_once_each_begins_and_a_refused_one_harms_none(
    desk: Desk,
) -> None:
    wishes = [
        payment_of(amount=inr("1")),
        payment_of(amount=inr("500000.01")),
        payment_of(amount=inr("3")),
    ]

    first, second, third = await desk.ask_all(
        *(Asked(wish, context(customer())) for wish in wishes)
    )

    assert isinstance(second, LimitExceeded)
    assert await desk.find(AUDITOR) == [third.reply.payment_id, first.reply.payment_id]
    told = [plain(each.messages) for each in (first, third)]
    assert [[type(message) for message in each] for each in told] == 2 * [[TransferRequested, Send]]


async def test_a_payment_of_an_older_release_begins_once_when_its_request_is_heard(
    desk: Desk,
) -> None:
    payment_id = await desk.find_left_behind()

    await desk.hear_request(payment_id)
    await desk.hear_request(payment_id)

    assert desk.kinds() == [PlaceHold]
    assert desk.hold().correlation_id == str(payment_id)
    assert states(await desk.see(payment_id, AUDITOR)) == [("place-hold", StepState.WAITING)]


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
        ("screen", StepState.DONE),
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
        ("screen", StepState.DONE),
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
        await desk.make(**fields)

    assert await desk.find(AUDITOR) == []


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([HELD, accepted, CAPTURED], PaymentState.COMPLETED),
        ([NO_FUNDS], PaymentState.FAILED),
        ([HELD, refused, RELEASED], PaymentState.FAILED),
    ],
)
async def test_an_end_is_told_with_the_payment_as_it_is_then_seen(
    desk: Desk, answers: Sequence[Any], state: PaymentState
) -> None:
    payment_id = await begun(desk)
    for answer in answers:
        if isinstance(answer, Message):
            await desk.hear(answer)
        else:
            await desk.hear_rail(answer(payment_id))

    ended = desk.sent[-1]

    assert isinstance(ended, PaymentEnded)
    assert ended.payment == await desk.see(payment_id, customer())
    assert ended.payment.state is state
    assert [type(each) for each in desk.sent].count(PaymentEnded) == 1


async def test_the_end_of_a_payment_that_people_steered_is_not_told_with_it(desk: Desk) -> None:
    payment_id = await begun(desk)
    await desk.ask(ParkPayment(payment_id=payment_id, reason="odd"), staff(Role.MANAGER))
    await desk.ask(RetryPayment(payment_id=payment_id, reason="fine"), staff(Role.MANAGER))
    await desk.hear(NO_FUNDS)

    assert isinstance(desk.sent[-1], TransferFailed)


async def begun(desk: Desk) -> UUID:
    """A payment that was asked for by a call; what was sent is the hold alone."""
    payment: Payment = await desk.ask(payment_of(), customer(), trace=new_trace())
    del desk.sent[:-1]
    return payment.payment_id


async def test_a_customer_finds_his_own_payments_only(desk: Desk) -> None:
    of_alice = await desk.make(customer(ALICE_ID))
    of_bob = await desk.make(customer(BOB_ID), from_account=BOB)

    assert await desk.find(customer(ALICE_ID)) == [of_alice]
    assert await desk.find(AUDITOR) == [of_bob, of_alice]
    with pytest.raises(PaymentNotFound):
        await desk.see(of_bob, customer(ALICE_ID))


async def test_a_customer_finds_what_the_staff_paid_from_his_account(desk: Desk) -> None:
    payment_id = await desk.make(staff())
    assert await desk.find(customer(ALICE_ID)) == []
    await desk.hear(HELD)

    assert await desk.find(customer(ALICE_ID)) == [payment_id]
    assert (await desk.see(payment_id, customer(ALICE_ID))).from_account == ALICE
    for stranger in (customer(BOB_ID), Subject(id="x", role=Role.CUSTOMER)):
        assert await desk.find(stranger) == []
        with pytest.raises(PaymentNotFound):
            await desk.see(payment_id, stranger)


async def test_a_customer_finds_what_the_staff_paid_though_the_hold_came_too_late(
    desk: Desk,
) -> None:
    payment_id = await desk.make(staff())
    held = desk.hold()
    await desk.let_time_pass()
    late = context(
        Subject(id="account"),
        correlation_id=held.correlation_id,
        causation_id=str(held.message_id),
        sender="account",
    )

    assert await desk.reply(HELD, late) == []

    assert await desk.find(customer(ALICE_ID)) == [payment_id]


async def test_whose_a_payment_is_comes_from_the_account_service_and_never_changes(
    desk: Desk,
) -> None:
    of_bob = await desk.make(customer(BOB_ID))
    await desk.hear(HELD)
    by_staff = await desk.make(staff())
    await desk.hear(HELD, sender="notification")

    assert await desk.find(customer(ALICE_ID)) == []
    assert await desk.find(customer(BOB_ID)) == [of_bob]
    assert (await desk.see(by_staff, AUDITOR)).steps[0].state is StepState.WAITING


@pytest.mark.parametrize("answer", [HELD, NO_FUNDS], ids=["yes", "no"])
async def test_an_answer_that_another_service_forged_moves_nothing(
    desk: Desk, answer: Message
) -> None:
    payment_id = await desk.make()
    await desk.hear(answer, sender="notification")

    assert states(await desk.see(payment_id, AUDITOR)) == [("place-hold", StepState.WAITING)]
    assert desk.kinds() == [PlaceHold]

    await desk.hear(HELD)
    assert desk.kinds() == [PlaceHold, SubmitTransfer]


async def test_a_request_older_than_the_inbox_is_recognised(desk: Desk) -> None:
    wish = payment_of()
    message_id = uuid4()
    first: Payment = await desk.ask(wish, customer(), message_id=message_id)
    told = desk.kinds()

    with pytest.raises(PaymentAlreadyAccepted) as raised:
        await desk.ask(wish, customer(), message_id=message_id)

    assert raised.value.kind is Kind.CONFLICT
    assert desk.kinds() == told == [TransferRequested, PlaceHold]
    assert await desk.find(AUDITOR) == [first.payment_id]


async def test_a_payment_that_does_not_begin_within_a_minute_calls_a_person(desk: Desk) -> None:
    fresh = await desk.find_left_behind(utc_now())
    stuck = await desk.find_left_behind(utc_now() - timedelta(seconds=61))

    assert not (await desk.see(fresh, AUDITOR)).needs_attention
    assert (await desk.see(stuck, AUDITOR)).needs_attention
    assert (await desk.see(stuck, AUDITOR)).state is PaymentState.PROCESSING


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

    assert await desk.reply(HELD, strange) == []
    await desk.hear_rail(accepted(uuid4()))

    assert desk.sent == []


async def test_a_payment_as_accepted_cannot_be_changed(desk: Desk) -> None:
    await desk.make()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.store.db.execute("update payments set amount_minor = 1")
