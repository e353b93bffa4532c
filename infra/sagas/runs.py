"""The runs of sagas in the database of the service that owns them.

Every change is one unit of work: the rows are locked, infra/sagas/moves.py decides, the new state
is written, and what is to be sent is returned, to leave through the outbox of the same transaction.
So any process can continue any run, and two that try at once do it one after the other. Deadlines
are rows, judged by the database's clock.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import structlog
from pydantic import BaseModel

from contracts.envelope import Event, Message, Subject
from infra.data.database import Connection
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Send, Traced
from infra.runtime.tracing import Trace, hop_of
from infra.sagas.gathering import gathered
from infra.sagas.moves import advance, decided, due, overdue, start
from infra.sagas.orders import answerer
from infra.sagas.rows import WRITE, as_json, line_row, run_row
from infra.sagas.table import Awaits, Move, Phase, Present, Run, Saga

log = structlog.get_logger()

# Says of each of these runs, by id and with what it knows, in the same transaction, whether it goes
# on: None, or the code that stops it.
Decider: TypeAlias = Callable[
    [Connection, Mapping[UUID, Any], Present], Awaitable[Mapping[UUID, str | None]]
]

UNREADABLE_SECONDS = 600.0  # until a run that this code cannot read is looked at again
MISSED_SECONDS = 30.0  # since when a deadline has passed that nobody was there to see
SWEEP_MAX = 200  # overdue runs moved in one transaction; the rest follow a second later


@dataclass(frozen=True, slots=True)
class Instance:
    """A locked run with its definition and the number of moves it has made."""

    saga: Saga[Any]
    run: Run[Any]
    version: int
    trace: Trace | None = None  # that it began under; None: before traces were kept


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer for a run; `command_id` is None when it comes from outside the bank."""

    saga_id: UUID
    answer: Message
    command_id: UUID | None
    sender: str  # the broker user that gave it


@dataclass(frozen=True, slots=True)
class Beginning:
    """A run that is to begin, and the trace that all it sends goes on with."""

    saga: Saga[Any]
    saga_id: UUID
    data: BaseModel
    trace: Trace | None


Made: TypeAlias = tuple[Instance, Move[Any]]  # a move, and where the run stood before


def present_of(context: Context) -> Present:
    """When a handler is at work."""
    return Present(context.now, context.business_date)


def reply_to_saga(message: Message, context: Context) -> Heard | None:
    """A reply of one of our services: the run is its correlation, the command its cause."""
    try:
        saga_id, command_id = UUID(context.correlation_id), UUID(context.causation_id or "")
    except ValueError:
        log.warning("saga.reply_to_nothing", message_id=str(context.message_id))
        return None
    return Heard(saga_id, message, command_id, context.sender)


