"""The tables of sagas in the schema of a service that runs some, and the statement that fills them.

`sagas` holds where each run stands, `saga_steps` what people see of it, and `saga_interventions`
who steered it and why, which is never changed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from infra.runtime.tracing import Trace
from infra.sagas.moves import needs_attention
from infra.sagas.table import Line, Move, Run, Saga

SAGA_DDL = """
create table sagas (
    saga_id uuid primary key,
    name text not null,
    definition integer not null check (definition > 0),
    phase text not null
        check (phase in ('forward', 'undoing', 'completed', 'failed', 'cancelled')),
    at smallint not null check (at >= 0),
    awaits text not null check (awaits in ('answer', 'inquiry', 'pause', 'nothing')),
    attempt integer not null check (attempt >= 0),
    tries integer not null check (tries >= 0),
    sent smallint not null check (sent >= 0),
    code text,
    detail text,
    ends_as text not null check (ends_as in ('failed', 'cancelled')),
    is_parked boolean not null,
    is_contradicted boolean not null,
    needs_attention boolean not null,
    data jsonb not null,
    deadline timestamptz,
    version integer not null check (version > 0),
    started_at timestamptz not null,
    updated_at timestamptz not null,
    check ((awaits = 'nothing') = (phase in ('completed', 'failed', 'cancelled'))),
    check ((deadline is null) = (awaits = 'nothing' or is_parked)),
    check (phase = 'forward' or phase = 'completed' or code is not null)
);
create index sagas_by_deadline on sagas (deadline) where deadline is not null;
create index sagas_open on sagas (saga_id) where phase in ('forward', 'undoing');
create index sagas_for_people on sagas (saga_id) where needs_attention;
create table saga_steps (
    saga_id uuid not null references sagas,
    at smallint not null check (at >= 0),
    name text not null,
    state text not null
        check (state in ('waiting', 'done', 'refused', 'unknown', 'undoing', 'undone')),
    reason text,
    started_at timestamptz not null,
    ended_at timestamptz,
    primary key (saga_id, at),
    check ((ended_at is null) = (state in ('waiting', 'unknown', 'undoing')))
);
create table saga_interventions (
    id bigint generated always as identity primary key,
    saga_id uuid not null references sagas,
    action text not null,
    actor text not null,
    reason text not null,
    made_at timestamptz not null
);
create index saga_interventions_by_saga on saga_interventions (saga_id);
do $$ begin
    execute format('grant select, insert, update on sagas, saga_steps to %I', current_schema());
    execute format('grant select, insert on saga_interventions to %I', current_schema());
end $$;
"""

# Under which call a run began, and which it therefore goes on with; runs of before have none.
SAGA_DDL_2 = """
alter table sagas add column trace_id uuid, add column request_id text;
"""

# A run may wait for a moment, and may end as returned; lists of runs are read newest first.
SAGA_DDL_3 = """
alter table sagas
    add column waits_until timestamptz,
    drop constraint sagas_phase_check,
    drop constraint sagas_awaits_check,
    drop constraint sagas_ends_as_check,
    drop constraint sagas_check,
    add constraint phase_is_known check (
        phase in ('forward', 'undoing', 'completed', 'failed', 'cancelled', 'returned')),
    add constraint awaits_is_known check (
        awaits in ('answer', 'inquiry', 'pause', 'moment', 'nothing')),
    add constraint ends_as_is_known check (ends_as in ('failed', 'cancelled', 'returned')),
    add constraint waits_for_nothing_at_its_end check (
        (awaits = 'nothing') = (phase in ('completed', 'failed', 'cancelled', 'returned'))),
    add constraint waits_until_a_moment check ((awaits = 'moment') = (waits_until is not null));
alter table saga_steps
    drop constraint saga_steps_state_check,
    drop constraint saga_steps_check,
    add constraint state_is_known check (state in (
        'waiting', 'waiting-until', 'done', 'refused', 'unknown', 'undoing', 'undone')),
    add constraint ended_or_open check (
        (ended_at is null) = (state in ('waiting', 'waiting-until', 'unknown', 'undoing')));
