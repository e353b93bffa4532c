"""The ends of days: which loans there are, all of a batch at once, and what was sent for them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from infra.data.store import Store
from services.loan.domain.ending_days import DayEnd

_MONTH = timedelta(days=31)  # longer no product goes on debiting
_NONE = UUID(int=0)  # behind which all loans are

# In order of the index, so that a batch reads its own loans, however many there are.
ACTIVE = """
select loan_id from loans
where state = 'active' and loan_part(loan_id, $1) = $2 and loan_id > $3
order by loan_id limit $4
"""
DUE = """
select loan_id from loans l
where state = 'active' and loan_part(loan_id, $1) = $2 and loan_id > $3
    and exists (select from loan_instalments i where i.loan_id = l.loan_id
        and outstanding_minor > 0 and due_date between $5 and $6)
order by loan_id limit $4
"""

_KEEP_ENDS = """
update loans l set overdue_minor = new.overdue, overdue_since = new.since,
    days_past_due = new.days, classification = new.class, classified_by = new.by,
    stage = new.stage, npa_since = new.npa_since, next_due_on = new.next_on,
    next_due_minor = new.next_minor, outstanding_minor = new.outstanding, ended_on = $11,
    updated_at = clock_timestamp()
from unnest($1::uuid[], $2::bigint[], $3::date[], $4::integer[], $5::text[], $6::text[],
    $7::text[], $8::date[], $9::date[], $10::bigint[], $12::bigint[])
    as new(loan_id, overdue, since, days, class, by, stage, npa_since, next_on, next_minor,
    outstanding)
where l.loan_id = new.loan_id and l.state = 'active' -- and not closed meanwhile
    and (l.overdue_minor, l.overdue_since, l.days_past_due, l.classification, l.classified_by,
        l.stage, l.npa_since, l.next_due_on, l.next_due_minor, l.outstanding_minor,
        l.ended_on)
    is distinct from (new.overdue, new.since, new.days, new.class, new.by, new.stage,
        new.npa_since, new.next_on, new.next_minor, new.outstanding, $11::date)
"""


class Days(Store):
    async def days_over(self, after: date | None) -> list[date]:
        """The dates before the open day, from the first that this service has heard of on."""
        rows = await self.db.fetch(
            "select day::date from (select min(business_date) as first, max(business_date) as open"
            " from business_days) known, generate_series(coalesce($1::date + 1, first)::timestamp,"
            " open - interval '1 day', interval '1 day') day order by day",
            after,
        )
        return [row[0] for row in rows]

    async def count_active(self, part: int, parts: int) -> int:
        """How many loans of a part there are that money is owed of."""
        count: int = await self.db.fetchval(
            "select count(*) from loans where state = 'active' and loan_part(loan_id, $1) = $2",
            parts,
            part,
        )
        return count

    async def active(self, part: int, parts: int, after: UUID, limit: int) -> list[UUID]:
        """Those loans, in order of their ids."""
        rows = await self.db.fetch(ACTIVE, parts, part, after, limit)
        return [row[0] for row in rows]

    async def the_open_day(self) -> date:
        """The newest that this service has heard of."""
        day: date = await self.db.fetchval("select max(business_date) from business_days")
        return day

    async def count_due(self, part: int, parts: int, today: date) -> int:
        """On how many loans of a part something is due today, or fell due in the last month."""
        count: int = await self.db.fetchval(
            "select count(*) from loans where state = 'active' and loan_part(loan_id, $1) = $2"
            " and loan_id in (select loan_id from loan_instalments"
            " where outstanding_minor > 0 and due_date between $3 and $4)",
            parts,
            part,
            today - _MONTH,
            today,
        )
        return count

    async def due(self, part: int, parts: int, today: date, after: UUID, limit: int) -> list[UUID]:
        """Those loans, in order of their ids."""
        rows = await self.db.fetch(DUE, parts, part, after, limit, today - _MONTH, today)
        return [row[0] for row in rows]

    async def keep_ends(self, ends: Mapping[UUID, DayEnd], day: date) -> None:
        """Keep how late each borrower is at the end of the day, what is owed and what is due next.

        Where nothing differs nothing is written, so that a day done again leaves all as it is.
        """
        arrears = [end.arrears for end in ends.values()]
        coming = [end.next_due for end in ends.values()]
        await self.db.execute(
            _KEEP_ENDS,
            list(ends),
            [each.overdue_minor for each in arrears],
            [each.since for each in arrears],
            [each.days_past_due for each in arrears],
            [each.classification for each in arrears],
            [each.classified_by for each in arrears],
            [end.stage for end in ends.values()],
            [each.npa_since for each in arrears],
            [each and each.due_on for each in coming],
            [each.outstanding_minor if each else 0 for each in coming],
            day,
            [end.outstanding_minor for end in ends.values()],
        )

    async def send_accrual(self, accrual_id: UUID, day: date) -> None:
        """Keep that it is on its way to the books."""
        await self.db.execute("insert into accruals values ($1, $2)", accrual_id, day)

    async def end_accrual(self, accrual_id: UUID, *, booked: bool) -> bool:
        """Keep what the books have said; False when that was known."""
        ended = await self.db.execute(
            "update accruals set state = $2 where accrual_id = $1 and state = 'sent'",
            accrual_id,
            "booked" if booked else "refused",
        )
        return bool(ended == "UPDATE 1")


def last_of(item: str | None) -> UUID:
    """The loan behind which a batch begins; none: before them all."""
    return UUID(item) if item else _NONE


def batch_of(items: Sequence[str]) -> list[UUID]:
    """The items of a job, which are loans."""
    return [UUID(each) for each in items]
