"""How any saga moves, shown on a trip: flight, visa, hotel, pay (the pivot), tell."""

from contracts.envelope import Message, Refused
from contracts.sagas import StepState
from infra.sagas.moves import advance, needs_attention, park, retry, start, timed_out, undo
from infra.sagas.table import Line, Move, Phase
from tests.infra.trip import TRIP, TRIP_ID, YES, Ended, GiveBack, Reserve, Reserved, Trip

NO = Refused(code="sold-out", detail="Nothing left.")


def begun() -> Move[Trip]:
    return start(TRIP, TRIP_ID, Trip())


def answered(move: Move[Trip], *answers: Message) -> Move[Trip]:
    """The move after each answer to the command last sent."""
    for answer in answers:
        following = advance(TRIP, move.run, answer, move.orders[-1].message_id)
        assert following is not None
        move = following
    return move


def test_steps_are_done_top_to_bottom_and_what_they_learn_is_kept() -> None:
    move = answered(begun(), Reserved(place="12A"), YES, Reserved(place="room 5"), YES, YES)

    assert move.events == (Ended(places=("12A", "room 5")),)
    assert move.run.phase is Phase.COMPLETED
    assert move.wait_seconds is None


def test_finished_steps_are_undone_bottom_to_top_passing_over_what_leaves_nothing_behind() -> None:
    refused = answered(begun(), YES, YES, YES, NO)
    first, second = refused.orders[0].command, answered(refused, YES).orders[0].command
    ended = answered(refused, YES, YES)

    assert [first, second] == [GiveBack(what="hotel"), GiveBack(what="flight")]
    assert ended.events == (Ended(code="sold-out"),)
    assert ended.run.phase is Phase.FAILED


def test_a_refused_step_is_not_undone_but_one_without_an_answer_is() -> None:
    refused = answered(begun(), YES, YES, NO)
    unanswered = timed_out(TRIP, answered(begun(), YES, YES).run)

    assert refused.orders[0].command == GiveBack(what="flight")
    assert unanswered.orders[0].command == GiveBack(what="hotel")


def test_the_history_has_a_line_for_what_ended_and_for_what_began() -> None:
    assert begun().lines == (Line(0, StepState.WAITING),)
    assert answered(begun(), YES).lines == (
        Line(0, StepState.DONE),
        Line(1, StepState.WAITING),
    )
    assert answered(begun(), YES, NO).lines == (
        Line(1, StepState.REFUSED, "sold-out"),
        Line(0, StepState.UNDOING, "sold-out"),
    )


def test_a_refused_undo_is_tried_for_ever_with_new_ids_later_and_later() -> None:
    move, ids, waits = answered(begun(), YES, NO), set(), []
    for _ in range(8):
        ids.add(move.orders[0].message_id)
        paused = answered(move, NO)
        waits.append(paused.wait_seconds)
        move = timed_out(TRIP, paused.run)

    assert len(ids) == 8
    assert waits == [20, 40, 60, 60, 60, 60, 60, 60]
    assert needs_attention(TRIP, move.run)
    assert answered(move, YES).events == (Ended(code="sold-out"),)


def test_an_unanswered_undo_is_sent_again_with_the_same_id() -> None:
    undoing = answered(begun(), YES, NO)

    assert timed_out(TRIP, undoing.run).orders == undoing.orders


def test_a_pivot_that_cannot_be_asked_about_is_sent_again_with_the_same_id() -> None:
    paying = answered(begun(), YES, YES, YES)

    again = timed_out(TRIP, paying.run)

    assert again.orders == paying.orders
    assert again.run.phase is Phase.FORWARD


def test_after_the_pivot_a_refusal_is_tried_again_and_nothing_is_undone() -> None:
    refused = answered(begun(), YES, YES, YES, YES, NO)
    assert refused.orders == ()

    again = timed_out(TRIP, refused.run)

    assert again.orders[0].command == Reserve(what="tell")
    assert again.run.phase is Phase.FORWARD


def test_the_answer_to_an_earlier_command_changes_nothing() -> None:
    first = begun()
    second = answered(first, YES)

    assert advance(TRIP, second.run, NO, first.orders[0].message_id) is None


def test_an_answer_after_the_end_changes_nothing() -> None:
    last = answered(begun(), YES, YES, YES, YES)
    ended = answered(last, YES)

    assert advance(TRIP, ended.run, NO, last.orders[0].message_id) is None


def test_a_late_yes_to_a_step_that_is_being_undone_changes_nothing() -> None:
    first = begun()
    undoing = timed_out(TRIP, first.run)

    assert advance(TRIP, undoing.run, YES, first.orders[0].message_id) is None


def test_a_parked_run_learns_but_sends_nothing_until_it_is_retried() -> None:
    first = begun()
    parked = park(TRIP, first.run)
    assert needs_attention(TRIP, parked.run)

    learned = advance(TRIP, parked.run, Reserved(place="12A"), first.orders[0].message_id)
    assert learned is not None
    assert learned.orders == ()
    assert learned.wait_seconds is None

    resumed = retry(TRIP, learned.run)
    assert resumed.orders[0].command == Reserve(what="visa")
    assert resumed.run.data.places == ("12A",)
    assert not needs_attention(TRIP, resumed.run)


def test_undoing_a_parked_run_leaves_out_the_step_that_was_not_begun() -> None:
    first = begun()
    learned = advance(TRIP, park(TRIP, first.run).run, YES, first.orders[0].message_id)
    assert learned is not None

    undone = undo(TRIP, learned.run, "changed-mind", "")

    assert undone.orders[0].command == GiveBack(what="flight")
    assert undone.lines == (Line(0, StepState.UNDOING, "changed-mind"),)


def test_a_parked_undo_goes_on_when_it_is_retried() -> None:
    undoing = answered(begun(), YES, NO)

    resumed = retry(TRIP, park(TRIP, undoing.run).run)

    assert resumed.orders == undoing.orders
