"""What the rail says about a payment that people resolve, or have resolved, is not lost."""

import pytest

from contracts.account.holds import CaptureHold, PlaceHold
from contracts.account.movements import PostEntry, ReverseCapture
from contracts.envelope import Message
from contracts.payment.values import PaymentState, ResolutionOutcome, ResolutionState
from services.payment.domain.payments import (
    ProposalContradicted,
)
from tests.payment.contradictions import (
    AUDITOR,
    CONTRADICTIONS,
    RETURN,
    SETTLE,
    Contradiction,
    approve,
    orders,
    propose,
    refused,
    reject,
    resolution,
    yes_after_no,
    yes_to_what_was_never_sent,
)  # fmt: skip
from tests.payment.desk import Desk, accepted
from tests.payment.examples import CAPTURED, HELD, REVERSED, SET_ASIDE

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("outcome", ResolutionOutcome)
@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
async def test_a_rail_that_contradicts_what_was_resolved_calls_a_person_again(
    desk: Desk, contradiction: Contradiction, outcome: ResolutionOutcome
) -> None:
    payment_id = await contradiction(desk)
    await propose(desk, payment_id, outcome)
    await approve(desk, payment_id)
    while (await resolution(desk, payment_id)).state is ResolutionState.APPROVED:
        await desk.hear(ANSWERS[type(orders(desk, -1)[0])])
    same, other = accepted(payment_id), refused(payment_id)
    if outcome is RETURN:
        same, other = other, same  # type: ignore[assignment]
    since = len(desk.sent)

    await desk.hear_rail(same)
    assert not (await desk.see(payment_id, AUDITOR)).needs_attention
    await desk.hear_rail(other)

    payment = await desk.see(payment_id, AUDITOR)
    assert payment.needs_attention
    assert payment.resolution is not None
    assert payment.resolution.contradicted_at is not None
    assert desk.sent[since:] == []
    await propose(desk, payment_id, outcome)
    await approve(desk, payment_id)
    assert not (await desk.see(payment_id, AUDITOR)).needs_attention


ANSWERS: dict[type[Message], Message] = {
    PostEntry: SET_ASIDE, PlaceHold: HELD, CaptureHold: CAPTURED, ReverseCapture: REVERSED,
}  # fmt: skip


async def test_a_proposal_that_the_rail_contradicts_is_not_approved_any_more(desk: Desk) -> None:
    payment_id = await yes_after_no(desk)
    await propose(desk, payment_id, SETTLE)
    await desk.hear_rail(refused(payment_id))

    with pytest.raises(ProposalContradicted):
        await approve(desk, payment_id)

    await reject(desk, payment_id)
    await propose(desk, payment_id, RETURN)
    await approve(desk, payment_id)


async def test_what_the_rail_says_while_entries_are_booked_calls_a_person_when_they_are(
    desk: Desk,
) -> None:
    payment_id = await yes_to_what_was_never_sent(desk)
    await propose(desk, payment_id, SETTLE)
    await approve(desk, payment_id)
    await desk.hear(HELD)
    capture = desk.sent[-1]
    await desk.hear_rail(refused(payment_id))
    assert desk.sent[-1] == capture
    await desk.hear(CAPTURED)

    payment = await desk.see(payment_id, AUDITOR)
    assert (payment.state, payment.needs_attention) == (PaymentState.COMPLETED, True)
