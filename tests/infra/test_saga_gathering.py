"""Runs that leave together: travellers who come to the same bus at once go in one bus."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import BaseModel

from infra.handling.telling import Outgoing, Send
from infra.sagas.gathering import gathered
from infra.sagas.moves import advance, timed_out
from infra.sagas.orders import answerer
from infra.sagas.runs import Beginning, Heard, Sagas
from infra.sagas.stepping import begin
from infra.sagas.table import Awaits, Meaning, Move, Phase, Run, Saga, Sends, Step, Together
from tests.fixtures.servers import Databases
from tests.infra.test_saga_store import NOW
from tests.infra.trip import AGENCY, YES, Ask, Ended, Reserve


class Traveller(BaseModel):
    name: str
    to: str = "Pune"


class Bus(BaseModel):
    names: tuple[str, ...]


SEATS = 2
BUS = Saga[Bus](
    name="bus",
    version=1,
    data=Bus,
    steps=(Step(name="go", do=Sends(Reserve, lambda bus: Reserve(what=" ".join(bus.names)))),),
    completed=lambda bus: (),
    failed=lambda bus, code, detail: (),
)
TOGETHER = Together[Traveller](
    saga=BUS,
    data=lambda bus_id, travellers: Bus(names=tuple(each.name for each in travellers)),
    key=lambda traveller: traveller.to,
    most=SEATS,
)
TRAVELLING = Saga[Traveller](
    name="travelling",
    version=1,
    data=Traveller,
    steps=(
        Step(name="pack", do=Sends(Reserve, lambda traveller: Reserve(what="a bag"))),
        Step(
            name="by-bus",
            do=TOGETHER,
            inquire=Sends(Ask, lambda traveller: Ask(what=traveller.name)),
            answers={Ended: Meaning.UNAWARE},
            answered_run=lambda ended: UUID(int=1),
            seconds=3600,
        ),
    ),
    completed=lambda traveller: (),
    failed=lambda traveller, code, detail: (),
)


def leave(*travellers: Traveller) -> list[Move[Traveller]]:
    return [
        begin(TRAVELLING, Run(UUID(int=number), traveller, at=1))
        for number, traveller in enumerate(travellers, start=1)
    ]


def buses(moves: Sequence[Move[Traveller]]) -> list[Run[Bus]]:
    return [move.run for _, move in gathered((TRAVELLING, move) for move in moves)]


def names(runs: Sequence[Run[Bus]]) -> list[tuple[str, ...]]:
    return [run.data.names for run in runs]


ANNA, BEN, CARL = (Traveller(name=name) for name in ("Anna", "Ben", "Carl"))


def test_none_of_them_sends_anything_and_one_run_sends_for_all() -> None:
    moves = leave(ANNA, BEN)

    [bus] = [move for _, move in gathered((TRAVELLING, move) for move in moves)]

    assert [move.orders for move in moves] == [(), ()]
    assert [order.command for order in bus.orders] == [Reserve(what="Anna Ben")]


def test_no_more_leave_in_one_than_there_is_room_for() -> None:
    assert names(buses(leave(ANNA, BEN, CARL))) == [("Anna", "Ben"), ("Carl",)]


def test_those_with_another_key_leave_apart() -> None:
    to_goa = BEN.model_copy(update={"to": "Goa"})

    assert names(buses(leave(ANNA, to_goa, CARL))) == [("Anna", "Carl"), ("Ben",)]


def test_the_order_in_which_they_come_makes_no_other_run() -> None:
    moves = leave(ANNA, BEN)

    assert buses(moves) == buses(moves[::-1])


def test_each_waits_for_its_own_answer_then_asks_and_joins_no_second_one() -> None:
    [move] = leave(ANNA)
    asked = timed_out(TRAVELLING, move.run)
    unaware = advance(TRAVELLING, asked.run, Ended(), None)
    assert unaware is not None

    assert (move.run.awaits, move.wait_seconds) == (Awaits.ANSWER, 3600)
    assert [order.command for order in asked.orders] == [Ask(what="Anna")]
    assert asked.wait_seconds == TRAVELLING.seconds_max
    assert (unaware.orders, unaware.is_joining) == ((), False)
    assert answerer(TRAVELLING, move.run) == AGENCY


def test_what_leaves_together_must_be_answered_from_outside() -> None:
    packed, by_bus = TRAVELLING.steps

    with pytest.raises(ValueError, match="answered from outside"):
        replace(TRAVELLING, steps=(packed, replace(by_bus, answers={})))
    with pytest.raises(ValueError, match="has done something before"):
        replace(TRAVELLING, steps=(by_bus,))


@pytest.fixture
async def sagas(databases: Databases) -> AsyncIterator[Sagas]:
    async with databases.fresh(("payment",)) as database:
        db = await asyncpg.connect(database.url("payment"))
        yield Sagas(db, "payment", [TRAVELLING, BUS])
        await db.close()


@pytest.mark.integration
async def test_the_run_for_all_is_kept_with_the_moves_that_began_it(sagas: Sagas) -> None:
    ids = sorted(uuid4() for _ in range(3))
    beginnings = [
        Beginning(TRAVELLING, run_id, traveller, None)
        for run_id, traveller in zip(ids, (ANNA, BEN, CARL), strict=True)
    ]

    packing = [each for each in await sagas.begin(*beginnings, at=NOW) if isinstance(each, Send)]

    packed = [Heard(UUID(e.correlation_id), YES, e.message_id, AGENCY) for e in packing]
    sent: Outgoing = await sagas.answered(packed, NOW)

    orders = [each for each in sent if isinstance(each, Send)]
    assert [order.command for order in orders] == [Reserve(what="Anna Ben"), Reserve(what="Carl")]
    kept = await sagas.lock([*ids, *(UUID(order.correlation_id) for order in orders)])
    assert [instance.saga.name for instance in kept.values()].count("bus") == 2
    assert {instance.run.phase for instance in kept.values()} == {Phase.FORWARD}
