"""Payments over NEFT, on a real database: held at once, sent together at their cut-off."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.envelope import BODY_BYTES_MAX, DomainError, Role
from contracts.money import MINOR_MAX
from contracts.payment.rails import AddRailRule, GetRailRules
from contracts.payment.steering import CancelPayment, ParkPayment, RetryPayment
from contracts.payment.transfers import PaymentEnded, TransferCompleted, TransferFailed
from contracts.payment.values import PaymentState, Rail
from contracts.rail.batches import BATCH_MAX
from contracts.rail.neft import (
    InquireNeftBatch,
    InquireNeftTransfer,
    NeftBatchRefused,
    NeftBatchSettled,
    NeftBatchUnaware,
    NeftReturned,
    NeftSettled,
    NeftUnaware,
    SubmitNeftBatch,
)
from contracts.sagas import StepState
from infra.bus.wire import dump
from infra.handling.telling import Send
from infra.runtime.clock import business_date
from tests.builders import an, customer, inr, staff
from tests.payment.desk import NOON, Desk, payment_of
from tests.payment.examples import CAPTURED, HELD, RELEASED

pytestmark = pytest.mark.integration

MANAGER, ADMIN = staff(Role.MANAGER), staff(Role.ADMIN)
CUT_OFF = NOON + timedelta(minutes=30)  # half past twelve in India


async def held(desk: Desk, **fields: Any) -> UUID:
    """A payment over NEFT whose money is held."""
    payment_id = await desk.make(rail=Rail.NEFT, **fields)
    await desk.hear(HELD)
    return payment_id


async def reach_cut_off(desk: Desk) -> list[SubmitNeftBatch]:
    """The batches that leave when the time has come."""
    so_far = len(desk.sent)
    await desk.let_time_pass()
    sent = [each.command for each in desk.sent[so_far:] if isinstance(each, Send)]
    return [command for command in sent if isinstance(command, SubmitNeftBatch)]


async def left(desk: Desk, **fields: Any) -> tuple[UUID, SubmitNeftBatch]:
    """A payment that has left, and its batch."""
    payment_id = await held(desk, **fields)
    [batch] = await reach_cut_off(desk)
    return payment_id, batch


def members(batch: SubmitNeftBatch) -> list[UUID]:
    return [each.transfer_id for each in batch.transfers]


async def phases(desk: Desk, ids: Sequence[UUID]) -> list[str]:
    rows = await desk.store.db.fetch(
        "select phase from sagas where saga_id = any($1::uuid[])", list(ids)
    )
    return [row[0] for row in rows]


async def test_the_money_is_held_at_once_and_the_payment_says_when_its_batch_leaves(
    desk: Desk,
) -> None:
    payment_id = await held(desk)

    payment = await desk.see(payment_id, customer())
    assert desk.kinds() == [PlaceHold]
    assert (payment.state, payment.cut_off) == (PaymentState.PROCESSING, CUT_OFF)
    [_, waiting] = payment.steps
    assert (waiting.name, waiting.state) == ("screen", StepState.WAITING_UNTIL)
    assert waiting.reason == "2026-01-05T07:00:00Z"


async def test_all_of_a_window_leave_in_one_message_with_its_number_and_net_amount(
    desk: Desk,
) -> None:
    ids = [await held(desk, amount=inr(amount)) for amount in ("500", "0.01", "20")]

    [batch] = await reach_cut_off(desk)

    assert members(batch) == sorted(ids)
    assert (batch.net_minor, batch.currency, batch.cut_off) == (520_01, "INR", CUT_OFF)
    assert batch.number.startswith("NEFT-20260105-1230-")
    assert batch.transfers[0].amount == inr("500")
    assert await reach_cut_off(desk) == []


async def test_a_payment_of_the_next_window_leaves_with_the_next_batch(desk: Desk) -> None:
    first = await held(desk)
    await desk.ask(payment_of(rail=Rail.NEFT), customer(), now=CUT_OFF)  # at the very cut-off
    await desk.hear(HELD)

    batches = await reach_cut_off(desk)

    assert [batch.cut_off for batch in batches] == [CUT_OFF, CUT_OFF + timedelta(minutes=30)]
    assert members(batches[0]) == [first]


async def test_a_window_with_more_than_one_message_holds_leaves_in_several(desk: Desk) -> None:
    ids = [await held(desk) for _ in range(BATCH_MAX + 1)]

    batches = await reach_cut_off(desk)

    assert [len(batch.transfers) for batch in batches] == [BATCH_MAX, 1]
    assert sorted(each for batch in batches for each in members(batch)) == sorted(ids)
    assert len({batch.batch_id for batch in batches}) == 2


def test_the_largest_batch_fits_into_one_message() -> None:
    longest = {
        "beneficiary_name": "\U0001f600" * 100, "beneficiary_account": "9" * 34,
        "beneficiary_ifsc": "OTHR0000001", "remitter_account": "9" * 34,
        "description": "\U0001f600" * 140, "amount": {"minor": MINOR_MAX, "currency": "INR"},
        "transfer_id": str(UUID(int=2**128 - 1)),
    }  # fmt: skip

    batch = an(SubmitNeftBatch, transfers=[longest] * BATCH_MAX, net_minor=BATCH_MAX * MINOR_MAX)

    assert len(dump(batch)) < BODY_BYTES_MAX


async def test_a_payment_that_is_cancelled_before_its_cut_off_is_in_no_batch(desk: Desk) -> None:
    cancelled, other = await held(desk), await held(desk)

    await desk.ask(CancelPayment(payment_id=cancelled), customer())
    await desk.hear(RELEASED)
    [batch] = await reach_cut_off(desk)

    assert members(batch) == [other]
    assert (await desk.see(cancelled, MANAGER)).state is PaymentState.CANCELLED
    with pytest.raises(DomainError) as refused:
        await desk.ask(CancelPayment(payment_id=other), customer())
    assert refused.value.code == "payment-already-submitted"


async def test_a_payment_that_was_parked_over_its_cut_off_leaves_when_it_is_retried(
    desk: Desk,
) -> None:
    parked, other = await held(desk), await held(desk)
    await desk.ask(ParkPayment(payment_id=parked, reason="fraud?"), MANAGER)
    assert members(*await reach_cut_off(desk)) == [other]

    after = CUT_OFF + timedelta(minutes=1)
    await desk.ask(RetryPayment(payment_id=parked, reason="it is his"), MANAGER, now=after)

    last = desk.sent[-1]
    assert isinstance(last, Send)
    assert isinstance(last.command, SubmitNeftBatch)
    assert members(last.command) == [parked]


async def test_what_is_settled_is_captured_and_what_is_returned_is_released(desk: Desk) -> None:
    settled, returned = await held(desk), await held(desk)
    [batch] = await reach_cut_off(desk)

    await desk.hear_rail(an(NeftBatchSettled, batch_id=batch.batch_id))
    await desk.hear_rail(
        NeftReturned(transfer_id=returned, code="account-closed", detail="It is closed.")
    )
    assert desk.kinds()[-1] is ReleaseHold
    await desk.hear(RELEASED)
    await desk.hear_rail(NeftSettled(transfer_id=settled, rail_reference="NEFT000000000042"))
    assert desk.kinds()[-1] is CaptureHold
    await desk.hear(CAPTURED)

    kinds = [kind for kind in desk.kinds() if kind is not PaymentEnded]
    assert kinds[-4:] == [ReleaseHold, TransferFailed, CaptureHold, TransferCompleted]
    gone, back = await desk.see(settled, MANAGER), await desk.see(returned, MANAGER)
    assert (gone.state, gone.rail_reference) == (PaymentState.COMPLETED, "NEFT000000000042")
    assert (back.state, back.reason) == (PaymentState.FAILED, "account-closed")
    assert await phases(desk, [batch.batch_id]) == ["completed"]


async def test_a_batch_that_is_not_answered_is_asked_about_and_is_the_same_when_sent_again(
    desk: Desk,
) -> None:
    payment_id, batch = await left(desk)

    await desk.let_time_pass()
    asked = [each.command for each in desk.sent if isinstance(each, Send)][-2:]
    await desk.hear_rail(NeftBatchUnaware(batch_id=batch.batch_id))

    assert {type(command).__name__ for command in asked} == {
        InquireNeftBatch.__name__,
        InquireNeftTransfer.__name__,
    }
    last = desk.sent[-1]
    assert isinstance(last, Send)
    assert last.command == batch
    assert members(batch) == [payment_id]


async def test_a_transfer_that_no_batch_has_brought_joins_no_second_one(desk: Desk) -> None:
    payment_id, batch = await left(desk)
    await desk.hear_rail(an(NeftBatchSettled, batch_id=batch.batch_id))
    await desk.let_time_pass()

    await desk.hear_rail(NeftUnaware(transfer_id=payment_id))
    await desk.let_time_pass()

    sent = [kind for kind in desk.kinds() if kind is not PlaceHold]
    assert sent == [SubmitNeftBatch, InquireNeftTransfer, InquireNeftTransfer]


async def test_a_refused_batch_ends_and_each_of_its_payments_by_its_own_return(
    desk: Desk,
) -> None:
    payment_id, batch = await left(desk)

    await desk.hear_rail(
        NeftBatchRefused(batch_id=batch.batch_id, code="net-differs", detail="No."),
    )
    assert await phases(desk, [batch.batch_id]) == ["failed"]
    assert await phases(desk, [payment_id]) == ["forward"]

    await desk.hear_rail(NeftReturned(transfer_id=payment_id, code="net-differs", detail="No."))
    await desk.hear(RELEASED)

    payment = await desk.see(payment_id, MANAGER)
    assert (payment.state, payment.reason) == (PaymentState.FAILED, "net-differs")


async def test_the_rail_has_two_hours_to_answer_for_a_payment(desk: Desk) -> None:
    payment_id, _ = await left(desk)

    waits = await desk.store.db.fetchval(
        "select deadline - updated_at from sagas where saga_id = $1", payment_id
    )

    assert timedelta(minutes=119) < waits < timedelta(minutes=121)


async def test_a_rail_shows_how_often_its_batches_leave_and_when_the_next_does(desk: Desk) -> None:
    neft = await desk.ask(GetRailRules(rail=Rail.NEFT), ADMIN)
    imps = await desk.ask(GetRailRules(rail=Rail.IMPS), ADMIN)

    assert [rule.batch_minutes for rule in neft.rules] == [30]
    assert (neft.next_cut_off, imps.next_cut_off) == (CUT_OFF, None)


@pytest.mark.parametrize(("rail", "minutes"), [(Rail.NEFT, None), (Rail.IMPS, 30), (Rail.RTGS, 30)])
async def test_a_rule_says_how_often_batches_leave_if_and_only_if_its_rail_takes_some(
    desk: Desk, rail: Rail, minutes: int | None
) -> None:
    rule = AddRailRule(rail=rail, valid_from=business_date(NOON), batch_minutes=minutes)

    with pytest.raises(DomainError) as refused:
        await desk.ask(rule, ADMIN)

    assert refused.value.code == "batches-not-of-rail"


async def test_windows_and_a_cap_come_with_a_dated_rule(desk: Desk) -> None:
    today = business_date(NOON)
    rule = AddRailRule(rail=Rail.NEFT, valid_from=today, batch_minutes=60, most_minor=100_00)
    await desk.ask(rule, ADMIN)

    payment_id = await held(desk, amount=inr("100"))
    with pytest.raises(DomainError) as refused:
        await desk.make(rail=Rail.NEFT, amount=inr("100.01"))

    assert refused.value.code == "limit-exceeded"
    assert (await desk.see(payment_id, MANAGER)).cut_off == NOON + timedelta(hours=1)
