"""Runs of sagas on a real database: found again by any process, moved by one at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from contracts.envelope import Message, Refused
from contracts.sagas import StepState
from infra.data.database import Connection
from infra.handling.telling import Outgoing, Send, Traced
from infra.runtime.tracing import trace_of
from infra.sagas.looking import histories
from infra.sagas.moves import advance, park, start
from infra.sagas.runs import Beginning, Heard, Sagas
from infra.sagas.table import Phase, Present
from tests.fixtures.servers import Database, Databases
from tests.infra.trip import AGENCY, TRIP, YES, Ended, GiveBack, Reserve, Reserved, Trip

pytestmark = pytest.mark.integration

NO = Refused(code="sold-out", detail="Nothing left.")
SEAT = Reserved(place="12A")
NOW = Present(datetime(2026, 1, 5, 6, 30, tzinfo=UTC), date(2026, 1, 5))
PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass
class Process:
    """One process of the service that runs the trips; `payment` lends its tables."""

    db: Connection

    @property
    def sagas(self) -> Sagas:
        return Sagas(self.db, "payment", [TRIP])

    async def begin(self) -> tuple[UUID, Send]:
        trip_id = uuid4()
        async with self.db.transaction():
            [sent] = await self.sagas.begin(Beginning(TRIP, trip_id, Trip(), None), at=NOW)
        assert isinstance(sent, Send)
        return trip_id, sent

    async def hear(self, sent: Send, answer: Message) -> Outgoing:
        """The answer to a command, from its owner."""
        async with self.db.transaction():
            return await self.sagas.answered([to(sent, answer)], NOW)

    async def sweep(self) -> Outgoing:
        async with self.db.transaction():
            return await self.sagas.sweep(NOW)

    async def make_overdue(self, trip_id: UUID) -> None:
        await self.db.execute(
            "update sagas set deadline = now() - interval '1 second' where saga_id = $1", trip_id
        )


def to(sent: Send, answer: Message, sender: str = AGENCY) -> Heard:
    """This answer to that command."""
    return Heard(UUID(sent.correlation_id), answer, sent.message_id, sender)


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(("payment",)) as database:
        yield database


@pytest.fixture
async def process(database: Database) -> AsyncIterator[Process]:
    db = await asyncpg.connect(database.url("payment"))
    yield Process(db)
    await db.close()


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Process]:
    db = await asyncpg.connect(database.url("payment"))
    yield Process(db)
    await db.close()


async def test_another_process_continues_a_run(process: Process, other: Process) -> None:
    trip_id, first = await process.begin()

    [second] = await other.hear(first, YES)

    assert isinstance(second, Send)
    assert second.command == Reserve(what="visa")
    assert second.correlation_id == str(trip_id)
    assert second.subject.id == "payment"


async def test_a_run_goes_on_with_the_trace_it_began_under(
    process: Process, other: Process
) -> None:
    trace, trip_id = trace_of(PARENT, "trip-7"), uuid4()
    async with process.db.transaction():
        [first] = await process.sagas.begin(Beginning(TRIP, trip_id, Trip(), trace), at=NOW)
    assert isinstance(first, Traced)
    assert isinstance(first.message, Send)
    assert first.trace == trace

    await process.make_overdue(trip_id)
    [again] = await other.sweep()

    assert isinstance(again, Traced)
    assert (again.trace.id, again.trace.given_id) == (trace.id, "trip-7")


async def test_a_run_ends_with_its_event_and_waits_for_nothing(process: Process) -> None:
    trip_id, sent = await process.begin()

    [ended] = await process.hear(sent, NO)

    assert ended == Ended(code="sold-out")
    row = await process.db.fetchrow("select * from sagas where saga_id = $1", trip_id)
    assert row is not None
    assert (row["phase"], row["deadline"], row["version"]) == ("failed", None, 2)


async def test_two_answers_of_one_run_in_one_batch_both_move_it(process: Process) -> None:
    trip_id, first = await process.begin()
    moved = advance(TRIP, start(TRIP, trip_id, Trip()).run, SEAT, first.message_id)
    assert moved is not None
    second = replace(first, message_id=moved.orders[0].message_id)

    async with process.db.transaction():
        outgoing = await process.sagas.answered([to(first, SEAT), to(second, NO)], NOW)

    assert [message.command for message in outgoing if isinstance(message, Send)] == [
        Reserve(what="visa"),
        GiveBack(what="flight"),
    ]
    run = (await process.sagas.lock([trip_id]))[trip_id].run
    assert (run.phase, run.code, run.data) == (Phase.UNDOING, "sold-out", Trip(places=("12A",)))


async def test_the_same_answer_twice_in_one_batch_moves_a_run_once(process: Process) -> None:
    _, first = await process.begin()

    async with process.db.transaction():
        outgoing = await process.sagas.answered([to(first, SEAT), to(first, SEAT)], NOW)

    assert len(outgoing) == 1


@pytest.mark.parametrize("answer", [SEAT, NO], ids=["yes", "no"])
async def test_an_answer_by_another_than_the_commands_owner_changes_nothing(
    process: Process, answer: Message
) -> None:
    trip_id, first = await process.begin()

    with capture_logs() as logs:
        forged = await process.sagas.answered([to(first, answer, sender="notification")], NOW)
    both = await process.sagas.answered(
        [to(first, NO, sender="notification"), to(first, SEAT)], NOW
    )

    assert forged == []
    told = [line for line in logs if line["event"] == "saga.answered_by_another"]
    assert [(line["log_level"], line["sender"]) for line in told] == [("warning", "notification")]
    assert [message.command for message in both if isinstance(message, Send)] == [
        Reserve(what="visa")
    ]
    assert (await process.sagas.lock([trip_id]))[trip_id].run.data == Trip(places=("12A",))


async def test_how_far_a_run_got_is_remembered_while_it_is_undone(process: Process) -> None:
    trip_id, first = await process.begin()
    [visa] = await process.hear(first, YES)
    assert isinstance(visa, Send)
    await process.hear(visa, NO)

    run = (await process.sagas.lock([trip_id]))[trip_id].run

    assert (run.phase, run.at, run.sent) == (Phase.UNDOING, 0, 2)


async def test_many_runs_move_in_one_batch(process: Process) -> None:
    begun = [await process.begin() for _ in range(5)]

    async with process.db.transaction():
        outgoing = await process.sagas.answered([to(sent, YES) for _, sent in begun], NOW)

    assert [message.command for message in outgoing if isinstance(message, Send)] == [
        Reserve(what="visa")
    ] * 5


async def test_a_run_cannot_be_begun_twice(process: Process) -> None:
    trip_id, _ = await process.begin()

    with pytest.raises(RuntimeError, match="twice"):
        await process.sagas.begin(Beginning(TRIP, trip_id, Trip(), None), at=NOW)


async def test_an_answer_for_an_unknown_run_changes_nothing(process: Process) -> None:
    assert await process.sagas.answered([Heard(uuid4(), YES, uuid4(), AGENCY)], NOW) == []


async def test_only_overdue_runs_are_swept(process: Process) -> None:
    await process.begin()
    late_id, _ = await process.begin()
    await process.make_overdue(late_id)

    [sent] = await process.sweep()

    assert isinstance(sent, Send)
    assert sent.command == GiveBack(what="flight")
    assert sent.correlation_id == str(late_id)
    assert await process.sweep() == []


async def test_a_run_that_cannot_be_read_is_left_to_people_and_holds_up_no_other(
    process: Process,
) -> None:
    strange_id, _ = await process.begin()
    late_id, _ = await process.begin()
    for trip_id in (strange_id, late_id):
        await process.make_overdue(trip_id)
    await process.db.execute("update sagas set definition = 99 where saga_id = $1", strange_id)

    [sent] = await process.sweep()

    assert isinstance(sent, Send)
    assert sent.correlation_id == str(late_id)
    flagged = await process.db.fetch("select saga_id from sagas where needs_attention")
    assert [row[0] for row in flagged] == [strange_id]
    assert await process.sweep() == []


async def test_a_sweep_passes_over_runs_that_another_process_is_moving(
    process: Process, other: Process
) -> None:
    trip_id, _ = await process.begin()
    await process.make_overdue(trip_id)

    async with other.db.transaction():
        await other.sagas.lock([trip_id])
        swept = await process.sweep()

    assert swept == []


async def test_an_answer_and_the_deadline_at_the_same_instant_move_the_run_once(
    process: Process, other: Process
) -> None:
    for _ in range(20):
        trip_id, sent = await process.begin()
        await process.make_overdue(trip_id)

        swept, heard = await asyncio.gather(process.sweep(), other.hear(sent, YES))

        commands = [m.command for m in (*swept, *heard) if isinstance(m, Send)]
        assert commands in ([GiveBack(what="flight")], [Reserve(what="visa")])


async def test_the_history_shows_each_step_once_and_who_intervened(process: Process) -> None:
    trip_id, sent = await process.begin()
    [visa] = await process.hear(sent, YES)
    assert isinstance(visa, Send)
    async with process.db.transaction():
        instance = (await process.sagas.lock([trip_id]))[trip_id]
        await process.sagas.intervene(
            instance, park(TRIP, instance.run), NOW, action="park", actor="m1", reason="odd"
        )
    await process.hear(visa, NO)

    lines = (await histories(process.db, [trip_id]))[trip_id]

    assert [(line.name, line.state, line.reason, line.actor) for line in lines] == [
        ("flight", StepState.DONE, None, None),
        ("visa", StepState.REFUSED, "sold-out", None),
        ("park", StepState.DONE, "odd", "m1"),
    ]
    assert all(line.ended_at is not None for line in lines)


async def test_a_parked_run_has_no_deadline_and_is_listed_for_people(process: Process) -> None:
    trip_id, _ = await process.begin()
    async with process.db.transaction():
        instance = (await process.sagas.lock([trip_id]))[trip_id]
        await process.sagas.intervene(
            instance, park(TRIP, instance.run), NOW, action="park", actor="m1", reason="odd"
        )

    row = await process.db.fetchrow("select * from sagas where saga_id = $1", trip_id)

    assert row is not None
    assert (row["deadline"], row["needs_attention"]) == (None, True)
    assert (await process.sagas.lock([trip_id]))[trip_id].run.phase is Phase.FORWARD


async def test_an_intervention_cannot_be_rewritten(process: Process) -> None:
    for statement in (
        "update saga_interventions set actor = 'x'",
        "delete from saga_interventions",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await process.db.execute(statement)
