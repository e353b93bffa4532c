"""Inbox and outbox: the tables that make delivery at-least-once and handling exactly-once.

The inbox row is written once, with its outcome, at the end of the unit of work that earned it:
two processes that handle the same message at the same time both try, one fails on the primary key,
is rolled back, looks again and finds the other's outcome. An outbox row is one AMQP message, single
or carrier; it goes only when the broker has confirmed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from contracts.envelope import Event
from infra.packing import Leaving, command_draft, event_drafts
from infra.service import Connection, Send

MAILBOX_DDL = """
create table inbox (
    message_id uuid primary key,
    type text not null,
    subject text not null,
    body_hash bytea not null,
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


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of a message handled before."""

    subject: str
    body_hash: bytes
    reply_type: str | None
    reply: bytes | None


@dataclass(frozen=True, slots=True)
class Handled:
    """One inbox row to be."""

    message_id: UUID
    type: str
    subject: str
    body_hash: bytes
    reply_type: str | None
    reply: bytes | None


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
        "select message_id, subject, body_hash, reply_type, reply from inbox"
        " where message_id = any($1::uuid[])",
        message_ids,
    )
    return {row[0]: Remembered(row[1], row[2], row[3], row[4]) for row in rows}


async def remember(db: Connection, handled: Sequence[Handled]) -> None:
    """Store outcomes; raises UniqueViolationError when another process was first."""
    await db.execute(
        "insert into inbox (message_id, type, subject, body_hash, reply_type, reply)"
        " select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[],"
        " $6::bytea[])",
        [row.message_id for row in handled],
        [row.type for row in handled],
        [row.subject for row in handled],
        [row.body_hash for row in handled],
        [row.reply_type for row in handled],
        [row.reply for row in handled],
    )


async def forget(db: Connection, before: datetime, limit: int = 5_000) -> int:
    """Drop outcomes older than `before`, at most `limit` of them; how many went."""
    result = await db.execute(
        "delete from inbox where message_id in (select message_id from inbox"
        " where handled_at < $1 limit $2)",
        before,
        limit,
    )
    return int(result.rpartition(" ")[2])


async def append(
    db: Connection, service: str, leaving: Sequence[Leaving], now: datetime
) -> list[Parcel]:
    """Write what leaves after the commit: events in carriers, in order; commands one by one."""
    events = [item for item in leaving if isinstance(item.message, Event)]
    drafts = event_drafts(await _numbered(db, events), now) if events else []
    commands = [item for item in leaving if isinstance(item.message, Send)]
    drafts += [command_draft(service, item, now) for item in commands]
    if not drafts:
        return []
    rows = await db.fetch(
        "insert into outbox (exchange, routing_keys, properties, body)"
        " select exchange, string_to_array(keys, ' '), properties, body"
        " from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) with ordinality"
        " as draft(exchange, keys, properties, body, nr) order by nr returning id",
        [draft.exchange for draft in drafts],
        [" ".join(draft.routing_keys) for draft in drafts],
        [orjson.dumps(draft.properties) for draft in drafts],
        [draft.body for draft in drafts],
    )
    return [Parcel(row[0], *draft) for row, draft in zip(rows, drafts, strict=True)]


async def unsent(db: Connection, after_id: int, limit: int) -> list[Parcel]:
    """The oldest parcels that nobody else is sending, locked until the transaction ends."""
    rows = await db.fetch(
        "select id, exchange, routing_keys, properties, body from outbox"
        " where id > $1 and created_at < clock_timestamp() - interval '2 seconds'"
        " order by id limit $2 for update skip locked",
        after_id,
        limit,
    )
    return [Parcel(row[0], row[1], tuple(row[2]), orjson.loads(row[3]), row[4]) for row in rows]


async def sent(db: Connection, ids: Sequence[int]) -> None:
    await db.execute("delete from outbox where id = any($1::bigint[])", ids)


async def _numbered(db: Connection, events: Sequence[Leaving]) -> list[tuple[Leaving, Event, int]]:
    """Each event with its place in its aggregate: its own `sequence`, or the stream's next."""
    counted: list[str] = [
        item.message.aggregate
        for item in events
        if isinstance(item.message, Event) and not hasattr(item.message, "sequence")
    ]
    following: dict[str, int] = {}
    if counted:
        following = await _reserve(db, counted)
    numbered = []
    for item in events:
        event = item.message
        assert isinstance(event, Event)
        sequence = getattr(event, "sequence", None)
        if sequence is None:
            sequence = following[event.aggregate]
            following[event.aggregate] = sequence + 1
        numbered.append((item, event, sequence))
    return numbered


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
