"""Inbox and outbox: the tables that make delivery at-least-once and handling exactly-once.

The inbox row is written once, with its outcome, at the end of the unit of work that earned it:
two processes that handle the same message at the same time both try, one fails on the primary key,
is rolled back, looks again and finds the other's outcome. An outbox row is one AMQP message, single
or carrier; it goes only when the broker has confirmed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import orjson

from contracts.envelope import Event
from infra.data.database import Connection
from infra.handling.packing import (
    Leaving,
    Numbered,
    command_drafts,
    event_drafts,
    letter_draft,
    traced,
)
from infra.handling.telling import Letter, Send

MAILBOX_DDL = """
create table inbox (
    message_id uuid primary key,
    type text not null,
    subject text not null,
    fingerprint bytea not null, -- of type and content, keyed; empty for what is not answered
    reply_type text,
    reply bytea,
    handled_at timestamptz not null default clock_timestamp()
);
create index inbox_by_age on inbox using brin (handled_at);
create table outbox (
    id bigint generated always as identity primary key,
    exchange text not null,
    routing_keys text[] not null,
    properties bytea not null,
    body bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
-- Bodies live for milliseconds, or are never read again: compressing them is work for nothing.
alter table outbox alter column body set storage external;
alter table inbox alter column reply set storage external;
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create table streams (
    aggregate text primary key,
    sequence bigint not null
);
do $$ begin
    execute format('grant select, insert, delete on inbox to %I', current_schema());
    -- Nothing updates the outbox, but locking its rows asks for the right.
    execute format('grant select, insert, update, delete on outbox to %I', current_schema());
    execute format('grant select, insert, update on streams to %I', current_schema());
end $$;
"""

# Rows of before have none.
MAILBOX_DDL_2 = """
alter table inbox add column trace_id uuid;
alter table outbox add column trace_ids uuid[]; -- of all that one AMQP message carries
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of a message handled before."""

    subject: str
    fingerprint: bytes
    reply_type: str | None
    reply: bytes | None


class Handled(NamedTuple):
    """One inbox row to be."""

    message_id: UUID
    type: str
    subject: str
    fingerprint: bytes
    reply_type: str | None
    reply: bytes | None
    trace_id: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One outbox row: an AMQP message to be published until it is confirmed."""

    id: int
    exchange: str
    routing_keys: tuple[str, ...]
    properties: dict[str, Any]
    body: bytes


async def recall(db: Connection, message_ids: Sequence[UUID]) -> dict[UUID, Remembered]:
    """The outcomes of those among `message_ids` that were handled before."""
    rows = await db.fetch(
        "select message_id, subject, fingerprint, reply_type, reply from inbox"
        " where message_id = any($1::uuid[])",
        message_ids,
    )
    return {row[0]: Remembered(row[1], row[2], row[3], row[4]) for row in rows}


async def remember(db: Connection, handled: Sequence[Handled]) -> None:
    """Store outcomes; raises UniqueViolationError when another process was first."""
    await db.execute(
        "insert into inbox (message_id, type, subject, fingerprint, reply_type, reply, trace_id)"
        " select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[],"
        " $6::bytea[], $7::uuid[])",
        [row.message_id for row in handled],
        [row.type for row in handled],
        [row.subject for row in handled],
        [row.fingerprint for row in handled],
        [row.reply_type for row in handled],
        [row.reply for row in handled],
        [row.trace_id for row in handled],
    )


async def answer_anew(
    db: Connection, message_ids: Sequence[UUID], reply_type: str, reply: bytes
) -> None:
    """Give messages that were handled before another outcome, which is kept from now on."""
    await db.execute(
        "with former as (delete from inbox where message_id = any($1::uuid[]) returning *)"
        " insert into inbox (message_id, type, subject, fingerprint, reply_type, reply, trace_id)"
        " select message_id, type, subject, fingerprint, $2, $3, trace_id from former",
        message_ids,
        reply_type,
        reply,
    )


async def forget(db: Connection, before: datetime, limit: int) -> None:
    """Drop outcomes older than `before`, at most `limit` of them."""
    await db.execute(
        "delete from inbox where message_id in (select message_id from inbox"
        " where handled_at < $1 limit $2)",
        before,
        limit,
    )


async def append(
    db: Connection, service: str, leaving: Sequence[Leaving], now: datetime
) -> list[Parcel]:
    """Write what leaves after the commit: events in carriers, in order, and so the commands to each
    owner; what goes outside the bank, message by message."""
    messages = list(traced(leaving))
    events = [(each, cause) for each, cause in messages if isinstance(each, Event)]
    drafts = event_drafts(await _numbered(db, events), now) if events else []
    sends = [(each, cause) for each, cause in messages if isinstance(each, Send)]
    drafts += command_drafts(service, sends, now)
    drafts += [
        letter_draft(each, cause, now) for each, cause in messages if isinstance(each, Letter)
    ]
    if not drafts:
        return []
    rows = await db.fetch(
        "insert into outbox (exchange, routing_keys, properties, body, trace_ids)"
        " select exchange, string_to_array(keys, ' '), properties, body,"
        " string_to_array(traces, ' ')::uuid[]"
        " from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::text[]) with ordinality"
        " as draft(exchange, keys, properties, body, traces, nr) order by nr returning id",
        [draft.exchange for draft in drafts],
        [" ".join(draft.routing_keys) for draft in drafts],
        [orjson.dumps(draft.properties) for draft in drafts],
        [draft.body for draft in drafts],
        [" ".join(draft.trace_ids) for draft in drafts],
    )
    return [Parcel(row[0], *draft[:4]) for row, draft in zip(rows, drafts, strict=True)]


async def unsent(
    db: Connection, after_id: int, in_memory: Sequence[int], limit: int
) -> list[Parcel]:
    """The oldest parcels that nobody is sending, locked until the transaction ends.

    Those of the last two seconds are likely to be in the memory of the process that wrote them.
    """
    rows = await db.fetch(
        "select id, exchange, routing_keys, properties, body from outbox"
        " where id > $1 and id <> all($2::bigint[])"
        " and created_at < clock_timestamp() - interval '2 seconds'"
        " order by id limit $3 for update skip locked",
        after_id,
        in_memory,
        limit,
    )
    return [Parcel(row[0], row[1], tuple(row[2]), orjson.loads(row[3]), row[4]) for row in rows]


async def oldest_seconds(db: Connection) -> float:
    """How long the first parcel of the outbox has waited; 0 when it is empty."""
    waited = await db.fetchval(
        "select extract(epoch from clock_timestamp() - created_at)::float8 from outbox"
        " order by id limit 1"
    )
    return float(waited or 0.0)


async def sent(db: Connection, ids: Sequence[int]) -> None:
    """Forget parcels that the broker has confirmed. The disk is not waited for: after a crash they
    are found and sent again, and known to whoever gets them."""
    await db.execute(
        "with hurry as (select set_config('synchronous_commit', 'off', true))"
        " delete from outbox using hurry where id = any($1::bigint[])",
        ids,
    )


async def drop_parcels(db: Connection, exchange: str) -> None:
    """Forget what waits for an exchange that is gone for good."""
    await db.execute("delete from outbox where exchange = $1", exchange)


async def _numbered(db: Connection, events: Sequence[tuple[Event, Leaving]]) -> list[Numbered]:
    """Each event with its place in its aggregate: its own `sequence`, or the stream's next."""
    counted = [event.aggregate for event, _ in events if _is_counted(type(event))]
    following = await _reserve(db, counted) if counted else {}
    numbered = []
    for event, cause in events:
        if _is_counted(type(event)):
            sequence = following[event.aggregate]
            following[event.aggregate] = sequence + 1
        else:
            sequence = event.sequence  # type: ignore[attr-defined]
        numbered.append(Numbered(event, cause, sequence))
    return numbered


@cache
def _is_counted(kind: type[Event]) -> bool:
    """True when the kind has no number of its own and gets the next one of its stream."""
    return "sequence" not in kind.model_fields


async def _reserve(db: Connection, aggregates: Sequence[str]) -> dict[str, int]:
    """The first free number of each aggregate, taking as many as it occurs; locked in one order."""
    counts = {name: aggregates.count(name) for name in sorted(set(aggregates))}
    rows = await db.fetch(
        "insert into streams (aggregate, sequence)"
        " select * from unnest($1::text[], $2::bigint[])"
        " on conflict (aggregate) do update set sequence = streams.sequence + excluded.sequence"
        " returning aggregate, sequence",
        list(counts),
        list(counts.values()),
    )
    return {row[0]: row[1] - counts[row[0]] + 1 for row in rows}


def reply_id(message_id: UUID) -> UUID:
    """The id of the reply to a message: the same each time it is sent."""
    return uuid5(message_id, "reply")
