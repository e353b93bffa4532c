"""A payment over any rail goes by the same table of steps, in the words of that rail."""

from collections.abc import Awaitable
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import pytest

from contracts import rail
from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry
from contracts.envelope import Command, DomainError, Event, Message
from contracts.payment.transfers import TransferCompleted, TransferFailed
from contracts.payment.values import Rail
from contracts.rail.payees import PayeeAnswer, PayeeQuestion
from contracts.rail.said import Said
from contracts.topology import OUTSIDE, OutsideSystem
from infra.bus.authority import senders
from infra.sagas.table import Meaning, Saga, Sends
from services.payment.sagas import RAILS, PaymentOrder, batch_sagas
from services.payment.sagas.giving_back import ARRIVED
from services.payment.sagas.paying import clearing_account
from services.payment.sagas.rails import RailSide
from services.payment.sagas.receiving import ARRIVALS
from services.payment.sagas.returning import RETURNS
from services.payment.store import AGREEING, RECALLING, RECEIVING
from tests.builders import an, inr
from tests.payment.contradictions import SETTLE, propose, resolution
from tests.payment.desk import NOON, Desk
from tests.payment.examples import (
    BY_RAIL,
    CAPTURED,
    HELD,
    PAYMENT_ID,
    PAYMENT_OF_500,
    RELEASED,
    SET_ASIDE,
    payee,
)
from tests.payment.test_imps import TIME, Dialogue

every_rail = pytest.mark.parametrize("side", RAILS, ids=lambda side: side.rail)
IMPS, RTGS, *_ = RAILS
CUT_OFF = NOON + timedelta(minutes=30)
LARGE = inr("200000")


def answer(side: RailSide, meaning: Meaning, payment_id: UUID = PAYMENT_ID) -> Event:
    [kind] = [kind for kind, means in side.answers.items() if means is meaning]
    return an(kind, transfer_id=payment_id)


def system(side: RailSide) -> OutsideSystem:
    [found] = [each for each in OUTSIDE if each.orders == side.inquire.kind.exchange]
    return found


def submitted(side: RailSide) -> tuple[type[Command], ...]:
    """What the run of a payment sends when it goes to the rail: nothing when it joins a batch."""
    [step] = [step for step in BY_RAIL[side.rail].steps if step.pivot]
    return (step.do.kind,) if isinstance(step.do, Sends) else ()


def kinds_of(saga: Saga[Any]) -> list[type[Message]]:
    """All that is said with the rail in this saga."""
    sent = [sends.kind for step in saga.steps for sends in step.sends if sends.kind.exchange]
    return [*sent, *(kind for step in saga.steps for kind in step.answers)]


def of_payments(said: Said) -> list[type[Message]]:
    """All that is said with the rail but of who a payee is."""
    of_payees = (PayeeQuestion, PayeeAnswer)
    return [each for each in said.orders + said.answers if not issubclass(each, of_payees)]


def another(side: RailSide) -> RailSide:
    return next(each for each in RAILS if each is not side)


def dialogue(side: RailSide) -> Dialogue:
    order = PAYMENT_OF_500.model_copy(
        update={"rail": side.rail, "beneficiary": payee(side.rail), "cut_off": CUT_OFF}
    )
    return Dialogue(BY_RAIL[side.rail], order)


def at_rail(side: RailSide) -> Dialogue:
    """One whose money is held, and that has left for the rail."""
    return dialogue(side).play(HELD, *([TIME] if side.in_batches else []))


def test_every_rail_has_a_side_and_a_saga_of_its_name() -> None:
    assert [side.rail for side in RAILS] == list(Rail)
    assert {rail: saga.name for rail, saga in BY_RAIL.items()} == {
        rail: rail.lower() for rail in Rail
    }


@every_rail
def test_a_rail_is_told_over_its_own_exchange_and_is_answered_by_its_own_user(
    side: RailSide,
) -> None:
    place = system(side)

    assert place.user == f"rail-{side.rail.lower()}"
    assert {kind.exchange for kind in (*submitted(side), side.inquire.kind)} == {place.orders}
    assert {kind.exchange for kind in side.answers} == {place.answers}
    assert {user for kind in side.answers for user in senders(kind)} == {place.user}


def test_no_two_rails_share_a_message() -> None:
    said = [
        kind
        for side in RAILS
        for saga in (
            BY_RAIL[side.rail],
            *batch_sagas([BY_RAIL[side.rail]]),
            RECEIVING[side.rail],
            RECALLING[side.rail],
            AGREEING[side.rail],
        )
        for kind in kinds_of(saga)
        if kind is not PostEntry
    ] + [*ARRIVALS, *RETURNS, *ARRIVED]

    assert len(said) == len(set(said)) == len(list(chain(*map(of_payments, rail.RAILS))))


