"""Another bank asks for what it has paid to Alice: noted once, decided by a manager, told."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from contracts.account.holds import CaptureHold, PlaceHold
from contracts.account.movements import ReceivePayment
from contracts.envelope import DomainError, Message, Refused
from contracts.payment.incoming_recalls import ListIncomingRecalls, RecallRefusalCode
from contracts.rail.imps import AnswerImpsRecall, ImpsCreditReturned, ReturnImpsCredit
from contracts.rail.recalls import RecallArrival
from contracts.rail.rtgs import RtgsRecallArrived
from tests.builders import ALICE, inr
from tests.payment.asked_of_us import (
    NOT_BOOKED,
    WHY,
    State,
    agree,
    arrival,
    asked,
    has_answer,
    id_of,
    listed,
    look,
    paid_in,
    recall,
    refuse,
    reply,
    tell,
    under_way,
)
from tests.payment.contradictions import AUDITOR, orders
from tests.payment.desk import Desk
from tests.payment.examples import CAPTURED, CLOSED, HELD, NO_FUNDS

pytestmark = pytest.mark.integration


async def test_it_waits_for_a_manager_and_moves_nothing(desk: Desk) -> None:
    credit = await paid_in(desk)
    said, since = recall(credit), len(desk.sent)

    await desk.hear_rail(said)
    await tell(desk)

    assert orders(desk, since) == []
    found = await look(desk, said)
    assert (found.state, found.needs_attention, found.code, found.detail) == (
        State.PENDING, True, "DUPL", "Paid twice.",
    )  # fmt: skip
    assert (found.incoming_id, found.to_account, found.given_recall_id) == (
        credit.credit_id, ALICE, said.recall_id,
    )  # fmt: skip


async def test_what_is_agreed_is_taken_once_then_told_then_given_back(desk: Desk) -> None:
    said = await asked(desk)
    since = len(desk.sent)

    agreed = await agree(desk, said)
    assert (agreed.state, agreed.decided_by, agreed.reason) == (State.PROCESSING, "maker", WHY)
    await desk.hear(HELD)
    await desk.hear(CAPTURED)
    await tell(desk)
    await tell(desk)
    await desk.hear_rail(has_answer(said))
    assert (await look(desk, said)).state is State.PROCESSING
    await desk.hear_rail(ImpsCreditReturned(return_id=id_of(said), transfer_id=said.transfer_id))

    hold, capture, answer, back = orders(desk, since)
    assert isinstance(hold, PlaceHold)
    assert isinstance(capture, CaptureHold)
    assert (hold.account_number, hold.amount) == (ALICE, inr("500"))
    assert (capture.hold_id, capture.to_account) == (hold.hold_id, "GL-CLEARING-IMPS-INR")
    assert capture.description == "IMPS R1 recalled Asha Rao"
    assert answer == reply(said, None)
    assert back == ReturnImpsCredit(
        return_id=id_of(said), transfer_id=said.transfer_id, amount=inr("500"), code="recalled"
    )
    found = await look(desk, said)
    assert (found.state, found.needs_attention, found.answer_code) == (State.RETURNED, False, None)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (NO_FUNDS, "AM04"),
        (CLOSED, "AC04"),
        (Refused(code="account-frozen", detail="Frozen."), "AGNT"),
        (Refused(code="limit-exceeded", detail="Too much."), "AGNT"),
    ],
)
async def test_what_the_books_refuse_is_told_as_a_no(
    desk: Desk, refusal: Refused, code: str
) -> None:
    said = await asked(desk)
    await agree(desk, said)
    since = len(desk.sent)

    await desk.hear(refusal)
    await tell(desk)
    await desk.hear_rail(has_answer(said))
    await tell(desk)

    assert orders(desk, since) == [reply(said, code)]
    found = await look(desk, said)
    assert (found.state, found.answer_code, found.refused_because) == (
        State.REFUSED, code, refusal.code,
    )  # fmt: skip


async def test_a_hold_without_an_answer_is_asked_for_again_and_never_given_up(desk: Desk) -> None:
    said = await asked(desk)
    await agree(desk, said)
    since = len(desk.sent)

    for _ in range(5):
        await desk.let_time_pass()
        await tell(desk)

    assert [type(each) for each in orders(desk, since)] == [PlaceHold] * 5
    found = await look(desk, said)
    assert (found.state, found.needs_attention) == (State.PROCESSING, True)


async def test_what_a_manager_refuses_is_told_with_his_code_and_not_his_words(desk: Desk) -> None:
    said = await asked(desk)
    since = len(desk.sent)

    refused = await refuse(desk, said, RecallRefusalCode.LEGL)
    await desk.let_time_pass()
    await desk.hear_rail(has_answer(said))

    assert orders(desk, since) == [reply(said, "LEGL")] * 2
    assert (refused.state, refused.decided_by) == (State.PROCESSING, "checker")
    found = await look(desk, said)
    assert (found.state, found.answer_code, found.needs_attention) == (
        State.REFUSED, "LEGL", False,
    )  # fmt: skip


async def of_nothing(_: Desk) -> RecallArrival:
    return recall(arrival())


async def of_another_amount(desk: Desk) -> RecallArrival:
    return recall(await paid_in(desk), amount=inr("499.99"))


async def of_what_we_refused(desk: Desk) -> RecallArrival:
    return recall(await paid_in(desk, NOT_BOOKED))


async def of_what_is_given_back(desk: Desk) -> RecallArrival:
    credit = await paid_in(desk)
    first = recall(credit)
    await desk.hear_rail(first)
    await agree(desk, first)
    await desk.hear(HELD)
    await desk.hear(CAPTURED)
    return recall(credit)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (of_nothing, "NOOR"),
        (of_another_amount, "NOOR"),
        (of_what_we_refused, "ARDT"),
        (of_what_is_given_back, "ARDT"),
    ],
)
async def test_what_needs_no_person_is_refused_by_itself(
    desk: Desk, case: Callable[[Desk], Awaitable[RecallArrival]], code: str
) -> None:
    said = await case(desk)
    since = len(desk.sent)

    await desk.hear_rail(said)
    await desk.hear_rail(has_answer(said))

    assert orders(desk, since) == [reply(said, code)]
    found = await look(desk, said)
    assert (found.state, found.answer_code, found.decided_by) == (State.REFUSED, code, None)


async def test_another_rail_cannot_ask_for_it(desk: Desk) -> None:
    said = recall(await paid_in(desk), RtgsRecallArrived)

    await desk.hear_rail(said)

    assert (await look(desk, said)).answer_code == "NOOR"


async def test_said_again_it_is_noted_once_and_answered_as_before(desk: Desk) -> None:
    said = await asked(desk)
    since = len(desk.sent)

    await desk.hear_rail(said, said)
    assert orders(desk, since) == []
    await refuse(desk, said)
    await desk.hear_rail(said)
    assert orders(desk, since) == [reply(said, "CUST")]
    await desk.hear_rail(has_answer(said))
    await desk.hear_rail(said)

    assert orders(desk, since) == [reply(said, "CUST")] * 2
    assert len(await listed(desk)) == 1


async def test_another_wish_under_the_same_id_changes_nothing(desk: Desk) -> None:
    said = await asked(desk)
    since = len(desk.sent)

    await desk.hear_rail(recall(await paid_in(desk), recall_id=said.recall_id))

    assert [type(each) for each in orders(desk, since)].count(AnswerImpsRecall) == 0
    assert (await look(desk, said)).transfer_id == said.transfer_id


async def decided_before(desk: Desk) -> RecallArrival:
    said = await asked(desk)
    await refuse(desk, said)
    return said


async def not_booked_yet(desk: Desk) -> RecallArrival:
    credit = await under_way(desk)
    said = recall(credit)
    await desk.hear_rail(said)
    return said


async def with_another_one_agreed(desk: Desk) -> RecallArrival:
    credit = await paid_in(desk)
    first, second = recall(credit), recall(credit)
    await desk.hear_rail(first)
    await desk.hear_rail(second)
    await agree(desk, first)
    return second


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (decided_before, "recall-already-decided"),
        (not_booked_yet, "credit-not-completed"),
        (with_another_one_agreed, "recall-already-decided"),
        (of_nothing, "recall-not-found"),
    ],
)
async def test_nothing_is_taken_from_a_customer_that_the_other_bank_may_not_have(
    desk: Desk, case: Callable[[Desk], Awaitable[RecallArrival]], code: str
) -> None:
    said = await case(desk)
    since = len(desk.sent)

    with pytest.raises(DomainError) as refusal:
        await agree(desk, said)

    assert refusal.value.code == code
    assert not any(isinstance(each, PlaceHold) for each in orders(desk, since))


async def test_a_payment_may_be_refused_after_the_customer_could_not_pay(desk: Desk) -> None:
    credit = await paid_in(desk)
    first, second = recall(credit), recall(credit)
    await desk.hear_rail(first)
    await agree(desk, first)
    await desk.hear(NO_FUNDS)
    await tell(desk)

    await desk.hear_rail(second)

    assert (await look(desk, second)).state is State.PENDING
    assert (await agree(desk, second)).state is State.PROCESSING


async def test_they_are_listed_newest_first_by_what_has_become_of_them(desk: Desk) -> None:
    pending, refused, clear = await asked(desk), await asked(desk), await of_nothing(desk)
    await desk.hear_rail(clear)
    await refuse(desk, refused)
    await desk.hear_rail(has_answer(refused))

    async def ids(**filters: Any) -> list[UUID]:
        return [each.recall_id for each in await listed(desk, **filters)]

    newest_first = [id_of(each) for each in (clear, refused, pending)]
    assert await ids() == newest_first
    assert await ids(state=State.REFUSED) == [id_of(refused)]
    assert await ids(needs_attention=True) == [id_of(pending)]
    page = await desk.ask(ListIncomingRecalls(limit=2), AUDITOR)
    assert await ids(limit=2, cursor=page.next_cursor) == newest_first[2:]


async def test_an_incoming_payment_that_is_asked_for_stays_completed(desk: Desk) -> None:
    credit = await paid_in(desk)
    said = recall(credit)
    await desk.hear_rail(said)
    await agree(desk, said)

    found = await desk.store.incoming(credit.credit_id, AUDITOR)

    assert found is not None
    assert found.state == "completed"
    assert booked(desk) == [ReceivePayment]


def booked(desk: Desk) -> list[type[Message]]:
    return [kind for kind in desk.kinds() if kind is ReceivePayment]
