"""A step that the service decides itself: the run goes on at once, or stands still for a person."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.sagas import StepState
from infra.deployment.diagrams import diagram, page
from infra.handling.telling import Outgoing, Send
from infra.sagas.looking import histories, shown
from infra.sagas.moves import retry, undo
from infra.sagas.repertoire import Repertoire
from infra.sagas.runs import Beginning, Heard, Sagas
from infra.sagas.table import Decides, Move, Phase, Present, Saga, Step
from tests.fixtures.servers import Databases
from tests.infra.test_saga_store import NOW, to
from tests.infra.trip import TRIP, YES, GiveBack, Reserve, Trip

pytestmark = pytest.mark.integration

FLIGHT, VISA, *REST = TRIP.steps
JUDGED: Saga[Trip] = replace(
    TRIP, name="judged", steps=(FLIGHT, Step(name="judge", do=Decides("judging")), VISA, *REST)
)


class Judge:
    """Lets all go on but those it is told to stop; knows what it was asked, and at once."""

    def __init__(self) -> None:
        self.stops: dict[UUID, str] = {}
        self.asked: list[list[UUID]] = []

    async def __call__(
        self, db: object, runs: Mapping[UUID, Trip], at: Present
    ) -> Mapping[UUID, str | None]:
        self.asked.append(list(runs))
        return {run: self.stops.get(run) for run in runs}


class Court:
    def __init__(self, db: asyncpg.Connection) -> None:
        self.db, self.judge = db, Judge()
        self.sagas: Sagas = Repertoire("payment", [JUDGED], {"judging": self.judge}).runs(db)

    async def come(self, *trips: UUID) -> Outgoing:
        """These trips begin, and all come to the judge in one batch."""
        beginnings = [Beginning(JUDGED, trip, Trip(), None) for trip in trips]
        begun = await self.sagas.begin(*beginnings, at=NOW)
        return await self.hear(*(each for each in begun if isinstance(each, Send)))

    async def hear(self, *sent: Send) -> Outgoing:
        heard: list[Heard] = [to(each, YES) for each in sent]
        return await self.sagas.answered(heard, NOW)

    async def steer(self, trip: UUID, steer: str) -> Outgoing:
        instance = (await self.sagas.lock([trip]))[trip]
        move: Move[Trip]
        if steer == "retry":
            move = retry(JUDGED, instance.run)
        else:
            move = undo(JUDGED, instance.run, steer, "")
        return await self.sagas.intervene(
            instance, move, NOW, action="steer", actor="maria", reason="looked into it"
        )

    async def states(self, trip: UUID) -> list[tuple[str, StepState, str | None]]:
        lines = (await histories(self.db, [trip]))[trip]
        return [(line.name, line.state, line.reason) for line in lines if line.actor is None]


@pytest.fixture
async def court(databases: Databases) -> AsyncIterator[Court]:
    async with databases.fresh(("payment",)) as database:
        db = await asyncpg.connect(database.url("payment"))
        yield Court(db)
        await db.close()


def commands(outgoing: Outgoing) -> list[object]:
    return [each.command for each in outgoing if isinstance(each, Send)]


async def test_what_may_go_on_sends_its_next_command_in_the_same_transaction(court: Court) -> None:
    first, second = uuid4(), uuid4()

    sent = await court.come(first, second)

    assert commands(sent) == [Reserve(what="visa"), Reserve(what="visa")]
    assert [set(asked) for asked in court.judge.asked] == [{first, second}]
    assert await court.states(first) == [
        ("flight", StepState.DONE, None),
        ("judge", StepState.DONE, None),
        ("visa", StepState.WAITING, None),
    ]


async def test_what_is_stopped_sends_nothing_and_is_shown_to_people_with_its_code(
    court: Court,
) -> None:
    stopped, free = uuid4(), uuid4()
    court.judge.stops[stopped] = "too-odd"

    sent = await court.come(stopped, free)

    assert [each.correlation_id for each in sent if isinstance(each, Send)] == [str(free)]
    details = await shown(court.db, "payment", stopped)
    assert (details.state, details.needs_attention, details.reason) == ("parked", True, "too-odd")
    assert (await court.states(stopped))[-1] == ("judge", StepState.WAITING, "too-odd")
    assert await court.sagas.sweep(NOW) == []


async def test_a_person_has_it_decided_again_and_then_it_goes_on_without_a_mark(
    court: Court,
) -> None:
    trip = uuid4()
    court.judge.stops[trip] = "too-odd"
    await court.come(trip)

    assert await court.steer(trip, "retry") == []
    court.judge.stops.clear()
    sent = await court.steer(trip, "retry")

    assert commands(sent) == [Reserve(what="visa")]
    run = (await court.sagas.lock([trip]))[trip].run
    assert (run.code, run.is_parked) == (None, False)


async def test_a_person_undoes_what_came_before_it(court: Court) -> None:
    trip = uuid4()
    court.judge.stops[trip] = "too-odd"
    await court.come(trip)

    [sent] = await court.steer(trip, "refused-by-maria")

    assert isinstance(sent, Send)
    assert sent.command == GiveBack(what="flight")
    assert (await court.states(trip))[-1] == ("judge", StepState.UNDONE, "refused-by-maria")
    await court.hear(sent)
    assert (await court.sagas.lock([trip]))[trip].run.phase is Phase.FAILED


async def test_when_the_judge_fails_nothing_of_the_transaction_stands(court: Court) -> None:
    trip = uuid4()
    [lent] = await court.sagas.begin(Beginning(JUDGED, trip, Trip(), None), at=NOW)
    assert isinstance(lent, Send)

    async def fails(*_: object) -> Mapping[UUID, str | None]:
        raise RuntimeError("no judge today")

    absent = Repertoire("payment", [JUDGED], {"judging": fails}).runs(court.db)
    with pytest.raises(RuntimeError):
        async with court.db.transaction():
            await absent.answered([to(lent, YES)], NOW)

    assert await court.states(trip) == [("flight", StepState.WAITING, None)]
    assert commands(await court.hear(lent)) == [Reserve(what="visa")]


def test_a_table_that_asks_for_a_rule_which_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="judging"):
        Repertoire("payment", [JUDGED])


def test_its_picture_shows_the_way_to_a_person_and_back() -> None:
    lines = {line.strip() for line in diagram(JUDGED)}

    assert 'step1{"judge<br>decided at once"}' in lines
    assert 'step1 -- "stands still" --> person1[/"a person looks"/]' in lines
    assert 'person1 -- "undone" --> undo0' in lines
    assert "| judge | - | - | is decided at once |" in page("toy", JUDGED)
