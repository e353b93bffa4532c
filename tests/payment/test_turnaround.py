"""How long a rail may keep silent, and what a payer gets for longer, on a real database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.holds import ReleaseHold
from contracts.account.movements import PaymentReceived, PostEntry, ReceivePayment
from contracts.envelope import DomainError, Role
from contracts.payment.payments import Payment
from contracts.payment.steering import ParkPayment, RetryPayment
from contracts.payment.transfers import TransferFailed
from contracts.payment.turnaround import (
    AddTurnaroundRule,
    ListTurnaroundRules,
    TurnaroundRule,
    TurnaroundRules,
)
from contracts.payment.values import CompensationState, PaymentState, Rail
from contracts.rail.imps import InquireTransfer
from infra.handling.telling import Send
from infra.runtime.clock import BUSINESS_ZONE
from services.payment.domain.turnaround import answer_by, days_late
from tests.builders import ALICE, an, customer, inr, staff
from tests.payment.contradictions import MAKER, REASON, refused
from tests.payment.desk import NOON, Desk, accepted
from tests.payment.examples import HELD, NO_FUNDS, RELEASED

pytestmark = pytest.mark.integration

ADMIN = staff(Role.ADMIN)
TODAY = date(2026, 1, 5)
LAST_MOMENT = datetime(2026, 1, 6, 17, 30, tzinfo=UTC)  # 23:00 of the next day in India
PAID = an(PaymentReceived, code=None)


async def paid_in_silence(desk: Desk) -> UUID:
    """A payment that the rail was asked about once, and said nothing."""
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.let_time_pass()
    return payment_id


async def seen(desk: Desk, payment_id: UUID) -> Payment:
    return await desk.see(payment_id, customer())


def compensations(desk: Desk) -> list[ReceivePayment]:
    commands = [each.command for each in desk.sent if isinstance(each, Send)]
    return [each for each in commands if isinstance(each, ReceivePayment)]


async def test_silence_is_asked_about_until_its_time_is_over_and_is_a_no_then(desk: Desk) -> None:
    payment_id = await paid_in_silence(desk)
    assert (await seen(desk, payment_id)).answer_by == LAST_MOMENT
    desk.now = LAST_MOMENT - timedelta(seconds=1)

    await desk.let_time_pass()
    assert desk.kinds()[-1] is InquireTransfer
    desk.now = LAST_MOMENT
    await desk.let_time_pass()
    assert desk.kinds()[-1] is ReleaseHold
    await desk.hear(RELEASED)

    payment = await seen(desk, payment_id)
    assert (payment.state, payment.reason) == (PaymentState.FAILED, "no-answer-in-time")
    assert (payment.needs_attention, payment.compensation) == (False, None)
    assert TransferFailed in desk.kinds()
    assert not compensations(desk)


@pytest.mark.parametrize("ends", ["the rail says no", "its silence ends"])
async def test_who_has_his_money_two_days_late_gets_for_two_days_whatever_the_reason(
    desk: Desk, ends: str
) -> None:
    payment_id = await paid_in_silence(desk)
    desk.now = NOON + timedelta(days=3)

    if ends == "the rail says no":
        await desk.hear_rail(refused(payment_id))
    else:
        await desk.let_time_pass()
    await desk.hear(RELEASED)

    [owed] = compensations(desk)
    assert (owed.from_account, owed.account_number) == ("GL-COMPENSATION-INR", ALICE)
    assert owed.amount == inr("200")
    assert owed.reference == f"compensation-{payment_id}"
    found = (await seen(desk, payment_id)).compensation
    assert found is not None
    assert (found.days, found.amount_minor, found.state) == (
        2, 200_00, CompensationState.PROCESSING,
    )  # fmt: skip
    await _answer_compensation(desk, PAID)
    found = (await seen(desk, payment_id)).compensation
    assert found is not None
    assert found.state is CompensationState.COMPLETED


async def test_a_compensation_that_the_account_does_not_take_says_why(desk: Desk) -> None:
    payment_id = await paid_in_silence(desk)
    desk.now = NOON + timedelta(days=2)
    await desk.hear_rail(refused(payment_id))
    await desk.hear(RELEASED)

    await _answer_compensation(
        desk, an(PaymentReceived, entry_id=None, code="account-closed", detail="It is closed.")
    )

    found = (await seen(desk, payment_id)).compensation
    assert found is not None
    assert (found.state, found.code) == (CompensationState.FAILED, "account-closed")


async def test_a_deadline_that_nobody_saw_pass_is_not_held_against_the_rail(desk: Desk) -> None:
    payment_id = await paid_in_silence(desk)
    desk.now = LAST_MOMENT + timedelta(hours=5)
    await desk.store.db.execute("update sagas set deadline = now() - interval '5 hours'")

    await desk.sweep()
    assert desk.kinds()[-1] is InquireTransfer
    await desk.hear_rail(accepted(payment_id))

    assert ReleaseHold not in desk.kinds()


async def test_a_yes_after_the_end_of_silence_is_a_contradiction(desk: Desk) -> None:
    payment_id = await paid_in_silence(desk)
    desk.now = LAST_MOMENT
    await desk.let_time_pass()
    await desk.hear(RELEASED)

    await desk.hear_rail(accepted(payment_id))

    assert desk.kinds()[-1] is PostEntry
    payment = await seen(desk, payment_id)
    assert (payment.state, payment.needs_attention) == (PaymentState.FAILED, True)


async def test_a_payment_that_a_manager_keeps_is_not_reversed_and_its_days_count(
    desk: Desk,
) -> None:
    payment_id = await paid_in_silence(desk)
    await desk.ask(ParkPayment(payment_id=payment_id, reason=REASON), MAKER)
    desk.now = NOON + timedelta(days=4)
    await desk.let_time_pass()
    assert ReleaseHold not in desk.kinds()

    await desk.ask(RetryPayment(payment_id=payment_id, reason=REASON), MAKER)
    await desk.let_time_pass()
    await desk.hear(RELEASED)

    assert [each.amount for each in compensations(desk)] == [inr("300")]


async def test_what_never_went_to_the_rail_is_not_compensated(desk: Desk) -> None:
    await desk.make()
    desk.now = NOON + timedelta(days=4)

    await desk.hear(NO_FUNDS)

    assert not compensations(desk)


async def test_a_payment_over_a_rail_without_a_rule_is_waited_for(desk: Desk) -> None:
    payment_id = await desk.make(rail=Rail.RTGS, amount=inr("200000"))
    await desk.hear(HELD)
    await desk.let_time_pass()
    desk.now = NOON + timedelta(days=90)

    await desk.let_time_pass()

    payment = await seen(desk, payment_id)
    assert (payment.state, payment.answer_by) == (PaymentState.PROCESSING, None)
    assert ReleaseHold not in desk.kinds()


async def test_the_law_holds_from_the_start_and_another_rule_from_its_date(desk: Desk) -> None:
    before = await desk.make()
    added = AddTurnaroundRule(
        rail=Rail.IMPS, valid_from=TODAY + timedelta(days=1), reversal_days=3,
        daily_compensation_minor=None,
    )  # fmt: skip
    await desk.ask(added, ADMIN)
    desk.now = NOON + timedelta(days=1)
    after = await desk.make()

    assert [(await seen(desk, each)).answer_by for each in (before, after)] == [
        LAST_MOMENT,
        LAST_MOMENT + timedelta(days=3),
    ]
    for rail in (Rail.IMPS, Rail.UPI):
        found: TurnaroundRules = await desk.ask(ListTurnaroundRules(rail=rail), ADMIN)
        law = found.items[0]
        assert (law.reversal_days, law.daily_compensation_minor) == (1, 100_00)
        assert law.valid_from == date(2019, 10, 15)


@pytest.mark.parametrize(
    ("rail", "valid_from", "code"),
    [
        (Rail.NEFT, TODAY, "turnaround-not-of-rail"),
        (Rail.UPI, TODAY - timedelta(days=1), "terms-in-the-past"),
        (Rail.IMPS, date(2019, 10, 15), "terms-in-the-past"),
    ],
)
async def test_a_rule_that_cannot_hold_is_refused_and_changes_nothing(
    desk: Desk, rail: Rail, valid_from: date, code: str
) -> None:
    question = ListTurnaroundRules(rail=rail)
    before = await desk.ask(question, ADMIN)

    with pytest.raises(DomainError) as refusal:
        await desk.ask(AddTurnaroundRule(rail=rail, valid_from=valid_from, reversal_days=1), ADMIN)

    assert refusal.value.code == code
    assert await desk.ask(question, ADMIN) == before


@given(
    after=st.timedeltas(timedelta(0), timedelta(days=4_000)),
    days=st.integers(0, 30),
    later=st.timedeltas(timedelta(0), timedelta(days=60)),
)
def test_lateness_is_counted_in_days_of_the_calendar_of_india(
    after: timedelta, days: int, later: timedelta
) -> None:
    began = NOON + after
    until = answer_by(an(TurnaroundRule, reversal_days=days), began)
    assert until is not None

    last_day = began.astimezone(BUSINESS_ZONE).date() + timedelta(days=days)
    ended = (began + later).astimezone(BUSINESS_ZONE)

    assert until >= began
    assert until.astimezone(BUSINESS_ZONE).date() == last_day
    assert days_late(until, ended) == max(0, (ended.date() - last_day).days)


async def _answer_compensation(desk: Desk, answer: PaymentReceived) -> None:
    """The last thing sent may be an event; the order of the compensation is answered."""
    [order] = [
        each for each in desk.sent
        if isinstance(each, Send) and isinstance(each.command, ReceivePayment)
    ]  # fmt: skip
    await desk.hear(answer, to=order)
