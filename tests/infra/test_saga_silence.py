"""A step whose other side has only so much time: the visa office answers by noon, or says no."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts.sagas import StepState
from infra.sagas.moves import NO_ANSWER_IN_TIME, overdue, park, timed_out
from infra.sagas.table import Awaits, Line, Phase, Run, Saga, Sends, Together
from tests.infra.trip import TRIP, TRIP_ID, Ask, Trip

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MORNING = NOON - timedelta(seconds=1)
ASKS: Sends[Trip] = Sends(Ask, lambda trip: Ask(what="visa"))
UNTIL_NOON = {"inquire": ASKS, "not_after": lambda trip: NOON}


def trip_whose_visa(**changes: object) -> Saga[Trip]:
    steps = [replace(s, **changes) if s.name == "visa" else s for s in TRIP.steps]  # type: ignore[arg-type]
    return replace(TRIP, steps=tuple(steps))


TIMED = trip_whose_visa(**UNTIL_NOON)
ASKED = Run(TRIP_ID, Trip(places=("7A",)), at=1, awaits=Awaits.INQUIRY, attempt=2, tries=1, sent=2)


def test_silence_to_the_end_of_its_time_is_a_no() -> None:
    move = overdue(TIMED, ASKED, NOON)

    assert (move.run.phase, move.run.code) == (Phase.UNDOING, NO_ANSWER_IN_TIME)
    assert (move.run.at, move.run.ends_as) == (0, Phase.FAILED)
    assert move.lines[0] == Line(1, StepState.REFUSED, NO_ANSWER_IN_TIME)


@pytest.mark.parametrize(
    ("run", "now"),
    [
        pytest.param(ASKED, MORNING, id="its time is not over"),
        pytest.param(ASKED, None, id="nobody saw its time pass"),
        pytest.param(replace(ASKED, awaits=Awaits.ANSWER), NOON, id="it was not asked about"),
        pytest.param(replace(ASKED, awaits=Awaits.PAUSE), NOON, id="it is not under way"),
        pytest.param(replace(ASKED, at=0, sent=1), NOON, id="another step"),
    ],
)
def test_nothing_else_is_given_up(run: Run[Trip], now: datetime | None) -> None:
    assert overdue(TIMED, run, now) == timed_out(TIMED, run)


def test_a_step_without_an_end_is_asked_about_for_ever() -> None:
    patient = trip_whose_visa(inquire=ASKS)

    assert overdue(patient, ASKED, NOON) == timed_out(patient, ASKED)


def test_a_parked_run_has_no_deadline() -> None:
    assert park(TIMED, ASKED).wait_seconds is None


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"not_after": lambda trip: NOON}, id="nobody can be asked about it"),
        pytest.param(
            UNTIL_NOON
            | {"do": Together(saga=TRIP, data=lambda *_: Trip(), key=lambda _: 0, most=1)},
            id="it leaves with others",
        ),
    ],
)
def test_what_is_not_asked_about_by_itself_has_no_end_of_silence(
    changes: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match="asked about alone"):
        trip_whose_visa(**changes)
