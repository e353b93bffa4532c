"""What people see of runs: lists and single ones, also of a table of steps that is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

import asyncpg

from contracts.sagas import (
    Intervention,
    ListSagas,
    SagaDetails,
    SagaList,
    SagaState,
    SagaStep,
    SagaSummary,
    StepState,
)
from infra.data.database import Connection
from infra.data.paging import TIMES_AND_IDS, page_of
from infra.sagas.steering import SagaNotFound

SEEN = """
select * from (
    select
        s.saga_id, s.name, s.definition, s.needs_attention, s.code, s.started_at, s.updated_at,
        s.waits_until, l.name as step,
        case
            when s.phase not in ('forward', 'undoing') then s.phase
            when s.is_parked then 'parked'
            when s.phase = 'undoing' then 'undoing'
            when s.awaits = 'moment' then 'waiting-until'
            else 'processing'
        end as state
    from sagas s left join saga_steps l on l.saga_id = s.saga_id and l.at = s.at
) seen
where ($1::uuid is null or saga_id = $1)
    and ($2::text is null or name = $2)
    and ($3::text is null or state = $3)
    and ($4::boolean is null or needs_attention = $4)
    and ($5::timestamptz is null or (started_at, saga_id) < ($5, $6::uuid))
order by started_at desc, saga_id desc limit $7
"""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What people see of a step, or of what a person did about the run."""

    name: str
    state: StepState
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    actor: str | None = None  # None: the machine


async def histories(db: Connection, saga_ids: Sequence[UUID]) -> dict[UUID, list[HistoryLine]]:
    """What happened in each of these runs, by machine and by people, oldest first."""
    rows = await db.fetch(
        "select saga_id, name, state, reason, started_at, ended_at, null as actor, at"
        " from saga_steps where saga_id = any($1::uuid[]) union all"
        " select saga_id, action, 'done', reason, made_at, made_at, actor, id"
        " from saga_interventions where saga_id = any($1::uuid[]) order by started_at, at",
        list(saga_ids),
    )
    histories: dict[UUID, list[HistoryLine]] = {saga_id: [] for saga_id in saga_ids}
    for row in rows:
        histories[row["saga_id"]].append(
            HistoryLine(
                row["name"], StepState(row["state"]), row["reason"],
                row["started_at"], row["ended_at"], row["actor"],
            )
        )  # fmt: skip
    return histories


async def listed(db: Connection, service: str, query: ListSagas) -> SagaList:
    """One page of the runs of this service, newest first."""
    began_at, last = TIMES_AND_IDS.read(query.cursor) or (None, None)
    rows = await db.fetch(
        SEEN,
        None,
        query.name,
        query.state,
        query.needs_attention,
        began_at,
        last,
        query.limit + 1,
    )
    found = [_summary(service, row) for row in rows]
    page, following = page_of(
        found, query.limit, attrgetter("started_at", "saga_id"), TIMES_AND_IDS
    )
    return SagaList(items=page, next_cursor=following)


async def shown(db: Connection, service: str, saga_id: UUID) -> SagaDetails:
    """One run with its history.

    Raises:
        SagaNotFound
    """
    row = await db.fetchrow(SEEN, saga_id, None, None, None, None, None, 1)
    if row is None:
        raise SagaNotFound
    history = (await histories(db, [saga_id]))[saga_id]
    return _details(_summary(service, row), history)


def _summary(service: str, row: asyncpg.Record) -> SagaSummary:
    return SagaSummary(
        saga_id=row["saga_id"],
        service=service,
        name=row["name"],
        version=row["definition"],
        state=SagaState(row["state"]),
        step=row["step"],
        needs_attention=row["needs_attention"],
        reason=row["code"],
        waiting_until=row["waits_until"],
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )


def _details(summary: SagaSummary, history: Sequence[HistoryLine]) -> SagaDetails:
    steps = [
        SagaStep(
            name=line.name, state=line.state, reason=line.reason, started_at=line.started_at,
            ended_at=line.ended_at,
        )
        for line in history
        if line.actor is None
    ]  # fmt: skip
    interventions = [
        Intervention(
            action=line.name, actor=line.actor, reason=line.reason or "", made_at=line.started_at
        )
        for line in history
        if line.actor is not None
    ]
    return SagaDetails(**dict(summary), steps=tuple(steps), interventions=tuple(interventions))
