"""How two managers end a payment that the rail has contradicted, on a real database."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry, ReverseCapture
from contracts.envelope import Conflict, Kind, Message, Subject
from contracts.payment.steering import CancelPayment, PaymentSteered
from contracts.payment.transfers import TransferCompleted, TransferReturned
from contracts.payment.values import PaymentState, ResolutionOutcome, ResolutionState
from infra.handling.telling import Send
from services.payment.domain.payments import (
    AnotherProposal,
    NothingProposed,
    NothingToResolve,
    PaymentNotEnded,
    ResolutionAlreadyProposed,
    ResolutionUnderWay,
    SamePerson,
)
from tests.builders import customer
from tests.fixtures.servers import Databases
from tests.payment.contradictions import (
    AUDITOR,
    CHECKER,
    MAKER,
    REASON,
    RETURN,
    SETTLE,
    THIRD,
    Contradiction,
    approve,
    no_after_yes,
    orders,
    propose,
    refused,
    reject,
    resolution,
    yes_after_no,
    yes_to_what_was_never_sent,
)  # fmt: skip
from tests.payment.desk import Desk, accepted
from tests.payment.examples import CAPTURED, HELD, NO_FUNDS, RELEASED, REVERSED, SET_ASIDE

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("contradiction", "outcome", "answers", "told", "state"),
    [
        (
            yes_after_no, SETTLE, (SET_ASIDE, HELD, CAPTURED),
            [PostEntry, PlaceHold, CaptureHold, TransferCompleted], PaymentState.COMPLETED,
        ),
        (yes_after_no, RETURN, (SET_ASIDE, SET_ASIDE), [PostEntry] * 2, PaymentState.FAILED),
        (
            yes_to_what_was_never_sent, SETTLE, (HELD, CAPTURED),
            [PlaceHold, CaptureHold, TransferCompleted], PaymentState.COMPLETED,
        ),
        (yes_to_what_was_never_sent, RETURN, (), [], PaymentState.FAILED),
        (no_after_yes, SETTLE, (), [], PaymentState.COMPLETED),
        (
            no_after_yes, RETURN, (REVERSED,),
            [ReverseCapture, TransferReturned], PaymentState.RETURNED,
        ),
    ],
)  # fmt: skip
async def test_a_resolution_books_what_is_missing_and_the_payment_says_where_the_money_is(
    desk: Desk,
    contradiction: Contradiction,
    outcome: ResolutionOutcome,
    answers: tuple[Message, ...],
    told: list[type[Message]],
    state: PaymentState,
) -> None:
    payment_id = await contradiction(desk)
    since = len(desk.sent)
    assert (await desk.see(payment_id, AUDITOR)).needs_attention

    await propose(desk, payment_id, outcome)
    await approve(desk, payment_id)
    for answer in answers:
        assert (await desk.see(payment_id, AUDITOR)).needs_attention
        await desk.hear(answer)

    assert [type(message) for message in orders(desk, since)] == told
    payment = await desk.see(payment_id, AUDITOR)
    assert (payment.state, payment.needs_attention) == (state, False)
    assert (await resolution(desk, payment_id)).state is ResolutionState.DONE


async def test_the_hold_is_placed_on_the_payers_authority_and_captured_where_the_money_came_from(
    desk: Desk,
) -> None:
    payment_id = await yes_after_no(desk)
    since = len(desk.sent)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(SET_ASIDE)
    await desk.hear(HELD)

    first, hold, capture = desk.sent[since:]
    assert isinstance(first, Send)
    assert isinstance(hold, Send)
    assert isinstance(capture, Send)
    [aside] = [m for m in desk.sent[:since] if isinstance(m, Send) and m.command == first.command]
    assert aside.message_id != first.message_id
    assert isinstance(hold.command, PlaceHold)
    assert isinstance(capture.command, CaptureHold)
    assert (hold.subject, first.subject.id, capture.subject.id) == (
        customer(), "payment", "payment",
    )  # fmt: skip
    assert hold.command.hold_id == capture.command.hold_id != desk.holds()[0].hold_id
    assert capture.command.to_account == "GL-SUSPENSE-INR"


async def test_what_was_captured_is_taken_back_by_the_hold_of_the_payment(desk: Desk) -> None:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, RETURN)
    await approve(desk, payment_id)

    [taken_back] = [m for m in orders(desk, 0) if isinstance(m, ReverseCapture)]

    assert taken_back.hold_id == desk.holds()[0].hold_id


async def test_a_resolution_that_the_books_refuse_says_why_and_another_can_be_proposed(
    desk: Desk,
) -> None:
    payment_id = await yes_to_what_was_never_sent(desk)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(NO_FUNDS)

    failed = await resolution(desk, payment_id)
    payment = await desk.see(payment_id, AUDITOR)
    assert (failed.state, failed.code) == (ResolutionState.FAILED, "insufficient-funds")
    assert (payment.state, payment.needs_attention) == (PaymentState.FAILED, True)

    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(HELD)
    await desk.hear(CAPTURED)
    assert (await desk.see(payment_id, AUDITOR)).state is PaymentState.COMPLETED
    assert len({hold.hold_id for hold in desk.holds()}) == 3


async def test_a_refused_capture_gives_the_hold_back(desk: Desk) -> None:
    payment_id = await yes_to_what_was_never_sent(desk)
    since = len(desk.sent)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(HELD)
    await desk.hear(NO_FUNDS)
    await desk.hear(RELEASED)

    assert [type(m) for m in orders(desk, since)] == [PlaceHold, CaptureHold, ReleaseHold]
    assert (await resolution(desk, payment_id)).state is ResolutionState.FAILED


async def test_a_capture_without_an_answer_is_sent_again_and_never_given_up(desk: Desk) -> None:
    payment_id = await yes_to_what_was_never_sent(desk)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(HELD)
    await desk.let_time_pass()

    assert desk.sent[-1] == desk.sent[-2]
    assert (await resolution(desk, payment_id)).state is ResolutionState.APPROVED


@pytest.mark.parametrize("decide", [approve, reject])
async def test_nobody_decides_what_he_has_proposed(
    desk: Desk, decide: Callable[..., Awaitable[PaymentSteered]]
) -> None:
    payment_id = await yes_after_no(desk)
    await propose(desk, payment_id, RETURN)
    since = len(desk.sent)

    with pytest.raises(SamePerson) as refusal:
        await decide(desk, payment_id, MAKER)

    assert (refusal.value.code, refusal.value.kind) == ("same-person", Kind.FORBIDDEN)
    assert desk.sent[since:] == []
    assert (await resolution(desk, payment_id)).state is ResolutionState.PROPOSED


async def test_the_table_itself_lets_nobody_decide_what_he_has_proposed(desk: Desk) -> None:
    await propose(desk, await yes_after_no(desk), RETURN)

    with pytest.raises(asyncpg.CheckViolationError, match="decided_by_another"):
        await desk.store.db.execute(
            "update resolutions set is_approved = true, decided_by = 'maker', decided_at = now()"
        )


async def test_one_proposal_is_open_at_a_time(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    await propose(desk, payment_id, RETURN)
    with pytest.raises(ResolutionAlreadyProposed):
        await propose(desk, payment_id, SETTLE, CHECKER)

    await approve(desk, payment_id)
    with pytest.raises(ResolutionUnderWay):
        await propose(desk, payment_id, SETTLE)

    await desk.hear(SET_ASIDE)
    await desk.hear(SET_ASIDE)
    with pytest.raises(NothingToResolve):
        await propose(desk, payment_id, SETTLE)


async def test_what_is_rejected_or_approved_is_decided_once(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    with pytest.raises(NothingProposed):
        await approve(desk, payment_id)
    await propose(desk, payment_id, SETTLE)
    await reject(desk, payment_id)
    for decide in (approve, reject):
        with pytest.raises(NothingProposed):
            await decide(desk, payment_id)
    assert (await desk.see(payment_id, AUDITOR)).needs_attention

    await propose(desk, payment_id, RETURN)
    with pytest.raises(AnotherProposal):
        await approve(desk, payment_id, number=1)
    await approve(desk, payment_id, number=2)
    for decide in (approve, reject):
        with pytest.raises(NothingProposed):
            await decide(desk, payment_id)


async def test_what_was_not_contradicted_or_is_under_way_is_not_resolved(desk: Desk) -> None:
    completed = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(accepted(completed))
    with pytest.raises(NothingToResolve):
        await propose(desk, completed, RETURN)

    await desk.hear_rail(refused(completed))
    with pytest.raises(PaymentNotEnded):
        await propose(desk, completed, RETURN)

    await desk.hear(CAPTURED)
    await propose(desk, completed, RETURN)


async def test_of_two_approvals_at_once_one_books(databases: Databases) -> None:
    async with databases.fresh(("payment",)) as database:
        first, second = [await asyncpg.connect(database.url("payment")) for _ in range(2)]
        desk, other = Desk(first), Desk(second)
        payment_id = await yes_after_no(desk)
        await propose(desk, payment_id, RETURN)
        since = len(desk.sent)

        async def approve_at(at: Desk, by: Subject) -> PaymentSteered:
            async with at.store.db.transaction():
                return await approve(at, payment_id, by)

        outcomes = await asyncio.gather(
            approve_at(desk, CHECKER), approve_at(other, THIRD), return_exceptions=True
        )
        await first.close()
        await second.close()

    assert len([o for o in outcomes if isinstance(o, NothingProposed)]) == 1
    assert len([o for o in outcomes if isinstance(o, PaymentSteered)]) == 1
    assert len([*desk.sent[since:], *other.sent]) == 1


async def test_what_is_approved_and_rolled_back_is_open_as_before(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    await propose(desk, payment_id, RETURN)

    transaction = desk.store.db.transaction()
    await transaction.start()
    await approve(desk, payment_id)
    await transaction.rollback()

    assert (await resolution(desk, payment_id)).state is ResolutionState.PROPOSED
    await approve(desk, payment_id)


async def test_who_proposed_and_decided_and_why_is_kept_and_shown_to_staff(desk: Desk) -> None:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, SETTLE)
    await reject(desk, payment_id)
    await propose(desk, payment_id, RETURN)
    await approve(desk, payment_id)
    await desk.hear(REVERSED)

    payment = await desk.see(payment_id, AUDITOR)
    shown = await resolution(desk, payment_id)
    assert (shown.proposed_by, shown.decided_by, shown.reason) == ("maker", "checker", REASON)
    assert [(step.name, step.reason) for step in payment.steps[-5:]] == [
        ("propose-settle", f"maker: {REASON}"),
        ("reject", "checker: not so"),
        ("propose-return", f"maker: {REASON}"),
        ("approve", "checker: seen"),
        ("reverse-capture", None),
    ]


async def test_a_customer_sees_what_is_done_and_not_who_decided_it_and_why(desk: Desk) -> None:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, RETURN)
    assert (await desk.see(payment_id, customer())).resolution is None

    await approve(desk, payment_id)
    await desk.hear(REVERSED)

    shown = await resolution(desk, payment_id, customer())
    assert (shown.state, shown.outcome) == (ResolutionState.DONE, RETURN)
    assert (shown.proposed_by, shown.decided_by, shown.reason) == (None, None, None)
    steps = (await desk.see(payment_id, customer())).steps
    assert [step.name for step in steps][-2:] == ["capture-hold", "reverse-capture"]


async def test_payments_that_need_attention_are_listed(desk: Desk) -> None:
    resolved, open_ = await no_after_yes(desk), await yes_after_no(desk)
    under_way = await desk.make()
    await propose(desk, resolved, SETTLE)
    await approve(desk, resolved)

    assert await desk.find(AUDITOR, needs_attention=True) == [open_]
    assert await desk.find(AUDITOR, needs_attention=False) == [under_way, resolved]
    assert await desk.find(AUDITOR) == [under_way, open_, resolved]


async def test_a_resolved_payment_is_found_under_its_new_state(desk: Desk) -> None:
    payment_id = await no_after_yes(desk)
    await propose(desk, payment_id, RETURN)
    await approve(desk, payment_id)
    await desk.hear(REVERSED)

    assert await desk.find(AUDITOR, state=PaymentState.RETURNED) == [payment_id]
    assert await desk.find(AUDITOR, state=PaymentState.COMPLETED) == []
    with pytest.raises(Conflict):
        await desk.ask(CancelPayment(payment_id=payment_id), customer())
