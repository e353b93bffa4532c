"""What people can do about a payment under way, and that it is kept who did it and why."""

import pytest

from contracts.account.holds import PlaceHold, ReleaseHold
from contracts.envelope import Role
from contracts.payment.steering import (
    CancelPayment,
    CompensatePayment,
    ParkPayment,
    PaymentSteered,
    RetryPayment,
)
from contracts.payment.transfers import TransferFailed
from contracts.payment.values import PaymentState
from contracts.rail.imps import InquireTransfer, SubmitTransfer
from services.payment.domain.payments import (
    PaymentAlreadyEnded,
    PaymentAlreadySubmitted,
    PaymentNotBegun,
    PaymentNotFound,
)
from tests.builders import ALICE_ID, BOB_ID, customer, staff
from tests.payment.desk import Desk, accepted
from tests.payment.examples import CAPTURED, CLOSED, HELD, NO_FUNDS, RELEASED

pytestmark = pytest.mark.integration

MANAGER = staff(Role.MANAGER)


async def test_a_customer_cancels_his_payment_before_it_is_submitted(desk: Desk) -> None:
    payment_id = await desk.make()

    await desk.ask(CancelPayment(payment_id=payment_id), customer())
    await desk.hear(RELEASED)

    assert desk.kinds() == [PlaceHold, ReleaseHold, TransferFailed]
    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.reason) == (PaymentState.CANCELLED, "cancelled")


async def test_nobody_cancels_the_payment_of_another_customer(desk: Desk) -> None:
    payment_id = await desk.make(customer(BOB_ID))

    with pytest.raises(PaymentNotFound):
        await desk.ask(CancelPayment(payment_id=payment_id), customer(ALICE_ID))


async def test_a_submitted_payment_can_be_neither_cancelled_nor_compensated(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)

    with pytest.raises(PaymentAlreadySubmitted):
        await desk.ask(CancelPayment(payment_id=payment_id), customer())
    with pytest.raises(PaymentAlreadySubmitted):
        await desk.ask(CompensatePayment(payment_id=payment_id, reason="x"), MANAGER)


async def test_an_ended_payment_cannot_be_steered(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(NO_FUNDS)

    with pytest.raises(PaymentAlreadyEnded):
        await desk.ask(RetryPayment(payment_id=payment_id, reason="x"), MANAGER)


async def test_a_payment_that_is_being_undone_cannot_be_cancelled_again(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(CancelPayment(payment_id=payment_id), customer())

    with pytest.raises(PaymentAlreadyEnded):
        await desk.ask(CancelPayment(payment_id=payment_id), customer())


async def test_a_payment_whose_saga_has_not_begun_says_so(desk: Desk) -> None:
    payment_id = await desk.find_left_behind()

    with pytest.raises(PaymentNotBegun):
        await desk.ask(CancelPayment(payment_id=payment_id), customer())


async def test_a_parked_payment_stands_still_until_it_is_retried(desk: Desk) -> None:
    payment_id = await desk.make()
    park = ParkPayment(payment_id=payment_id, reason="looks odd")
    parked: PaymentSteered = await desk.ask(park, MANAGER)
    await desk.hear(HELD)
    assert desk.kinds() == [PlaceHold]
    assert (parked.state, parked.needs_attention) == (PaymentState.PARKED, True)

    retry = RetryPayment(payment_id=payment_id, reason="it is fine")
    resumed: PaymentSteered = await desk.ask(retry, MANAGER)

    assert desk.kinds() == [PlaceHold, SubmitTransfer]
    assert (resumed.state, resumed.needs_attention) == (PaymentState.PROCESSING, False)


async def test_a_parked_payment_is_found_as_parked(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(ParkPayment(payment_id=payment_id, reason="looks odd"), MANAGER)

    assert await desk.find(MANAGER, state=PaymentState.PARKED) == [payment_id]
    assert (await desk.see(payment_id, customer())).state == "parked"


async def test_a_payment_cancelled_in_time_that_the_rail_says_it_made_calls_a_person(
    desk: Desk,
) -> None:
    payment_id = await desk.make()
    await desk.ask(CancelPayment(payment_id=payment_id), customer())
    await desk.hear(RELEASED)
    before = desk.kinds()

    await desk.hear_rail(accepted(payment_id))

    assert desk.kinds() == before
    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.needs_attention) == (PaymentState.CANCELLED, True)
    assert payment.steps[-1].reason == "answered-but-never-sent"


async def test_who_steered_a_payment_and_why_stands_among_its_steps(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(ParkPayment(payment_id=payment_id, reason="looks odd"), MANAGER)
    await desk.hear(HELD)
    await desk.ask(RetryPayment(payment_id=payment_id, reason="it is fine"), MANAGER)

    payment = await desk.see(payment_id, MANAGER)

    assert [(step.name, step.reason) for step in payment.steps] == [
        ("place-hold", None),
        ("park", f"{MANAGER.id}: looks odd"),
        ("retry", f"{MANAGER.id}: it is fine"),
        ("screen", None),
        ("submit-to-rail", None),
    ]


async def test_what_the_staff_did_about_a_payment_is_not_shown_to_its_payer(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(ParkPayment(payment_id=payment_id, reason="fraud?"), MANAGER)

    payment = await desk.see(payment_id, customer())

    assert [step.name for step in payment.steps] == ["place-hold"]


async def test_a_parked_payment_that_was_not_submitted_can_be_compensated(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(ParkPayment(payment_id=payment_id, reason="fraud"), MANAGER)
    await desk.hear(HELD)

    await desk.ask(CompensatePayment(payment_id=payment_id, reason="fraud"), MANAGER)
    await desk.hear(RELEASED)

    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.reason) == (PaymentState.FAILED, "compensated")


async def test_compensating_what_is_being_undone_sends_the_compensation_again(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.ask(CancelPayment(payment_id=payment_id), customer())

    await desk.ask(CompensatePayment(payment_id=payment_id, reason="hurry"), MANAGER)

    assert desk.kinds() == [PlaceHold, ReleaseHold, ReleaseHold]
    assert desk.sent[1] == desk.sent[2]


async def test_retrying_a_payment_at_the_rail_asks_about_it(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)

    await desk.ask(RetryPayment(payment_id=payment_id, reason="now"), MANAGER)

    assert desk.kinds() == [PlaceHold, SubmitTransfer, InquireTransfer]


async def test_a_capture_that_stays_refused_calls_a_person_until_it_succeeds(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(accepted(payment_id))
    for _ in range(5):
        await desk.hear(CLOSED)
        await desk.let_time_pass()

    stuck = await desk.see(payment_id, MANAGER)
    await desk.hear(CAPTURED)
    ended = await desk.see(payment_id, MANAGER)

    assert (stuck.state, stuck.needs_attention) == (PaymentState.PROCESSING, True)
    assert (ended.state, ended.needs_attention) == (PaymentState.COMPLETED, False)
