"""A step that waits for its moment, as a dialogue: the visa office takes requests at full hours."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.envelope import Command, Message, Refused
from contracts.sagas import StepState
from infra.sagas.moves import advance, due, park, retry, start, timed_out, undo
from infra.sagas.table import Awaits, Line, Move, Phase, Present, Saga
from tests.infra.trip import TRIP, TRIP_ID, YES, GiveBack, Reserve, Trip

HALF_PAST = Present(datetime(2026, 1, 5, 10, 30, tzinfo=UTC), date(2026, 1, 5))
ELEVEN = datetime(2026, 1, 5, 11, tzinfo=UTC)
FLIGHT, VISA, HOTEL = (Reserve(what=what) for what in ("flight", "visa", "hotel"))
NO = Refused(code="sold-out", detail="Nothing left.")


def next_hour(trip: Trip, present: Present) -> datetime | None:
    hour = present.now.replace(minute=0, second=0, microsecond=0)
    return hour if hour == present.now else hour + timedelta(hours=1)


def trip_whose_visa_waits(
    not_before: Callable[[Trip, Present], datetime | None] = next_hour,
) -> Saga[Trip]:
    steps = [
        replace(step, not_before=not_before) if step.name == "visa" else step for step in TRIP.steps
    ]
    return replace(TRIP, steps=tuple(steps))


SLOW = trip_whose_visa_waits()


def play(saga: Saga[Trip], *answers: Message, at: Present = HALF_PAST) -> list[Move[Trip]]:
    """The moves of a trip whose commands are answered so, one after the other."""
    moves = [due(saga, start(saga, TRIP_ID, Trip()), at)]
    for answer in answers:
        following = advance(saga, moves[-1].run, answer, moves[-1].orders[-1].message_id)
        assert following is not None
        moves.append(due(saga, following, at))
    return moves


def sent(moves: Sequence[Move[Trip]]) -> list[Command]:
    return [order.command for move in moves for order in move.orders]


def test_a_command_is_not_sent_before_its_moment() -> None:
    moves = play(SLOW, YES)

    assert sent(moves) == [FLIGHT]
    assert (moves[-1].run.awaits, moves[-1].wait_until) == (Awaits.MOMENT, ELEVEN)
    assert moves[-1].wait_seconds is None
    assert moves[-1].lines == (
        Line(0, StepState.DONE),
        Line(1, StepState.WAITING_UNTIL, "2026-01-05T11:00:00Z"),
    )


def test_it_is_sent_when_the_moment_has_come_and_the_moment_is_not_asked_for_again() -> None:
    waiting = play(SLOW, YES)[-1]

    moment = timed_out(SLOW, waiting.run)

    assert sent([moment]) == [VISA]
    assert (moment.run.awaits, moment.run.until) == (Awaits.ANSWER, None)
    assert moment.lines == (Line(1, StepState.WAITING),)


def test_a_moment_in_the_past_or_none_sends_at_once() -> None:
    past = trip_whose_visa_waits(lambda trip, present: present.now - timedelta(days=1))
    none = trip_whose_visa_waits(lambda trip, present: None)
    on_time = Present(ELEVEN, HALF_PAST.business_date)

    assert sent(play(past, YES)) == [FLIGHT, VISA]
    assert sent(play(none, YES)) == [FLIGHT, VISA]
    assert sent(play(SLOW, YES, at=on_time)) == [FLIGHT, VISA]


def test_the_business_day_may_be_what_is_waited_for() -> None:
    def next_morning(trip: Trip, present: Present) -> datetime:
        return datetime(2026, 1, present.business_date.day + 1, 9, tzinfo=UTC)

    waiting = play(trip_whose_visa_waits(next_morning), YES)[-1]

    assert waiting.wait_until == datetime(2026, 1, 6, 9, tzinfo=UTC)


def test_the_first_step_may_wait_too() -> None:
    first = replace(TRIP.steps[0], not_before=next_hour)
    saga = replace(TRIP, steps=(first, *TRIP.steps[1:]))

    [waiting] = play(saga)

    assert (sent([waiting]), waiting.wait_until) == ([], ELEVEN)


def test_what_waits_for_its_moment_is_cancelled_without_having_been_sent() -> None:
    waiting = play(SLOW, YES)[-1]

    cancelled = undo(SLOW, waiting.run, "cancelled", "", ends_as=Phase.CANCELLED)

    assert sent([cancelled]) == [GiveBack(what="flight")]
    assert cancelled.lines[0] == Line(1, StepState.UNDONE, "cancelled")
    assert cancelled.run.until is None


def test_a_person_who_retries_does_not_make_it_earlier() -> None:
    waiting = play(SLOW, YES)[-1]

    early = due(SLOW, retry(SLOW, waiting.run), HALF_PAST)
    late = due(SLOW, retry(SLOW, waiting.run), Present(ELEVEN, HALF_PAST.business_date))

    assert (sent([early]), early.wait_until) == ([], ELEVEN)
    assert sent([late]) == [VISA]


def test_one_that_was_parked_waits_on_or_begins_to_wait_when_it_is_retried() -> None:
    while_waiting = park(SLOW, play(SLOW, YES)[-1].run)
    before = park(SLOW, play(SLOW)[-1].run)
    learnt = advance(SLOW, before.run, YES, play(SLOW)[-1].orders[-1].message_id)
    assert learnt is not None

    assert (while_waiting.wait_until, while_waiting.run.until) == (None, ELEVEN)
    assert due(SLOW, learnt, HALF_PAST).wait_until is None
    for parked in (while_waiting, learnt):
        goes_on = due(SLOW, retry(SLOW, parked.run), HALF_PAST)
        assert (sent([goes_on]), goes_on.wait_until) == ([], ELEVEN)


@pytest.mark.parametrize("answer", [YES, NO])
def test_an_old_answer_says_nothing_to_a_run_that_waits(answer: Message) -> None:
    moves = play(SLOW, YES)

    assert advance(SLOW, moves[-1].run, answer, moves[0].orders[-1].message_id) is None


def test_a_second_attempt_and_an_undoing_do_not_wait() -> None:
    waiting = play(SLOW, YES)[-1]
    asked = timed_out(SLOW, waiting.run)

    refused = advance(SLOW, asked.run, NO, asked.orders[-1].message_id)

    assert refused is not None
    assert sent([due(SLOW, refused, HALF_PAST)]) == [GiveBack(what="flight")]
