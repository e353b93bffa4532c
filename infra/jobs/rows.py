"""The tables of jobs in the schema of a service that has some, and how a runner moves their rows.

`job_parts` holds how far each part of each job has come on each date, `job_faults` the items that
could not be done, with the reason, until they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from infra.data.database import Connection
from infra.handling.daily import Part

JOBS_DDL = """
create table job_parts (
    job text not null check (job <> ''),
    business_date date not null,
    part smallint not null check (part >= 0),
    parts smallint not null check (parts > part),
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
    cursor text, -- the last item that was dealt with
    done bigint not null default 0 check (done >= 0),
    total bigint check (total >= 0),
    tries integer not null default 0 check (tries >= 0), -- since a piece of it was last done
    last_error text,
    due_at timestamptz not null,
    started_at timestamptz,
    updated_at timestamptz,
    primary key (business_date, job, part),
    check ((tries = 0) = (last_error is null)),
    check ((state = 'waiting') = (started_at is null))
);
create index job_parts_to_do on job_parts (job, business_date, part) where state <> 'done';
create table job_faults (
    job text not null,
    business_date date not null,
    item text not null,
    part smallint not null,
    reason text not null,
    tries integer not null default 1 check (tries > 0),
    noted_at timestamptz not null,
    due_at timestamptz, -- null: when an operator asks for it
    repaired_at timestamptz,
    primary key (business_date, job, item),
    foreign key (business_date, job, part) references job_parts,
    check (repaired_at is null or due_at is null)
);
create index job_faults_open on job_faults (job, business_date) where repaired_at is null;
do $$ begin
    execute format('grant select, insert, update on job_parts, job_faults to %I', current_schema());
end $$;
"""

FAULTS_AT_ONCE = 50  # tried again in one transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """A part that is locked until the transaction ends."""

    job: str
    part: Part
    cursor: str | None
    total: int | None
    tries: int


class Fault(NamedTuple):
    """An item that could not be done, locked until the transaction ends."""

    business_date: date
    item: str
    part: int


class Figures(NamedTuple):
    """How a job stands on the date it is at, and altogether."""

    days: int  # that are over and not done
    done: int
    total: int
    faults: int  # of all dates


class JobRows:
    """On the connection and transaction of one piece of work."""

    def __init__(self, db: Connection, job: str) -> None:
        self._db = db
        self._job = job

    async def newest(self) -> date | None:
        """The last date that is planned."""
        day: date | None = await self._db.fetchval(
            "select business_date from job_parts where job = $1"
            " order by business_date desc limit 1",
            self._job,
        )
        return day

    async def plan(self, days: Sequence[date], parts: int, now: datetime) -> None:
        """Rows for these dates; another process may have been first."""
        await self._db.execute(
            "insert into job_parts (job, business_date, part, parts, due_at)"
            " select $1, day, part, $3, $4 from unnest($2::date[]) day,"
            " generate_series(0, $3::int - 1) part order by day, part on conflict do nothing",
            self._job,
            days,
            parts,
            now,
        )

    async def take(self, now: datetime) -> Taken | None:
        """A part of the oldest date that is not done, which nobody else has; None: there is none,
        or it has to wait."""
        row = await self._db.fetchrow(
            """
            select business_date, part, parts, cursor, total, tries from job_parts
            where job = $1 and state <> 'done' and due_at <= $2 and business_date = (
                select min(business_date) from job_parts where job = $1 and state <> 'done')
            order by part limit 1 for update skip locked
            """,
            self._job,
            now,
        )
        if row is None:
            return None
        part = Part(row["business_date"], row["part"], row["parts"])
        return Taken(self._job, part, row["cursor"], row["total"], row["tries"])

    async def advance(
        self,
        taken: Taken,
        *,
        cursor: str | None,
        done: int,
        total: int,
        is_last: bool,
        now: datetime,
    ) -> None:
        """So many more items are done, the last one dealt with is at the cursor."""
        await self._db.execute(
            """
            update job_parts
            set cursor = $4, done = done + $5, total = $6, tries = 0, last_error = null,
                state = case when $7 then 'done' else 'running' end,
                started_at = coalesce(started_at, $8), updated_at = $8
            where business_date = $1 and job = $2 and part = $3
            """,
            taken.part.business_date,
            self._job,
            taken.part.number,
            cursor,
            done,
            total,
            is_last,
            now,
        )

    async def put_off(self, taken: Taken, reason: str, due_at: datetime, now: datetime) -> None:
        """The part could not go on, and will try again then."""
        await self._db.execute(
            """
            update job_parts
            set tries = tries + 1, last_error = $4, due_at = $5, updated_at = $6
            where business_date = $1 and job = $2 and part = $3 and state <> 'done'
            """,
            taken.part.business_date,
            self._job,
            taken.part.number,
            reason,
            due_at,
            now,
        )

    async def set_aside(
        self, part: Part, reasons: Mapping[str, str], due_at: datetime, now: datetime
    ) -> None:
        """Items that could not be done, and why; they are tried again then."""
        await self._db.execute(
            "insert into job_faults (job, business_date, part, item, reason, due_at, noted_at)"
            " select $1, $2, $3, item, reason, $6, $7"
            " from unnest($4::text[], $5::text[]) as fault(item, reason)",
            self._job,
            part.business_date,
            part.number,
            list(reasons),
            list(reasons.values()),
            due_at,
            now,
        )

    async def due_faults(self, now: datetime) -> list[Fault]:
        """Items that are to be tried again now, and that nobody else is trying."""
        rows = await self._db.fetch(
            """
            select business_date, item, part from job_faults
            where job = $1 and repaired_at is null and due_at <= $2
            order by business_date, item limit $3 for update skip locked
            """,
            self._job,
            now,
            FAULTS_AT_ONCE,
        )
        return [Fault(*row) for row in rows]

    async def repaired(self, fault: Fault, now: datetime) -> None:
        """It is done after all, and counted so."""
        await self._db.execute(
            """
            with repaired as (
                update job_faults set repaired_at = $4, due_at = null
                where business_date = $1 and job = $2 and item = $3 returning part
            )
            update job_parts p set done = done + 1 from repaired
            where p.business_date = $1 and p.job = $2 and p.part = repaired.part
            """,
            fault.business_date,
            self._job,
            fault.item,
            now,
        )

    async def failed_again(self, fault: Fault, reason: str, now: datetime) -> None:
        """It waits for an operator from now on."""
        await self._db.execute(
            """
            update job_faults set tries = tries + 1, reason = $4, noted_at = $5, due_at = null
            where business_date = $1 and job = $2 and item = $3
            """,
            fault.business_date,
            self._job,
            fault.item,
            reason,
            now,
        )

    async def figures(self) -> Figures:
        """Read from what is not done: it does not grow with what is."""
        row = await self._db.fetchrow(
            """
            with at as (
                select min(business_date) as day, count(distinct business_date) as days
                from job_parts where job = $1 and state <> 'done'
            )
            select at.days, coalesce(sum(p.done), 0)::bigint, coalesce(sum(p.total), 0)::bigint, (
                select count(*) from job_faults where job = $1 and repaired_at is null)
            from at left join job_parts p on p.job = $1 and p.business_date = at.day
            group by at.days
            """,
            self._job,
        )
        return Figures(*row) if row is not None else Figures(0, 0, 0, 0)
