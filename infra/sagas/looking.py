"""What people see of runs: lists and single ones, also of a table of steps that is not known."""

from collections.abc import Sequence
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
)
from infra.data.database import Connection
from infra.data.paging import TIMES_AND_IDS, page_of
from infra.sagas.runs import HistoryLine, Sagas
from infra.sagas.steering import SagaNotFound

SEEN = """
select * from (
    select
        s.saga_id, s.name, s.definition, s.needs_attention, s.code, s.started_at, s.updated_at,
        l.name as step,
        case
            when s.phase not in ('forward', 'undoing') then s.phase
            when s.is_parked then 'parked'
            when s.phase = 'undoing' then 'undoing'
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
    histories = await Sagas(db, service, ()).histories([saga_id])
    return _details(_summary(service, row), histories[saga_id])


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
