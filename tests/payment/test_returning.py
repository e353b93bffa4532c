"""What another bank gives back goes to the payer, once, or aside where nobody can have it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.account.movements import PostEntry, ReverseCapture
from contracts.payment.payments import Payment
from contracts.payment.returns import GetReturn, ListReturns, ReturnedPayment, ReturnState
from contracts.payment.transfers import TransferReturned
from contracts.payment.values import PaymentState, ResolutionState
from contracts.rail.imps import ImpsTransferReturned
from contracts.rail.returns import TransferReturn
from contracts.rail.rtgs import RtgsTransferReturned
from services.payment.domain.returning import ReturnNotFound
from services.payment.handlers.returning import place_returns
from tests.builders import an, customer, inr
from tests.payment.contradictions import (
    AUDITOR,
    MAKER,
    RETURN,
    SETTLE,
    approve,
    no_after_yes,
    orders,
    propose,
    resolution,
    yes_after_no,
)
from tests.payment.desk import Desk, accepted, context, plain
from tests.payment.examples import CAPTURED, CLOSED, HELD, NO_FUNDS, REVERSED, SET_ASIDE

pytestmark = pytest.mark.integration


def returned(
    transfer_id: UUID, kind: type[TransferReturn] = ImpsTransferReturned, **fields: Any
) -> TransferReturn:
    """The whole of Alice's payment comes back."""
    values = {"return_id": uuid4(), "transfer_id": transfer_id, "amount": inr("500")}
    reason = {"code": "account-closed", "detail": "Carol has left."}
    return an(kind, **(values | reason | fields))


async def completed(desk: Desk) -> UUID:
    payment_id = await submitted(desk)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)
    return payment_id


async def submitted(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(HELD)
    return payment_id


async def look(desk: Desk, said: TransferReturn) -> ReturnedPayment:
    found: ReturnedPayment = await desk.ask(GetReturn(return_id=said.key), AUDITOR)
    return found


async def place(desk: Desk) -> None:
    """What the service does every few seconds."""
    desk.sent += plain(await place_returns(desk.store, context(MAKER)))


async def test_a_completed_payment_is_taken_back_and_its_payer_reads_why(desk: Desk) -> None:
    payment_id = await completed(desk)
    said, since = returned(payment_id), len(desk.sent)

    await desk.hear_rail(said)
    assert (await look(desk, said)).state is ReturnState.PROCESSING
    await desk.hear(REVERSED)

    [reversal, told] = orders(desk, since)
    assert isinstance(reversal, ReverseCapture)
    assert isinstance(told, TransferReturned)
    payment = await desk.see(payment_id, customer())
    assert (payment.state, payment.reason, payment.needs_attention) == (
        PaymentState.RETURNED, "account-closed", False,
    )  # fmt: skip
    found = await look(desk, said)
    assert (found.state, found.payment_id, found.needs_attention) == (
        ReturnState.RETURNED, payment_id, False,
    )  # fmt: skip
    decided = await resolution(desk, payment_id)
    assert (decided.proposed_by, decided.reason) == ("rail-imps", "account-closed Carol has left.")


async def test_said_again_it_is_booked_once(desk: Desk) -> None:
    payment_id = await completed(desk)
    said, since = returned(payment_id), len(desk.sent)

    await desk.hear_rail(said, said)
    await desk.hear_rail(said)
    await desk.hear(REVERSED)
    await desk.hear_rail(said)
    await place(desk)

    assert [type(each) for each in orders(desk, since)] == [ReverseCapture, TransferReturned]


async def test_what_the_rail_says_of_the_transfer_afterwards_changes_nothing(desk: Desk) -> None:
    payment_id = await completed(desk)
    await desk.hear_rail(returned(payment_id))
    await desk.hear(REVERSED)

    await desk.hear_rail(accepted(payment_id))

    payment = await desk.see(payment_id, AUDITOR)
    assert (payment.state, payment.needs_attention) == (PaymentState.RETURNED, False)


async def test_it_waits_for_a_payment_that_is_still_under_way(desk: Desk) -> None:
    payment_id = await submitted(desk)
    said, since = returned(payment_id), len(desk.sent)

    await desk.hear_rail(said)
    await place(desk)
    assert (await look(desk, said)).state is ReturnState.PENDING
    assert orders(desk, since) == []

    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)
    await place(desk)
    await desk.hear(REVERSED)

    assert (await look(desk, said)).state is ReturnState.RETURNED
    assert (await desk.see(payment_id, AUDITOR)).state is PaymentState.RETURNED


async def test_it_waits_for_what_managers_have_decided_and_is_being_booked(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    said = returned(payment_id)

    await desk.hear_rail(said)

    assert (await look(desk, said)).state is ReturnState.PENDING


async def test_it_ends_what_one_manager_has_proposed(desk: Desk) -> None:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, SETTLE)

    await desk.hear_rail(returned(payment_id))
    await desk.hear(REVERSED)

    both = (await desk.store.resolutions([payment_id]))[payment_id]
    assert [each.state for each in both] == [ResolutionState.REJECTED, ResolutionState.DONE]
    assert (await desk.see(payment_id, AUDITOR)).state is PaymentState.RETURNED


