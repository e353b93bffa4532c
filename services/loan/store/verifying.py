"""What is kept of loans, to be held against what their terms and events lead to."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from infra.data.store import Store
from services.loan.domain.verifying import BY_DAY, BY_EVENT, BY_INSTALMENT, Kept

_BATCH_DAYS_MAX = 31

# From the last date on whose work is whole: each part done, and no loan of it left for later.
_DAYS = """
select distinct business_date from job_parts
where job = $1 and state <> 'waiting' and business_date >= coalesce((
    select max(business_date) from (
        select business_date from job_parts where job = $1
        group by business_date having bool_and(state = 'done')) whole
    where business_date < coalesce((
        select min(business_date) from job_faults where job = $1 and repaired_at is null),
        'infinity')), '-infinity')
order by business_date desc limit $2
"""

# Held against what the runs of sagas have sent to the books and noted, by loan and line.
_NOTED_OTHERWISE = """
with sent as (
    select (data ->> 'loan_id')::uuid as loan_id,
        regexp_replace(leg ->> 'account_number', '^GL-(.*)-[A-Z]{3}$', '\\1') as line,
        (leg ->> 'amount_minor')::bigint as minor
    from sagas cross join jsonb_array_elements(data -> 'legs') leg
    where name <> 'accrual' and phase = 'completed' and leg ->> 'account_number' like 'GL-%'
        and leg ->> 'account_number' not like 'GL-CASH-%'
    union all
    select loan.key::uuid, line.key, line.value::bigint
    from sagas cross join jsonb_each(data -> 'loans') loan
        cross join jsonb_each_text(loan.value) line
    where name = 'accrual' and phase in ('forward', 'completed')
), booked as (
    select loan_id, line, sum(minor)::bigint as minor from sent group by loan_id, line
)
select loan_id, line, currency, coalesce(n.minor, 0) as noted, coalesce(b.minor, 0) as booked
from booked b full join loan_books n using (loan_id, line) join loans using (loan_id)
where coalesce(b.minor, 0) <> coalesce(n.minor, 0) order by loan_id, line limit $1
"""


class Verifying(Store):
    async def loan_ids(self, after: UUID | None, limit: int) -> list[UUID]:
        """Loans in the order of their ids, behind this one or from the first on."""
        rows = await self.db.fetch(
            "select loan_id from loans where $1::uuid is null or loan_id > $1"
            " order by loan_id limit $2",
            after,
            limit,
        )
        return [row[0] for row in rows]

    async def kept_of(self, loan_ids: Collection[UUID]) -> dict[UUID, Kept]:
        """The rows of these loans."""
        wanted = list(loan_ids)
        rows = await self.db.fetch("select * from loans where loan_id = any($1::uuid[])", wanted)
        instalments: dict[UUID, dict[int, dict[str, object]]] = {key: {} for key in wanted}
        for row in await self.db.fetch(
            "select * from loan_instalments where loan_id = any($1::uuid[])", wanted
        ):
            columns = {name: row[name] for name in BY_INSTALMENT}
            instalments[row["loan_id"]][row["number"]] = columns
        books: dict[UUID, dict[str, int]] = {key: {} for key in wanted}
        for row in await self.db.fetch(
            "select * from loan_books where loan_id = any($1::uuid[]) and minor <> 0", wanted
        ):
            books[row["loan_id"]][row["line"]] = row["minor"]
        return {
            row["loan_id"]: Kept(
                {name: row[name] for name in ("principal_minor", *BY_EVENT, *BY_DAY)},
                instalments[row["loan_id"]],
                books[row["loan_id"]],
            )
            for row in rows
        }

    async def days_that_may_have_written(self, job: str) -> list[date]:
        """The dates whose end may have been the last to write a loan, the latest first."""
        rows = await self.db.fetch(_DAYS, job, _BATCH_DAYS_MAX)
        return [row[0] for row in rows]

    async def noted(self) -> dict[tuple[str, str], int]:
        """What is noted as booked for all loans together, by line and currency."""
        rows = await self.db.fetch(
            "select line, currency, sum(minor)::bigint from loan_books join loans using (loan_id)"
            " group by line, currency"
        )
        return {(row[0], row[1]): row[2] for row in rows}

    async def under_way(self) -> int:
        """How many movements and accruals the books have not answered."""
        count: int = await self.db.fetchval(
            "select count(*) from sagas where phase in ('forward', 'undoing')"
        )
        return count

    async def noted_otherwise(self, limit: int) -> list[tuple[UUID, str, str, int, int]]:
        """Of which loans, on which lines not that is noted which was booked: noted, booked."""
        rows = await self.db.fetch(_NOTED_OTHERWISE, limit)
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
