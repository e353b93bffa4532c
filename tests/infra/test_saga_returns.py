"""What is given back after it happened, as a dialogue: a trip whose agency returns the payment."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.envelope import Event, Message, Refused
from contracts.sagas import StepState
from infra.sagas.moves import advance, needs_attention, park, start, timed_out
from infra.sagas.orders import answerer
from infra.sagas.runs import Instance
from infra.sagas.steering import SagaAlreadyEnded, Steering
from infra.sagas.table import Line, Meaning, Move, Phase, Saga, Sends
from tests.infra.trip import TRIP, TRIP_ID, YES, Ended, GiveBack, Reserve, Trip


class _Said(Event):
    code: str = ""

    @property
    def aggregate(self) -> str:
        return "trip:1"


class Paid(_Said): ...


class Declined(_Said): ...


class GivenBack(_Said): ...


def given_back(what: str) -> Sends[Trip]:
    return Sends(GiveBack, lambda trip: GiveBack(what=what))


ANSWERS: dict[type[Event], Meaning] = {
    Paid: Meaning.DONE,
    Declined: Meaning.REFUSED,
    GivenBack: Meaning.RETURNED,
}
FLIGHT, VISA, HOTEL, PAY, TELL = TRIP.steps
RETURNABLE: Saga[Trip] = replace(
    TRIP,
    steps=(
        FLIGHT,
        VISA,
        HOTEL,
        replace(PAY, answers=ANSWERS, undo=given_back("money")),
        replace(TELL, undo=given_back("news")),
    ),
    returned=lambda trip: (Ended(code="returned"),),
)
NO = Refused(code="busy", detail="Not now.")
PAID, DECLINED, GIVEN_BACK = Paid(), Declined(code="no-money"), GivenBack()
SUBMITTED = (YES, YES, YES)
DONE = (*SUBMITTED, PAID, YES)


def play(*answers: Message) -> list[Move[Trip]]:
    """The moves of a trip that is answered so; an answer that changes nothing makes none."""
    moves = [start(RETURNABLE, TRIP_ID, Trip())]
    for answer in answers:
        run = moves[-1].run
        sent = [order.message_id for move in moves for order in move.orders]
        command_id = None if isinstance(answer, Event) else sent[-1]
        following = advance(RETURNABLE, run, answer, command_id)
        moves += [following] if following is not None else []
    return moves


def sent(moves: list[Move[Trip]]) -> list[Any]:
    """Commands and events, from the payment on."""
    said: list[Any] = []
    for move in moves:
        said += [order.command for order in move.orders]
        said += move.events
    return said[said.index(Reserve(what="pay")) + 1 :]


TAKEN_BACK = [GiveBack(what="news"), GiveBack(what="money"), Ended(code="returned")]


def test_what_is_given_back_after_the_end_is_undone_down_to_the_pivot() -> None:
    moves = play(*DONE, GIVEN_BACK, YES, YES)

    assert sent(moves) == [Reserve(what="tell"), Ended(places=("", "")), *TAKEN_BACK]
    assert moves[-1].run.phase is Phase.RETURNED
    assert not needs_attention(RETURNABLE, moves[-1].run)
    assert moves[-3].lines == (Line(4, StepState.UNDOING, "returned"),)


def test_on_its_way_forward_it_first_goes_to_its_end() -> None:
    moves = play(*SUBMITTED, PAID, GIVEN_BACK, YES, YES, YES)

    assert sent(moves) == [Reserve(what="tell"), *TAKEN_BACK]
    assert moves[-1].run.phase is Phase.RETURNED


def test_a_return_that_overtakes_the_yes_says_that_it_happened() -> None:
    moves = play(*SUBMITTED, GIVEN_BACK, PAID, YES, YES, YES)

    assert sent(moves) == [Reserve(what="tell"), *TAKEN_BACK]
    assert not moves[-1].run.is_contradicted


@pytest.mark.parametrize("late", [PAID, GIVEN_BACK])
def test_repeats_change_nothing_once_it_was_given_back(late: Message) -> None:
    run = play(*DONE, GIVEN_BACK, YES, YES)[-1].run

    assert advance(RETURNABLE, run, late, None) is None


def test_an_undo_that_is_refused_is_tried_until_it_succeeds() -> None:
    refused = play(*DONE, GIVEN_BACK, NO)[-1]
    again = timed_out(RETURNABLE, refused.run)

    assert refused.orders == ()
    assert [order.command for order in again.orders] == [GiveBack(what="news")]
    assert again.orders[0].message_id != play(*DONE, GIVEN_BACK)[-1].orders[0].message_id
    assert answerer(RETURNABLE, again.run) == "agency"


def test_a_parked_run_learns_of_the_return_and_stands_still() -> None:
    parked = park(RETURNABLE, play(*SUBMITTED, PAID)[-1].run)

    told = advance(RETURNABLE, parked.run, GIVEN_BACK, None)

    assert told is not None
    assert (told.orders, told.run.ends_as, told.run.is_parked) == ((), Phase.RETURNED, True)


@pytest.mark.parametrize("before", [(*SUBMITTED, DECLINED), (*SUBMITTED, DECLINED, YES, YES)])
def test_a_return_after_a_no_books_nothing_and_calls_a_person(before: tuple[Message, ...]) -> None:
    moves = play(*before, GIVEN_BACK)

    assert moves[-1].run.is_contradicted
    assert needs_attention(RETURNABLE, moves[-1].run)
    assert (moves[-1].orders, moves[-1].events) == ((), ())


def test_what_a_person_has_to_look_at_already_is_not_taken_back_beside_him() -> None:
    moves = play(*DONE, DECLINED, GIVEN_BACK)

    assert moves[-1].run.is_contradicted
    assert moves[-1].run.phase is Phase.COMPLETED
    assert sent(moves) == [Reserve(what="tell"), Ended(places=("", ""))]


def test_a_no_after_the_return_calls_a_person() -> None:
    assert play(*DONE, GIVEN_BACK, YES, YES, DECLINED)[-1].run.is_contradicted


def test_what_was_never_sent_is_not_given_back() -> None:
    begun = play(YES)[-1].run

    assert advance(RETURNABLE, begun, GIVEN_BACK, None) is None


def test_an_end_as_returned_cannot_be_steered() -> None:
    run = play(*DONE, GIVEN_BACK, YES, YES)[-1].run

    with pytest.raises(SagaAlreadyEnded):
        Steering().retry(Instance(RETURNABLE, run, 9))


def test_only_a_pivot_can_be_given_back_and_only_in_a_saga_that_has_such_an_end() -> None:
    answered = replace(VISA, answers={GivenBack: Meaning.RETURNED})

    with pytest.raises(ValueError, match="pivot"):
        replace(RETURNABLE, steps=(FLIGHT, answered, PAY))
    with pytest.raises(ValueError, match="pivot"):
        replace(RETURNABLE, returned=None)