async def test_what_stood_in_suspense_for_the_rail_goes_back_there(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    since = len(desk.sent)
    await desk.hear_rail(returned(payment_id))
    await desk.hear(SET_ASIDE)
    await desk.hear(SET_ASIDE)

    legs = [
        [(leg.account_number, leg.amount_minor) for leg in each.legs]
        for each in orders(desk, since)
        if isinstance(each, PostEntry)
    ]
    assert legs[-1] == [("GL-CLEARING-IMPS-INR", -500_00), ("GL-SUSPENSE-INR", 500_00)]
    assert (await desk.see(payment_id, AUDITOR)).state is PaymentState.FAILED


async def never_paid(desk: Desk) -> TransferReturn:
    payment_id = await desk.make()
    await desk.hear(NO_FUNDS)
    return returned(payment_id)


async def of_another_amount(desk: Desk) -> TransferReturn:
    return returned(await completed(desk), amount=inr("499.99"))


async def of_another_rail(desk: Desk) -> TransferReturn:
    return returned(await completed(desk), RtgsTransferReturned)


async def of_no_payment(desk: Desk) -> TransferReturn:
    return returned(uuid4())


async def a_second_time(desk: Desk) -> TransferReturn:
    payment_id = await completed(desk)
    await desk.hear_rail(returned(payment_id))
    await desk.hear(REVERSED)
    return returned(payment_id)


async def after_managers_gave_it_back(desk: Desk) -> TransferReturn:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, RETURN)
    await approve(desk, payment_id)
    await desk.hear(REVERSED)
    return returned(payment_id)


@pytest.mark.parametrize(
    ("case", "because"),
    [
        (never_paid, "nothing-paid"),
        (of_another_amount, "amount-differs"),
        (of_another_rail, "unknown-transfer"),
        (of_no_payment, "unknown-transfer"),
        (a_second_time, "returned-before"),
        (after_managers_gave_it_back, "nothing-paid"),
    ],
)
async def test_what_has_no_payer_to_go_to_stands_in_suspense_for_a_person(
    desk: Desk, case: Callable[[Desk], Awaitable[TransferReturn]], because: str
) -> None:
    said = await case(desk)
    before, since = await payment_of(desk, said), len(desk.sent)

    await desk.hear_rail(said)
    await desk.hear(SET_ASIDE)

    [entry] = orders(desk, since)
    assert isinstance(entry, PostEntry)
    rail = "RTGS" if isinstance(said, RtgsTransferReturned) else "IMPS"
    assert [(leg.account_number, leg.amount_minor) for leg in entry.legs] == [
        (f"GL-CLEARING-{rail}-INR", -said.amount.minor), ("GL-SUSPENSE-INR", said.amount.minor),
    ]  # fmt: skip
    found = await look(desk, said)
    assert (found.state, found.set_aside_because) == (ReturnState.SET_ASIDE, because)
    assert found.needs_attention
    assert await payment_of(desk, said) == before


async def payment_of(desk: Desk, said: TransferReturn) -> Payment | None:
    return await desk.store.payment(said.transfer_id, AUDITOR)


async def test_where_the_payers_account_is_closed_meanwhile_it_goes_aside(desk: Desk) -> None:
    payment_id = await completed(desk)
    said = returned(payment_id)
    await desk.hear_rail(said)
    await desk.hear(CLOSED)

    await place(desk)
    await desk.hear(SET_ASIDE)
    await place(desk)

    assert isinstance(orders(desk, -1)[0], PostEntry)
    found = await look(desk, said)
    assert (found.state, found.set_aside_because) == (ReturnState.SET_ASIDE, "account-closed")
    assert found.needs_attention
    assert (await desk.see(payment_id, customer())).state is PaymentState.COMPLETED


async def test_another_return_under_the_same_id_is_never_booked(desk: Desk) -> None:
    payment_id = await completed(desk)
    said = returned(payment_id)
    await desk.hear_rail(said)
    await desk.hear(REVERSED)
    since = len(desk.sent)
    other = returned(uuid4(), return_id=said.return_id)

    await desk.hear_rail(other)
    await place(desk)

    found = await look(desk, other)
    assert (found.state, found.needs_attention) == (ReturnState.REFUSED, True)
    assert orders(desk, since) == []


async def test_they_are_listed_newest_first_by_what_became_of_them(desk: Desk) -> None:
    kept = [returned(uuid4()), returned(await submitted(desk)), returned(uuid4())]
    for said in kept:
        await desk.hear_rail(said)

    async def listed(**filters: Any) -> list[UUID]:
        return [each.return_id for each in (await desk.ask(ListReturns(**filters), AUDITOR)).items]

    first, waiting, last = (each.key for each in kept)
    assert await listed() == [last, waiting, first]
    assert await listed(limit=1) == [last]
    assert await listed(state=ReturnState.PENDING) == [waiting]
    assert await listed(needs_attention=True) == [last, first]


async def test_of_what_never_came_nothing_is_known(desk: Desk) -> None:
    with pytest.raises(ReturnNotFound):
        await desk.ask(GetReturn(return_id=uuid4()), AUDITOR)


async def test_however_many_wait_for_their_payments_one_that_can_be_placed_is_not_held_up(
    desk: Desk,
) -> None:
    waiting = [returned(await submitted(desk)) for _ in range(2)]
    being_booked = await yes_after_no(desk)
    await propose(desk, being_booked, SETTLE)
    await approve(desk, being_booked)
    last = await submitted(desk)
    await desk.hear_rail(*waiting, returned(being_booked))
    late = returned(last)
    await desk.hear_rail(late)
    await desk.hear_rail(accepted(last))
    await desk.hear(CAPTURED)

    ready = await desk.store.open_returns(limit=2)

    assert [each.key for each, _ in ready] == [late.key]
