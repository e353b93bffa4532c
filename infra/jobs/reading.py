"""Jobs as people see them, and what an operator may change: when something is tried again."""

from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from contracts.jobs import Job, JobDetails, JobFault, JobName, JobPart, JobState, ListJobs
from infra.data.database import Connection
from infra.data.paging import Cursors

FAULTS_SHOWN_MAX = 200

Place = tuple[date, JobName]  # where a page of jobs ended: the newest date first, then by name
PLACES: Cursors[Place] = Cursors(TypeAdapter(Place))


class ShownJobs:
    """On the connection and transaction of one unit of work."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def jobs(self, query: ListJobs, limit: int) -> list[Job]:
        """Those behind the cursor, at most so many."""
        behind = PLACES.read(query.cursor) or (None, None)
        rows = await self._db.fetch(
            """
            select name, business_date, state, done, total, faults, last_error, started_at,
                updated_at
            from (
                select job as name, business_date,
                    case when bool_and(state = 'done') then 'done'
                        when bool_and(state = 'waiting') then 'waiting' else 'running' end as state,
                    sum(done)::bigint as done,
                    case when count(total) = count(*) then sum(total)::bigint end as total,
                    max(last_error) as last_error, min(started_at) as started_at,
                    max(updated_at) as updated_at,
                    (select count(*) from job_faults fault
                    where fault.job = job_parts.job and fault.repaired_at is null
                        and fault.business_date = job_parts.business_date) as faults
                from job_parts
                where ($1::text is null or job = $1)
                    and ($2::date is null or business_date = $2)
                    and ($4::date is null or business_date < $4
                        or (business_date = $4 and job > $5))
                group by business_date, job
            ) shown
            where $3::text is null or state = $3
            order by business_date desc, name limit $6
            """,
            query.name,
            query.business_date,
            query.state,
            *behind,
            limit,
        )
        return [Job(**_summary(row)) for row in rows]

    async def job(self, name: str, day: date) -> JobDetails | None:
        """A job with its parts and faults; None: nothing is planned for the date."""
        [*found] = await self.jobs(ListJobs(name=name, business_date=day), 1)
        if not found:
            return None
        return JobDetails(
            **found[0].model_dump(),
            parts=tuple(await self._parts(name, day)),
            faulty_items=tuple(await self._faults(name, day)),
        )

    async def first_day(self, name: str) -> date | None:
        """The oldest date that the job is planned for."""
        first: date | None = await self._db.fetchval(
            "select min(business_date) from job_parts where job = $1", name
        )
        return first

    async def retry(self, name: str, day: date, now: datetime) -> tuple[int, int]:
        """Make all faults due that are left, and all parts that wait; how many of each."""
        faults = await self._db.fetch(
            "update job_faults set due_at = $3 where job = $1 and business_date = $2"
            " and repaired_at is null returning item",
            name,
            day,
            now,
        )
        parts = await self._db.fetch(
            "update job_parts set due_at = $3 where job = $1 and business_date = $2"
            " and state <> 'done' and tries > 0 returning part",
            name,
            day,
            now,
        )
        return len(faults), len(parts)

    async def _parts(self, name: str, day: date) -> list[JobPart]:
        rows = await self._db.fetch(
            """
            select part, state, done, total, tries, last_error, updated_at,
                case when tries > 0 then due_at end as retry_at
            from job_parts where job = $1 and business_date = $2 order by part
            """,
            name,
            day,
        )
        return [JobPart(**row) for row in rows]

    async def _faults(self, name: str, day: date) -> list[JobFault]:
        rows = await self._db.fetch(
            """
            select item, part, reason, tries, noted_at, due_at as retry_at, repaired_at
            from job_faults where job = $1 and business_date = $2
            order by repaired_at is not null, item limit $3
            """,
            name,
            day,
            FAULTS_SHOWN_MAX,
        )
        return [JobFault(**row) for row in rows]


def _summary(row: Any) -> dict[str, Any]:
    """The columns as fields: when it ended, and how fast it went."""
    fields = dict(row)
    updated_at, started_at = fields.pop("updated_at"), fields["started_at"]
    took = max(updated_at - started_at, timedelta(milliseconds=1)) if started_at else None
    return {
        **fields,
        "ended_at": updated_at if fields["state"] == JobState.DONE else None,
        "items_per_second": None if took is None else int(fields["done"] / took.total_seconds()),
    }
