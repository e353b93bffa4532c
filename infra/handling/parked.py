"""The table of parked commands: each is decided once, by another than its maker, and stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from contracts.approvals import ApprovalState, ListApprovals, ParkedCommand
from contracts.envelope import OutcomeFound, Role, Subject
from infra.bus.wire import Delivery
from infra.data.database import Connection
from infra.data.paging import Cursors
from infra.handling.outcomes import Answer, outcome_of
from infra.runtime.tracing import Trace, hop_of

APPROVALS_DDL = """
create table approvals (
    approval_id uuid primary key,
    message_id uuid not null unique, -- of the parked command
    correlation_id text not null,
    trace_id uuid not null,
    request_id text,
    source text,
    type text not null,
    body text not null,
    digest bytea not null, -- of type and body, keyed
    sender text not null,
    maker text not null,
    maker_role text not null,
    subject text not null, -- the maker as his message said
    reason text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    state text not null default 'pending'
        check (state in ('pending', 'approved', 'rejected', 'expired')),
    decided_at timestamptz,
    decided_by text,
    decision_id uuid unique, -- the message that decided it
    decision_reason text,
    reply_type text, -- what the maker is answered from then on
    reply bytea,
    constraint nobody_decides_his_own check (decided_by <> maker),
    constraint decided_whole check (
        (state = 'pending') = (decided_at is null)
        and (state = 'pending') = (reply_type is null)
        and (state = 'pending') = (reply is null)
        and (state in ('approved', 'rejected')) = (decided_by is not null)
        and (state in ('approved', 'rejected')) = (decision_id is not null)
        and (state <> 'rejected' or decision_reason is not null)
    )
);
create index approvals_waiting on approvals (expires_at) where state = 'pending';
create function decide_once() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'a parked command is never deleted'
            using errcode = 'check_violation', constraint = 'approval_stays';
    end if;
    if old.state <> 'pending' then
        raise exception 'approval % was decided before', old.approval_id
            using errcode = 'check_violation', constraint = 'approval_is_decided_once';
    end if;
    return new;
end $$;
create trigger decide_once before update or delete on approvals
for each row execute function decide_once();
create trigger keep_all before truncate on approvals
for each statement execute function decide_once();
do $$ begin
    execute format('grant select, insert, update (state, decided_at, decided_by, decision_id,'
        ' decision_reason, reply_type, reply) on approvals to %I', current_schema());
end $$;
"""

PLACES: Cursors[UUID] = Cursors(TypeAdapter(UUID))  # of lists of approvals: their ids are in order


@dataclass(frozen=True, slots=True)
class Parked:
    """One command on its way into the table."""

    approval_id: UUID
    delivery: Delivery
    digest: bytes
    reason: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One row, locked until the unit of work ends."""

    parked: ParkedCommand
    message_id: UUID
    correlation_id: str
    sender: str
    subject: Subject
    source: str | None
    trace: Trace
    digest: bytes

    @property
    def payload(self) -> Any:
        return orjson.loads(self.parked.body)


@dataclass(frozen=True, slots=True)
class Decision:
    """How a command ends, once."""

    state: ApprovalState
    decided_by: str
    decision_id: UUID
    decided_at: datetime
    answer: Answer
    reason: str | None = None


async def park(db: Connection, parked: Sequence[Parked]) -> set[UUID]:
    """Write the rows; the ids of those messages that were not parked before."""
    rows = await db.fetch(
        "insert into approvals (approval_id, message_id, correlation_id, trace_id, request_id,"
        " source, type, body, digest, sender, maker, maker_role, subject, reason, created_at,"
        " expires_at) select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[],"
        " $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::text[], $11::text[],"
        " $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[])"
        " on conflict (message_id) do nothing returning message_id",
        *zip(*map(_columns, parked), strict=True),
    )
    return {row[0] for row in rows}


def _columns(parked: Parked) -> tuple[Any, ...]:
    delivery, subject = parked.delivery, parked.delivery.subject
    return (
        parked.approval_id,
        delivery.message_id,
        delivery.correlation_id,
        delivery.trace.id,
        delivery.trace.given_id,
        delivery.source,
        delivery.type,
        orjson.dumps(delivery.payload).decode(),
        parked.digest,
        delivery.sender,
        subject.id,
        subject.role,
        subject.model_dump_json(),
        parked.reason,
        parked.created_at,
        parked.expires_at,
    )


async def lock(db: Connection, approval_id: UUID, now: datetime) -> Found | None:
    """The row, which nobody else decides meanwhile."""
    row = await db.fetchrow(
        "select * from approvals where approval_id = $1 for update", approval_id
    )
    if row is None:
        return None
    return Found(
        parked=_shown(row, now),
        message_id=row["message_id"],
        correlation_id=row["correlation_id"],
        sender=row["sender"],
        subject=Subject.model_validate_json(row["subject"]),
        source=row["source"],
        trace=hop_of(row["trace_id"].hex, row["request_id"]),
        digest=row["digest"],
    )


async def end(db: Connection, approval_id: UUID, decision: Decision) -> ParkedCommand:
    row = await db.fetchrow(
        "update approvals set state = $2, decided_at = $3, decided_by = $4, decision_id = $5,"
        " decision_reason = $6, reply_type = $7, reply = $8 where approval_id = $1 returning *",
        approval_id,
        decision.state,
        decision.decided_at,
        decision.decided_by,
        decision.decision_id,
        decision.reason,
        decision.answer.type,
        decision.answer.body,
    )
    assert row is not None
    return _shown(row, decision.decided_at)


async def expire(db: Connection, now: datetime, answer: Answer, limit: int) -> list[UUID]:
    """End those whose time is over; the ids of their messages."""
    rows = await db.fetch(
        "update approvals set state = 'expired', decided_at = $1, reply_type = $2, reply = $3"
        " where approval_id in (select approval_id from approvals where state = 'pending'"
        " and expires_at <= $1 order by expires_at limit $4 for update skip locked)"
        " returning message_id",
        now,
        answer.type,
        answer.body,
        limit,
    )
    return [row[0] for row in rows]


async def one(db: Connection, approval_id: UUID, now: datetime) -> ParkedCommand | None:
    row = await db.fetchrow("select * from approvals where approval_id = $1", approval_id)
    return None if row is None else _shown(row, now)


async def some(
    db: Connection, query: ListApprovals, now: datetime, limit: int
) -> list[ParkedCommand]:
    """Newest first, after the place at which the page before ended."""
    rows = await db.fetch(
        "select * from approvals where ($1::uuid is null or approval_id < $1)"
        " and ($2::text is null or $2 = case when state = 'pending' and expires_at <= $3"
        " then 'expired' else state end) order by approval_id desc limit $4",
        PLACES.read(query.cursor),
        query.state,
        now,
        limit,
    )
    return [_shown(row, now) for row in rows]


def _shown(row: Any, now: datetime) -> ParkedCommand:
    """As people see it: what nobody has decided in time has expired, whether noted yet or not."""
    state = ApprovalState(row["state"])
    if state is ApprovalState.PENDING and row["expires_at"] <= now:
        state = ApprovalState.EXPIRED
    return ParkedCommand(
        approval_id=row["approval_id"],
        state=state,
        type=row["type"],
        body=row["body"],
        maker=row["maker"],
        maker_role=Role(row["maker_role"]),
        reason=row["reason"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        decision_reason=row["decision_reason"],
        outcome=_outcome(row),
    )


def _outcome(row: Any) -> OutcomeFound | None:
    return None if row["reply"] is None else outcome_of(row["reply_type"], row["reply"])