@every_rail
def test_what_it_accepts_is_captured_into_its_own_clearing(side: RailSide) -> None:
    played = at_rail(side).play(answer(side, Meaning.DONE), CAPTURED)

    assert played.kinds() == [PlaceHold, *submitted(side), CaptureHold, TransferCompleted]
    held, captured = played.sent[0], played.sent[-2]
    assert isinstance(held, PlaceHold)
    assert isinstance(captured, CaptureHold)
    assert held.reason == f"{side.rail} payment to Carol"
    assert captured.to_account == f"GL-CLEARING-{side.rail}-INR"
    assert captured.description.startswith(f"{side.rail} ")


@every_rail
def test_what_it_refuses_is_released(side: RailSide) -> None:
    played = at_rail(side).play(answer(side, Meaning.REFUSED), RELEASED)

    assert played.kinds() == [PlaceHold, *submitted(side), ReleaseHold, TransferFailed]


@every_rail
def test_it_is_asked_and_only_when_unaware_sent_the_transfer_again(side: RailSide) -> None:
    played = at_rail(side).play(
        TIME, answer(side, Meaning.UNAWARE), TIME, answer(side, Meaning.DONE)
    )

    submit, inquire = submitted(side), side.inquire.kind
    assert played.kinds() == [PlaceHold, *submit, inquire, *submit, inquire, CaptureHold]
    assert len({str(each) for each in played.sent if type(each) in submit}) == len(submit)


@every_rail
def test_a_late_yes_goes_from_suspense_to_its_own_clearing(side: RailSide) -> None:
    late = at_rail(side).play(
        answer(side, Meaning.REFUSED), RELEASED, answer(side, Meaning.DONE), SET_ASIDE
    )

    entry = late.sent[-1]
    assert isinstance(entry, PostEntry)
    assert [leg.account_number for leg in entry.legs] == [
        "GL-SUSPENSE-INR", f"GL-CLEARING-{side.rail}-INR",
    ]  # fmt: skip


@every_rail
@pytest.mark.parametrize("meaning", Meaning)
def test_the_word_of_another_rail_moves_nothing(side: RailSide, meaning: Meaning) -> None:
    if meaning not in side.answers.values():
        return
    stranger = answer(another(side), meaning)

    for so_far in ((), (TIME,), (answer(side, Meaning.DONE), CAPTURED)):
        played = at_rail(side).play(*so_far)
        before, sent = played.run, played.kinds()

        played.play(stranger)

        assert (played.run, played.kinds()) == (before, sent)


def test_an_order_of_before_there_were_two_rails_is_one_over_imps() -> None:
    kept = PAYMENT_OF_500.model_dump(mode="json", exclude={"rail"})

    order = PaymentOrder.model_validate(kept)

    assert clearing_account(order) == "GL-CLEARING-IMPS-INR"


@pytest.mark.integration
@pytest.mark.parametrize(
    ("rail", "amount", "code"),
    [
        (Rail.RTGS, "199999.99", "below-rail-minimum"),
        (Rail.RTGS, "200000.00", None),
        (Rail.RTGS, "9999999999.99", None),
        (Rail.IMPS, "0.01", None),
        (Rail.IMPS, "500000.00", None),
        (Rail.IMPS, "500000.01", "limit-exceeded"),
        (Rail.NEFT, "0.01", None),
        (Rail.NEFT, "9999999999.99", None),
        (Rail.UPI, "0.01", None),
        (Rail.UPI, "100000.00", None),
        (Rail.UPI, "100000.01", "limit-exceeded"),
    ],
)
async def test_a_rail_carries_what_the_law_says(
    desk: Desk, rail: Rail, amount: str, code: str | None
) -> None:
    assert await refusal_of(desk.make(rail=rail, amount=inr(amount))) == code


async def refusal_of(making: Awaitable[UUID]) -> str | None:
    """The code of the refusal, if there is one."""
    try:
        await making
    except DomainError as refusal:
        return refusal.code
    return None


@pytest.mark.integration
async def test_a_resolved_payment_is_contradicted_by_its_own_rail_alone(desk: Desk) -> None:
    payment_id = await desk.make(rail=Rail.RTGS, amount=LARGE)
    await desk.hear(HELD)
    await desk.hear_rail(answer(RTGS, Meaning.REFUSED, payment_id))
    await desk.hear(RELEASED)
    await desk.hear_rail(answer(RTGS, Meaning.DONE, payment_id))
    await propose(desk, payment_id, SETTLE)

    await desk.hear_rail(answer(IMPS, Meaning.REFUSED, payment_id))
    assert (await resolution(desk, payment_id)).contradicted_at is None

    await desk.hear_rail(answer(RTGS, Meaning.REFUSED, payment_id))
    assert (await resolution(desk, payment_id)).contradicted_at is not None
