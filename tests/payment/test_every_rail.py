"""A payment over any rail goes by the same table of steps, in the words of that rail."""

from collections.abc import Awaitable
from uuid import UUID

import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import PostEntry
from contracts.envelope import DomainError, Event
from contracts.payment.transfers import TransferCompleted, TransferFailed
from contracts.payment.values import Rail
from contracts.topology import OUTSIDE, OutsideSystem
from infra.bus.authority import senders
from infra.sagas.table import Meaning
from services.payment.sagas import RAILS, PaymentOrder
from services.payment.sagas.paying import clearing_account
from services.payment.sagas.rails import RailSide
from tests.builders import an, inr
from tests.payment.contradictions import SETTLE, propose, resolution
from tests.payment.desk import Desk
from tests.payment.examples import (
    BY_RAIL,
    CAPTURED,
    HELD,
    PAYMENT_ID,
    PAYMENT_OF_500,
    RELEASED,
    SET_ASIDE,
)
from tests.payment.test_imps import TIME, Dialogue

every_rail = pytest.mark.parametrize("side", RAILS, ids=lambda side: side.rail)
IMPS, RTGS = RAILS
LARGE = inr("200000")


def answer(side: RailSide, meaning: Meaning, payment_id: UUID = PAYMENT_ID) -> Event:
    [kind] = [kind for kind, means in side.answers.items() if means is meaning]
    return an(kind, transfer_id=payment_id)


def system(side: RailSide) -> OutsideSystem:
    [found] = [each for each in OUTSIDE if each.orders == side.submit.kind.exchange]
    return found


def another(side: RailSide) -> RailSide:
    return next(each for each in RAILS if each is not side)


def dialogue(side: RailSide) -> Dialogue:
    return Dialogue(BY_RAIL[side.rail], PAYMENT_OF_500.model_copy(update={"rail": side.rail}))


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
    assert {side.submit.kind.exchange, side.inquire.kind.exchange} == {place.orders}
    assert {kind.exchange for kind in side.answers} == {place.answers}
    assert {user for kind in side.answers for user in senders(kind)} == {place.user}


def test_no_two_rails_share_a_message() -> None:
    said = [kind for side in RAILS for kind in (side.submit.kind, side.inquire.kind, *side.answers)]

    assert len(said) == len(set(said)) == 5 * len(RAILS)


@every_rail
def test_what_it_accepts_is_captured_into_its_own_clearing(side: RailSide) -> None:
    played = dialogue(side).play(HELD, answer(side, Meaning.DONE), CAPTURED)

    assert played.kinds() == [PlaceHold, side.submit.kind, CaptureHold, TransferCompleted]
    held, captured = played.sent[0], played.sent[2]
    assert isinstance(held, PlaceHold)
    assert isinstance(captured, CaptureHold)
    assert held.reason == f"{side.rail} payment to Carol"
    assert captured.to_account == f"GL-CLEARING-{side.rail}-INR"
    assert captured.description.startswith(f"{side.rail} ")


@every_rail
def test_what_it_refuses_is_released(side: RailSide) -> None:
    played = dialogue(side).play(HELD, answer(side, Meaning.REFUSED), RELEASED)

    assert played.kinds() == [PlaceHold, side.submit.kind, ReleaseHold, TransferFailed]


@every_rail
def test_it_is_asked_and_only_when_unaware_sent_the_transfer_again(side: RailSide) -> None:
    played = dialogue(side).play(
        HELD, TIME, answer(side, Meaning.UNAWARE), TIME, answer(side, Meaning.DONE)
    )

    submit, inquire = side.submit.kind, side.inquire.kind
    assert played.kinds() == [PlaceHold, submit, inquire, submit, inquire, CaptureHold]
    assert played.sent[1] == played.sent[3]


@every_rail
def test_a_late_yes_goes_from_suspense_to_its_own_clearing(side: RailSide) -> None:
    late = dialogue(side).play(
        HELD, answer(side, Meaning.REFUSED), RELEASED, answer(side, Meaning.DONE), SET_ASIDE
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

    for so_far in ((HELD,), (HELD, TIME), (HELD, answer(side, Meaning.DONE), CAPTURED)):
        played = dialogue(side).play(*so_far)
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
