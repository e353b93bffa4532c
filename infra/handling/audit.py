"""The audit trail: one row for each command that a person or another system has asked for.

It is written in the transaction of the command's own work, whether that was done or refused, and
says who, what, about what, how it ended and under which ids, never what was in the message: of that
it keeps a keyed digest. A command asked again leaves no second row, since it is not handled again.
Rows are never changed and never deleted; seals.py chains them after the commit.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from contracts.approvals import ApprovalNeeded
from contracts.envelope import GATEWAY, OPERATOR, Command, DomainError, Refused
from infra.data.database import Connection
from infra.handling.context import Asked, Context
from infra.handling.telling import Told

AUDIT_DDL = """
create table audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    message_id uuid not null,
    trace_id uuid not null,
    request_id text, -- the caller's own name for his call, if he gave one
    actor text not null,
    role text, -- null: nobody was signed in, or an operator's tool asked
    customer_id bigint, -- whom the actor acts for, if he is tied to one
    approver text, -- who approved what was parked
    sender text not null,
    command text not null,
    object text,
    outcome text not null,
    code text, -- of the refusal
    reason text, -- that a person gave
    source text,
    digest bytea -- of the content, keyed; null: it held a secret
);
create index audit_by_time on audit (at, id);
create index audit_by_actor on audit (actor, at, id);
create index audit_by_object on audit (object, at, id);
create index audit_by_command on audit (command, at, id);
-- What is not sealed yet, by its id. Ids commit out of order: no number says where sealing stands.
create table audit_unsealed (id bigint primary key);
alter table audit_unsealed
    set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create table audit_seals (
    first_number bigint primary key, -- the place of its first row in the trail, from 1, gapless
    row_ids bigint[] not null,
    hashes bytea[] not null,
    sealed_at timestamptz not null default clock_timestamp(),
    check (cardinality(row_ids) > 0 and cardinality(row_ids) = cardinality(hashes))
);
alter table audit_seals alter column hashes set storage external;
create function keep_audit() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger keep_rows before update or delete on audit
    for each row execute function keep_audit();
create trigger keep_table before truncate on audit
    for each statement execute function keep_audit();
create trigger keep_rows before update or delete on audit_seals
    for each row execute function keep_audit();
create trigger keep_table before truncate on audit_seals
    for each statement execute function keep_audit();
do $$ begin
    execute format('grant select, insert on audit, audit_seals to %I', current_schema());
    execute format('grant select, insert, delete on audit_unsealed to %I', current_schema());
end $$;
"""

_APPEND = """
with written as (
    insert into audit (at, message_id, trace_id, request_id, actor, role, customer_id, approver,
        sender, command, object, outcome, code, reason, source, digest)
    select $1::timestamptz, entry.* from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[],
        $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::text[], $14::text[], $15::text[], $16::bytea[]) as entry
    returning id
)
insert into audit_unsealed (id) select id from written
"""

DONE, PARKED, REFUSED = "done", "parked", "refused"
# An address, not words: what a caller put in place of one is not kept, for it may name somebody.
_ADDRESS = re.compile(r"[a-z-]{1,30}(:[A-Za-z0-9._-]{1,64})?")


class Entry(NamedTuple):
    """One row to be, in the order of the table's columns."""

    message_id: UUID
    trace_id: str
    request_id: str | None
    actor: str
    role: str | None
    customer_id: int | None
    approver: str | None
    sender: str
    command: str
    object: str | None
    outcome: str
    code: str | None
    reason: str | None
    source: str | None
    digest: bytes | None


def entries_of(type_: str, asked: Asked[Any], outcome: object, digest: bytes) -> list[Entry]:
    """The row of a command that came to this outcome; none for what is no command, or what one of
    our services has asked for the bank itself."""
    context, message = asked.context, asked.message
    is_asked_for = context.subject.role is not None or context.sender in (GATEWAY, OPERATOR)
    if not (is_asked_for and isinstance(message, Command)):
        return []
    return [_entry(type_, message, context, outcome, digest)]


async def append(db: Connection, entries: Sequence[Entry], at: datetime) -> None:
    """Write the rows of one unit of work, and note that they are to be sealed."""
    if entries:
        await db.execute(_APPEND, at, *zip(*entries, strict=True))


def _entry(type_: str, message: Command, context: Context, outcome: object, digest: bytes) -> Entry:
    reply = outcome.reply if isinstance(outcome, Told) else outcome
    code = reply.code if isinstance(reply, DomainError | Refused) else None
    trace = context.trace
    assert trace is not None  # timers ask for no command
    return Entry(
        message_id=context.message_id,
        trace_id=trace.id,
        request_id=trace.given_id,
        actor=context.subject.id,
        role=context.subject.role,
        customer_id=context.subject.customer_id,
        approver=context.approved_by.id if context.approved_by else None,
        sender=context.sender,
        command=type_,
        object=_object_of(message, outcome, reply),
        outcome=_outcome_of(reply),
        code=code,
        reason=getattr(message, "reason", None),
        source=context.source,
        digest=digest if message.remembered else None,
    )


def _outcome_of(reply: object) -> str:
    if isinstance(reply, ApprovalNeeded):
        return PARKED
    return REFUSED if isinstance(reply, DomainError | Refused) else DONE


def _object_of(message: Command, outcome: object, reply: object) -> str | None:
    """What the handler or the contract says that the command was about; see Command.about."""
    if isinstance(outcome, Told) and outcome.about is not None:
        return outcome.about
    known: dict[str, Any] = {**message.__dict__, "reply": reply}
    for address in message.addresses():
        try:
            found = address.format_map(known)
        except (AttributeError, KeyError):
            continue  # the reply is a refusal, which has no such field
        return found if _ADDRESS.fullmatch(found) else None
    return None