create index sagas_newest on sagas (started_at desc, saga_id desc);
"""

# For any number of runs at once: inserts what begins, updates what moved. The condition on the
# version never fails for locked rows; what it stops is a second start of one run.
WRITE = """
with run as (
    select * from jsonb_to_recordset($1::jsonb) as run(
        saga_id uuid, name text, definition integer, phase text, at smallint, awaits text,
        attempt integer, tries integer, sent smallint, code text, detail text, ends_as text,
        is_parked boolean, is_contradicted boolean, needs_attention boolean, data jsonb,
        wait_seconds float8, wait_until timestamptz, waits_until timestamptz, version integer,
        trace_id uuid, request_id text)
), written as (
    insert into sagas (
        saga_id, name, definition, phase, at, awaits, attempt, tries, sent, code, detail, ends_as,
        is_parked, is_contradicted, needs_attention, data, deadline, version, started_at,
        updated_at, trace_id, request_id, waits_until)
    select
        saga_id, name, definition, phase, at, awaits, attempt, tries, sent, code, detail, ends_as,
        is_parked, is_contradicted, needs_attention, data,
        coalesce(wait_until, clock_timestamp() + make_interval(secs => wait_seconds)), version,
        clock_timestamp(), clock_timestamp(), trace_id, request_id, waits_until
    from run
    on conflict (saga_id) do update set
        phase = excluded.phase, at = excluded.at, awaits = excluded.awaits,
        attempt = excluded.attempt, tries = excluded.tries, sent = excluded.sent,
        code = excluded.code, detail = excluded.detail, ends_as = excluded.ends_as,
        is_parked = excluded.is_parked, is_contradicted = excluded.is_contradicted,
        needs_attention = excluded.needs_attention, data = excluded.data,
        deadline = excluded.deadline, waits_until = excluded.waits_until,
        version = excluded.version, updated_at = excluded.updated_at
    where sagas.version < excluded.version
    returning saga_id
), lines as (
    insert into saga_steps (saga_id, at, name, state, reason, started_at, ended_at)
    select
        saga_id, at, name, state, reason, clock_timestamp(),
        case when state in ('done', 'refused', 'undone') then clock_timestamp() end
    from jsonb_to_recordset($2::jsonb) as line(
        saga_id uuid, at smallint, name text, state text, reason text)
    on conflict (saga_id, at) do update set
        state = excluded.state, reason = excluded.reason, ended_at = excluded.ended_at
)
select count(*) from written
"""


def run_row(saga: Saga[Any], move: Move[Any], version: int, trace: Trace | None) -> dict[str, Any]:
    """Where a run stands after a move, for `WRITE`."""
    run = move.run
    return {
        "saga_id": str(run.saga_id),
        "name": saga.name,
        "definition": saga.version,
        "phase": run.phase,
        "at": run.at,
        "awaits": run.awaits,
        "attempt": run.attempt,
        "tries": run.tries,
        "sent": run.sent,
        "code": run.code,
        "detail": run.detail,
        "ends_as": run.ends_as,
        "is_parked": run.is_parked,
        "is_contradicted": run.is_contradicted,
        "needs_attention": needs_attention(saga, run),
        "data": run.data.model_dump(mode="json"),
        "wait_seconds": move.wait_seconds,
        "wait_until": move.wait_until,
        "waits_until": run.until,
        "version": version,
        "trace_id": trace and trace.id,
        "request_id": trace and trace.given_id,
    }


def line_row(saga: Saga[Any], run: Run[Any], line: Line) -> dict[str, Any]:
    """A line of the history of a run, for `WRITE`."""
    return {
        "saga_id": str(run.saga_id),
        "at": line.at,
        "name": saga.steps[line.at].name,
        "state": line.state,
        "reason": line.reason,
    }


def as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as `WRITE` takes them."""
    return orjson.dumps(list(rows)).decode()
