"""Dated terms: what holds from a date on, in versions that only ever grow.

A version is in force from its `valid_from` until the day before the next one's. Versions of one
thing count 1, 2, 3 …, each from a later date than the one before, and none is changed or removed:
so what was in force on a day that is over is the same for ever, and whatever was made under a
version may keep its number and find its terms again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from contracts.envelope import Conflict, DomainError
from infra.data.database import Connection

TERMS_DDL = """
create table terms (
    what text not null check (what <> ''),
    version integer not null check (version > 0),
    valid_from date not null,
    terms jsonb not null check (jsonb_typeof(terms) = 'object'),
    made_by text not null check (made_by <> ''),
    made_at timestamptz not null,
    primary key (what, version),
    unique (what, valid_from)
);
create function follow_terms() returns trigger
language plpgsql
as $$
declare
    last_version integer;
    last_from date;
begin
    select version, valid_from into last_version, last_from
    from terms where what = new.what order by version desc limit 1;
    if new.version <> coalesce(last_version, 0) + 1 or new.valid_from <= last_from then
        raise exception 'version % of % does not follow the last one', new.version, new.what
            using errcode = 'check_violation', constraint = 'terms_follow';
    end if;
    return new;
end $$;
create function keep_terms() returns trigger
language plpgsql
as $$
begin
    raise exception '% is refused: terms stay as they were made; add a version', tg_op
        using errcode = 'restrict_violation', table = tg_table_name;
end $$;
create trigger follow_the_last before insert on terms
for each row execute function follow_terms();
create trigger stay_as_made before update or delete on terms
for each row execute function keep_terms();
create trigger stay_at_all before truncate on terms
for each statement execute function keep_terms();
do $$ begin
    execute format(
        'alter function follow_terms() set search_path = %I, pg_temp', current_schema());
    execute format('grant select, insert on terms to %I', current_schema());
end $$;
"""

Terms = dict[str, Any]  # as JSON has it
Numbered = tuple[str, int]  # what it is about, and which version


class TermsInThePast(DomainError):
    """Terms hold from today's business date on, or from a later one."""


class TermsOverlap(Conflict):
    """There are terms from that date on, or from a later one."""


@dataclass(frozen=True, slots=True)
class Version:
    """Terms as they stand, and from when on they hold."""

    what: str
    version: int
    valid_from: date
    terms: Terms
    made_by: str
    made_at: datetime


async def in_force(db: Connection, what: str, on: date) -> Version | None:
    """The version that holds on this date; None when the first one holds from later on."""
    return (await all_in_force(db, [what], on)).get(what)


async def all_in_force(db: Connection, whats: Collection[str], on: date) -> dict[str, Version]:
    """The version of each that holds on this date, in one statement."""
    rows = await db.fetch(
        """
        select distinct on (what) what, version, valid_from, terms, made_by, made_at
        from terms where what = any($1::text[]) and valid_from <= $2
        order by what, version desc
        """,
        whats,
        on,
    )
    return {row["what"]: _version(row) for row in rows}


async def versions(db: Connection, what: str) -> list[Version]:
    """Every version in order, those to come included; none for what is not there."""
    rows = await db.fetch(
        "select what, version, valid_from, terms, made_by, made_at from terms"
        " where what = $1 order by version",
        what,
    )
    return [_version(row) for row in rows]


async def all_numbered(db: Connection, wanted: Collection[Numbered]) -> dict[Numbered, Version]:
    """These versions, whether they are in force or not, in one statement."""
    rows = await db.fetch(
        """
        select what, version, valid_from, terms, made_by, made_at
        from unnest($1::text[], $2::integer[]) as wanted(what, version)
        join terms using (what, version)
        """,
        [what for what, _ in wanted],
        [version for _, version in wanted],
    )
    return {(row["what"], row["version"]): _version(row) for row in rows}


async def add(
    db: Connection,
    what: str,
    terms: Terms,
    *,
    valid_from: date,
    today: date,
    made_by: str,
    now: datetime,
) -> Version:
    """Add the next version, or the first; `today` is the business date.

    Two who add at the same time meet at the primary key, and the later one is to be done again.

    Raises:
        TermsInThePast: it would hold on days that are over.
        TermsOverlap: the last version holds from that day on, or from a later one.
    """
    before = await versions(db, what)
    if valid_from < today:
        raise TermsInThePast
    if before and valid_from <= before[-1].valid_from:
        raise TermsOverlap
    row = await db.fetchrow(
        "insert into terms values ($1, $2, $3, $4, $5, $6)"
        " returning what, version, valid_from, terms, made_by, made_at",
        what,
        len(before) + 1,
        valid_from,
        orjson.dumps(terms).decode(),
        made_by,
        now,
    )
    return _version(row)


def _version(row: Any) -> Version:
    return Version(row[0], row[1], row[2], orjson.loads(row[3]), row[4], row[5])
