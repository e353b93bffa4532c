"""A payment that the other bank has is asked back, and the other bank says yes or no."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.account.movements import ReverseCapture
from contracts.envelope import DomainError, Message
from contracts.payment.payments import Payment
from contracts.payment.recalled import PaymentRecall, RecallReason, RecallState
from contracts.payment.recalls import ListRecalls, RecallPayment
from contracts.payment.transfers import TransferReturned
from contracts.payment.values import PaymentState
from contracts.rail.imps import (
    ImpsRecallAgreed,
    ImpsRecallRefused,
    ImpsTransferReturned,
    RecallImpsTransfer,
)
from contracts.rail.rtgs import RtgsRecallAgreed
from infra.handling.telling import Send
from services.payment.domain.recalling import RECALL_DAYS_MAX
from tests.builders import an, customer, inr
from tests.payment.contradictions import (
    AUDITOR,
    MAKER,
    SETTLE,
    approve,
    no_after_yes,
    orders,
    propose,
)
from tests.payment.desk import NOON, Desk, accepted
from tests.payment.examples import CAPTURED, HELD, NO_FUNDS, REVERSED

pytestmark = pytest.mark.integration

WHY = "the payer sent invoice 12 twice"


async def completed(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(accepted(payment_id))
    await desk.hear(CAPTURED)
    return payment_id


async def ask(
    desk: Desk, payment_id: UUID, code: RecallReason = RecallReason.DUPL, **known: Any
) -> PaymentRecall:
    command = RecallPayment(payment_id=payment_id, code=code, reason=WHY)
    payment: Payment = await desk.ask(command, MAKER, **known)
    assert payment.recall is not None
    return payment.recall


async def asked(desk: Desk) -> PaymentRecall:
    return await ask(desk, await completed(desk))


async def recall_of(desk: Desk, payment_id: UUID) -> PaymentRecall:
    found = (await desk.see(payment_id, AUDITOR)).recall
    assert found is not None
    return found


def yes(recall: PaymentRecall) -> ImpsRecallAgreed:
    return ImpsRecallAgreed(recall_id=recall.recall_id, transfer_id=recall.payment_id)


def no(recall: PaymentRecall, code: str = "CUST") -> ImpsRecallRefused:
    return ImpsRecallRefused(
        recall_id=recall.recall_id, transfer_id=recall.payment_id, code=code, detail="Not so."
    )


def back(recall: PaymentRecall) -> ImpsTransferReturned:
    return an(
        ImpsTransferReturned,
        return_id=uuid4(),
        transfer_id=recall.payment_id,
        amount=inr("500"),
        code="recalled",
    )


async def test_the_other_bank_is_asked_for_the_whole_payment_and_does_not_read_our_words(
    desk: Desk,
) -> None:
    payment_id = await completed(desk)
    since = len(desk.sent)

    recall = await ask(desk, payment_id, RecallReason.FRAD)

    assert orders(desk, since) == [
        RecallImpsTransfer(
            recall_id=recall.recall_id, transfer_id=payment_id, amount=inr("500"), code="FRAD"
        )
    ]
    assert (recall.state, recall.code, recall.reason, recall.asked_by) == (
        RecallState.PROCESSING, "FRAD", WHY, "maker",
    )  # fmt: skip
    payment = await desk.see(payment_id, AUDITOR)
    assert payment.state is PaymentState.COMPLETED
    assert payment.recall == recall
    assert [step.reason for step in payment.steps if step.name == "recall"] == [f"maker: {WHY}"]


async def test_what_is_agreed_comes_by_the_return_and_the_payer_has_it_once(desk: Desk) -> None:
    recall = await asked(desk)
    since = len(desk.sent)

    await desk.hear_rail(yes(recall))
    agreed = await recall_of(desk, recall.payment_id)
    assert (agreed.state, agreed.needs_attention) == (RecallState.AGREED, False)
    assert orders(desk, since) == []
    await desk.hear_rail(back(recall))
    await desk.hear(REVERSED)

    assert [type(each) for each in orders(desk, since)] == [ReverseCapture, TransferReturned]
    payment = await desk.see(recall.payment_id, AUDITOR)
    assert (payment.state, payment.reason) == (PaymentState.RETURNED, "recalled")
    assert payment.recall is not None
    assert (payment.recall.state, payment.recall.needs_attention) == (RecallState.RETURNED, False)


async def test_a_refusal_is_shown_with_its_reason_and_the_payment_stays(desk: Desk) -> None:
    recall = await asked(desk)

    await desk.hear_rail(no(recall, "LEGL"))

    payment = await desk.see(recall.payment_id, AUDITOR)
    assert payment.recall is not None
    assert (payment.state, payment.needs_attention) == (PaymentState.COMPLETED, False)
    assert (payment.recall.state, payment.recall.answer_code, payment.recall.answer_detail) == (
        RecallState.REFUSED, "LEGL", "Not so.",
    )  # fmt: skip
    assert not payment.recall.needs_attention


async def test_without_an_answer_it_is_asked_again_under_its_id_and_then_shown_to_people(
    desk: Desk,
) -> None:
    recall = await asked(desk)
    since = len(desk.sent)

    for _ in range(5):
        await desk.let_time_pass()

    sent = [each for each in desk.sent[since - 1 :] if isinstance(each, Send)]
    assert [type(each.command) for each in sent] == [RecallImpsTransfer] * 6
    assert len({each.message_id for each in sent}) == 1
    late = await recall_of(desk, recall.payment_id)
    assert (late.state, late.needs_attention) == (RecallState.PROCESSING, True)

    await desk.hear_rail(yes(recall))
    assert (await recall_of(desk, recall.payment_id)).state is RecallState.AGREED


async def said_twice(desk: Desk, recall: PaymentRecall) -> None:
    await desk.hear_rail(yes(recall), yes(recall))
    await desk.hear_rail(yes(recall))


async def yes_after_no(desk: Desk, recall: PaymentRecall) -> None:
    await desk.hear_rail(no(recall))
    await desk.hear_rail(yes(recall))


async def no_after_agreeing(desk: Desk, recall: PaymentRecall) -> None:
    await desk.hear_rail(yes(recall))
    await desk.hear_rail(no(recall))


async def of_another_rail(desk: Desk, recall: PaymentRecall) -> None:
    await desk.hear_rail(
        RtgsRecallAgreed(recall_id=recall.recall_id, transfer_id=recall.payment_id)
    )


async def of_nothing(desk: Desk, recall: PaymentRecall) -> None:
    await desk.hear_rail(
        ImpsRecallAgreed(recall_id=recall.payment_id, transfer_id=recall.payment_id)
    )


@pytest.mark.parametrize(
    ("case", "state", "needs_attention"),
    [
        (said_twice, RecallState.AGREED, False),
        (yes_after_no, RecallState.REFUSED, True),
        (no_after_agreeing, RecallState.AGREED, True),
        (of_another_rail, RecallState.PROCESSING, False),
        (of_nothing, RecallState.PROCESSING, False),
    ],
)
async def test_no_answer_moves_money_whatever_is_said_again_or_against_the_first(
    desk: Desk,
    case: Callable[[Desk, PaymentRecall], Awaitable[None]],
    state: RecallState,
    needs_attention: bool,
) -> None:
    recall = await asked(desk)
    since = len(desk.sent)

    await case(desk, recall)

    found = await recall_of(desk, recall.payment_id)
    assert (found.state, found.needs_attention) == (state, needs_attention)
    assert orders(desk, since) == []
    assert (await desk.see(recall.payment_id, AUDITOR)).state is PaymentState.COMPLETED


@pytest.mark.parametrize("answer", [None, yes, no], ids=["unanswered", "agreed", "refused"])
async def test_money_that_comes_back_ends_the_recall_whatever_was_said(
    desk: Desk, answer: Callable[[PaymentRecall], Message] | None
) -> None:
    recall = await asked(desk)
    if answer is not None:
        await desk.hear_rail(answer(recall))

    await desk.hear_rail(back(recall))
    await desk.hear(REVERSED)
    since = len(desk.sent)
    await desk.let_time_pass()
    await desk.hear_rail(yes(recall))

    assert orders(desk, since) == []
    found = await recall_of(desk, recall.payment_id)
    assert (found.state, found.needs_attention) == (RecallState.RETURNED, False)


async def test_agreed_money_that_does_not_come_within_two_days_needs_a_person(desk: Desk) -> None:
    recall = await asked(desk)
    await desk.hear_rail(yes(recall))

    await desk.store.db.execute(
        "update sagas set updated_at = now() - interval '49 hours' where saga_id = $1",
        recall.recall_id,
    )

    assert (await recall_of(desk, recall.payment_id)).needs_attention


async def under_way(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(HELD)
    return payment_id


async def never_paid(desk: Desk) -> UUID:
    payment_id = await desk.make()
    await desk.hear(NO_FUNDS)
    return payment_id


async def given_back(desk: Desk) -> UUID:
    recall = await asked(desk)
    await desk.hear_rail(back(recall))
    await desk.hear(REVERSED)
    return recall.payment_id


async def coming_back(desk: Desk) -> UUID:
    payment_id = await completed(desk)
    returned = an(
        ImpsTransferReturned, return_id=uuid4(), transfer_id=payment_id, amount=inr("500")
    )
    await desk.hear_rail(returned)
    return payment_id


async def settled_by_managers(desk: Desk) -> UUID:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    return payment_id


async def asked_back(desk: Desk) -> UUID:
    return (await asked(desk)).payment_id


async def agreed_to(desk: Desk) -> UUID:
    recall = await asked(desk)
    await desk.hear_rail(yes(recall))
    return recall.payment_id


async def nothing(_: Desk) -> UUID:
    return uuid4()


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (under_way, "payment-not-completed"),
        (never_paid, "payment-not-completed"),
        (given_back, "payment-not-completed"),
        (coming_back, "resolution-under-way"),
        (no_after_yes, "payment-contradicted"),
        (settled_by_managers, "payment-contradicted"),
        (asked_back, "recall-under-way"),
        (agreed_to, "recall-under-way"),
        (nothing, "payment-not-found"),
    ],
)
async def test_what_the_other_bank_does_not_owe_is_not_asked_back(
    desk: Desk, case: Callable[[Desk], Awaitable[UUID]], code: str
) -> None:
    payment_id = await case(desk)
    since = len(desk.sent)

    with pytest.raises(DomainError) as refusal:
        await ask(desk, payment_id)

    assert refusal.value.code == code
    assert orders(desk, since) == []


async def test_after_a_no_it_may_be_asked_again_under_another_id(desk: Desk) -> None:
    first = await asked(desk)
    await desk.hear_rail(no(first, "NOAS"))

    second = await ask(desk, first.payment_id)

    assert second.recall_id != first.recall_id
    assert (await recall_of(desk, first.payment_id)).state is RecallState.PROCESSING


async def test_it_is_asked_back_only_so_long_after_it_was_made(desk: Desk) -> None:
    payment_id = await completed(desk)
    last = NOON + timedelta(days=RECALL_DAYS_MAX)

    with pytest.raises(DomainError, match="more than 30 days ago"):
        await ask(desk, payment_id, now=last + timedelta(seconds=1))
    assert (await ask(desk, payment_id, now=last)).state is RecallState.PROCESSING


async def test_a_customer_sees_that_his_payment_was_asked_back_and_not_by_whom_or_why(
    desk: Desk,
) -> None:
    recall = await asked(desk)

    payment = await desk.see(recall.payment_id, customer())

    assert payment.recall is not None
    assert (payment.recall.recall_id, payment.recall.state) == (recall.recall_id, recall.state)
    assert (payment.recall.code, payment.recall.reason, payment.recall.asked_by) == (None,) * 3
    assert "recall" not in {step.name for step in payment.steps}


async def test_recalls_are_listed_newest_first_by_what_has_become_of_them(desk: Desk) -> None:
    open_one, refused, agreed = [await asked(desk) for _ in range(3)]
    await desk.hear_rail(no(refused))
    await desk.hear_rail(yes(agreed))
    await desk.hear_rail(no(agreed))

    async def listed(**filters: Any) -> list[UUID]:
        found = await desk.ask(ListRecalls(**filters), AUDITOR)
        return [each.recall_id for each in found.items]

    newest_first = [each.recall_id for each in (agreed, refused, open_one)]
    assert await listed() == newest_first
    assert await listed(state=RecallState.REFUSED) == [refused.recall_id]
    assert await listed(needs_attention=True) == [agreed.recall_id]
    page = await desk.ask(ListRecalls(limit=2), AUDITOR)
    assert await listed(limit=2, cursor=page.next_cursor) == newest_first[2:]