class Sagas:
    """All runs of the sagas of one service, on the connection of the present unit of work."""

    def __init__(
        self,
        db: Connection,
        service: str,
        sagas: Sequence[Saga[Any]],
        deciders: Mapping[str, Decider] | None = None,
    ) -> None:
        self._db = db
        self._deciders = deciders or {}
        self._service = service
        self._sagas = {(saga.name, saga.version): saga for saga in sagas}

    async def begin(self, *beginnings: Beginning, at: Present) -> Outgoing:
        """Begin these runs, none of which exists; `at` is the present."""
        sent = await self.begin_each(beginnings, at=at)
        return [message for messages in sent.values() for message in messages]

    async def begin_each(
        self, beginnings: Sequence[Beginning], *, at: Present
    ) -> dict[UUID, Outgoing]:
        """The same; what each run sends, by its id, for whoever has an answer for each."""
        moves = []
        for each in beginnings:
            move = due(each.saga, start(each.saga, each.saga_id, each.data), at)
            moves.append((Instance(each.saga, move.run, 0, each.trace), move))
        await self._write(moves, at)
        return {move.run.saga_id: self._sent(instance, move) for instance, move in moves}

    async def answered(self, heard: Sequence[Heard], at: Present) -> Outgoing:
        """Move every run whose awaited answer is among these; stale ones change nothing."""
        locked = await self.lock([item.saga_id for item in heard])
        moves = []
        for item in heard:
            instance = locked.get(item.saga_id)
            if instance is None:
                _ignored("saga.unknown_run", item)
                continue
            move = advance(instance.saga, instance.run, item.answer, item.command_id)
            if move is not None and not _is_believed(item, instance):
                _ignored("saga.answered_by_another", item)
            elif move is not None:
                move = due(instance.saga, move, at)
                moves.append((instance, move))
                locked[item.saga_id] = replace(instance, run=move.run, version=instance.version + 1)
        return await self._write(moves, at)

    async def sweep(self, at: Present) -> Outgoing:
        """Move the runs whose deadline has passed, the longest overdue first.

        One that this code cannot read, of a version it does not know, is left to people. One whose
        deadline nobody saw pass is not given up: an answer may wait to be heard.
        """
        rows = await self._db.fetch(
            "select *, deadline < clock_timestamp() - make_interval(secs => $2) as is_missed"
            " from sagas where deadline <= clock_timestamp()"
            " order by deadline limit $1 for update skip locked",
            SWEEP_MAX,
            MISSED_SECONDS,
        )
        moves: list[Made] = []
        unreadable: list[UUID] = []
        for row in rows:
            try:
                found = self._instance(row)
            except (LookupError, ValueError) as error:
                log.error("saga.unreadable", saga_id=str(row["saga_id"]), error=repr(error))
                unreadable.append(row["saga_id"])
                continue
            now = None if row["is_missed"] else at.now
            moves.append((found, overdue(found.saga, found.run, now)))
        if unreadable:
            await self._db.execute(
                "update sagas set needs_attention = true,"
                " deadline = clock_timestamp() + make_interval(secs => $2)"
                " where saga_id = any($1::uuid[])",
                unreadable,
                UNREADABLE_SECONDS,
            )
        return await self._write(moves, at)

    async def lock(self, saga_ids: Sequence[UUID]) -> dict[UUID, Instance]:
        """Those of these runs that exist, locked in one order until the transaction ends."""
        rows = await self._db.fetch(
            "select * from sagas where saga_id = any($1::uuid[]) order by saga_id for update",
            list(set(saga_ids)),
        )
        return {row["saga_id"]: self._instance(row) for row in rows}

    async def intervene(
        self,
        instance: Instance,
        move: Move[Any],
        at: Present,
        *,
        action: str,
        actor: str,
        reason: str,
    ) -> Outgoing:
        """Make a move that a person asked for, and keep who and why."""
        await self.note(instance.run.saga_id, action=action, actor=actor, reason=reason)
        return await self._write([(instance, due(instance.saga, move, at))], at)

    async def note(self, saga_id: UUID, *, action: str, actor: str, reason: str) -> None:
        """Keep what a person did about a run, and why."""
        await self._db.execute(
            "insert into saga_interventions (saga_id, action, actor, reason, made_at)"
            " values ($1, $2, $3, $4, clock_timestamp())",
            saga_id,
            action,
            actor,
            reason,
        )

    def _instance(self, row: asyncpg.Record) -> Instance:
        saga = self._sagas[row["name"], row["definition"]]
        run = Run(
            saga_id=row["saga_id"],
            data=saga.data.model_validate_json(row["data"]),
            phase=Phase(row["phase"]),
            at=row["at"],
            awaits=Awaits(row["awaits"]),
            attempt=row["attempt"],
            tries=row["tries"],
            sent=row["sent"],
            code=row["code"],
            detail=row["detail"],
            ends_as=Phase(row["ends_as"]),
            is_parked=row["is_parked"],
            is_contradicted=row["is_contradicted"],
            until=row["waits_until"],
        )
        trace_id = row["trace_id"]
        trace = hop_of(trace_id.hex, row["request_id"]) if trace_id else None
        return Instance(saga, run, row["version"], trace)

    async def _write(self, moves: Sequence[Made], at: Present) -> Outgoing:
        """Store where the moves lead, in one statement, and return what they send, in order."""
        if not moves:
            return []
        moves = [*moves, *await self._decided(moves, at)]
        # A run that moved twice in one batch is written once, as it is after its last move.
        runs = {
            move.run.saga_id: run_row(instance.saga, move, instance.version + 1, instance.trace)
            for instance, move in moves
        }
        lines = {
            (move.run.saga_id, line.at): line_row(instance.saga, move.run, line)
            for instance, move in moves
            for line in move.lines
        }
        written = await self._db.fetchval(WRITE, as_json(runs.values()), as_json(lines.values()))
        if written != len(runs):
            raise RuntimeError("a run was begun twice, or moved without its lock")
        sent = [message for instance, move in moves for message in self._sent(instance, move)]
        joined = gathered((instance.saga, move) for instance, move in moves)
        begun = [(Instance(saga, move.run, 0), move) for saga, move in joined]
        return [*sent, *await self._write(begun, at)]

    async def _decided(self, moves: Sequence[Made], at: Present) -> list[Made]:
        """The moves that follow at once, of runs that came to what the service itself decides."""
        following: list[Made] = []
        for by in {move.decides: None for _, move in moves if move.decides is not None}:
            came = [(instance, move) for instance, move in moves if move.decides == by]
            runs = {move.run.saga_id: move.run.data for _, move in came}
            codes = await self._deciders[by](self._db, runs, at)
            for instance, move in came:
                moved = replace(instance, run=move.run, version=instance.version + 1)
                following_move = decided(moved.saga, move, codes[move.run.saga_id])
                following.append((moved, due(moved.saga, following_move, at)))
        return [*following, *await self._decided(following, at)] if following else []

    def _sent(self, instance: Instance, move: Move[Any]) -> Outgoing:
        messages = self._outgoing(move)
        if instance.trace is None:
            return messages
        return [Traced(message, instance.trace) for message in messages]

    def _outgoing(self, move: Move[Any]) -> list[Event | Send]:
        messages: list[Event | Send] = [
            Send(
                order.command,
                order.message_id,
                correlation_id=str(move.run.saga_id),
                subject=order.subject or Subject(id=self._service),
            )
            for order in move.orders
        ]
        return [*messages, *move.events]


def _is_believed(item: Heard, instance: Instance) -> bool:
    """Whether the owner of the awaited command gave this answer. Those from outside are events,
    which may be published by their senders alone."""
    is_from_outside = item.command_id is None
    return is_from_outside or item.sender == answerer(instance.saga, instance.run)


def _ignored(why: str, item: Heard) -> None:
    answer = type(item.answer).__name__
    log.warning(why, saga_id=str(item.saga_id), answer=answer, sender=item.sender)
