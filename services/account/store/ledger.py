"""Postings and entries as people see them."""

from typing import Any
from uuid import UUID

from contracts.account.accounts import ListPostings
from contracts.account.movements import Entry
from contracts.account.values import EntryKind, EntrySide, Posting
from contracts.money import Currency
from infra.data.paging import READ_ROWS_MAX, Read
from infra.data.store import Store

# On an account dates never fall while sequences rise, so daily balances lead to where dates begin
# and end: behind the first bound lies nothing before `booked_from`, up to the second all that is
# booked by `booked_to`. Where the work of that date is late, or it is from before days were held
# open (0018), when two batches could book crosswise at midnight, the next date kept is the bound.
POSTINGS = """
with bounds as (
    select (select sequence from daily_balances where account_id = $1 and business_date < $3
            order by business_date desc limit 1) as after,
        coalesce(
            (select sequence from daily_balances where account_id = $1 and business_date = $4
                and $4 >= (select min(business_date) from business_days)),
            (select sequence from daily_balances where account_id = $1 and business_date > $4
                order by business_date limit 1)) as up_to
), scanned as (
    select *, row_number() over newest_first = $5 as is_last
    from postings
    where account_id = $1 and sequence < $2
        and sequence > coalesce((select after from bounds), 0)
        and sequence <= coalesce((select up_to from bounds), 9223372036854775807)
    window newest_first as (order by sequence desc)
    order by sequence desc
    limit $5
), judged as (
    select p.entry_id, e.reference, p.account_id, p.sequence, e.kind, p.amount_minor, p.currency,
        p.balance_after_minor, e.description, e.booked_at, p.booked_on, p.value_date, p.is_last,
        ($3::date is null or p.booked_on >= $3)
            and ($4::date is null or p.booked_on <= $4)
            and ($6::text is null or e.kind = $6) as matches
    from scanned p join entries e using (entry_id)
)
select j.entry_id, j.reference, a.number, j.sequence, j.kind, j.amount_minor, j.currency,
    j.balance_after_minor, j.description, j.booked_at, j.booked_on, j.value_date, j.matches,
    j.is_last
from judged j join accounts a on a.id = j.account_id
where j.matches or j.is_last
order by j.sequence desc
limit $7
"""


class Ledger(Store):
    async def postings(
        self, account_id: int, query: ListPostings, *, before: int, limit: int
    ) -> list[Read[Posting]]:
        """Postings with a sequence below `before`, newest first: the matches among the
        READ_ROWS_MAX postings read at most, and the last of those."""
        rows = await self.db.fetch(
            POSTINGS,
            account_id,
            before,
            query.booked_from,
            query.booked_to,
            READ_ROWS_MAX,
            query.kind,
            limit,
        )
        return [Read(Posting(**_seen(row)), row["matches"], row["is_last"]) for row in rows]

    async def entry(self, entry_id: UUID) -> Entry | None:
        row = await self.db.fetchrow(
            """
            select e.reference, e.kind, e.currency, e.amount_minor, e.description, e.booked_at,
                e.booked_on, e.value_date, e.reverses, back.by, back.amount_minor
            from entries e cross join lateral (
                select coalesce(array_agg(entry_id order by booked_at, entry_id), '{}') as by,
                    coalesce(sum(amount_minor), 0)::bigint as amount_minor
                from entries where reverses = e.entry_id
            ) back
            where e.entry_id = $1
            """,
            entry_id,
        )
        if row is None:
            return None
        return Entry(
            entry_id=entry_id,
            reference=row[0],
            kind=EntryKind(row[1]),
            currency=Currency(row[2]),
            amount_minor=row[3],
            description=row[4],
            booked_at=row[5],
            booked_on=row[6],
            value_date=row[7],
            reverses=row[8],
            reversed_by=tuple(row[9]),
            reversed_minor=row[10],
            postings=tuple(await self._sides_of(entry_id)),
        )

    async def _sides_of(self, entry_id: UUID) -> list[EntrySide]:
        rows = await self.db.fetch(
            """
            select p.entry_id, e.reference, a.number, p.sequence, e.kind, p.amount_minor,
                p.currency, p.balance_after_minor, e.description, e.booked_at, p.booked_on,
                p.value_date, p.branch_code, p.product_code
            from postings p
            join entries e using (entry_id)
            join accounts a on a.id = p.account_id
            where p.entry_id = $1
            order by p.leg
            """,
            entry_id,
        )
        return [EntrySide(**_seen(row), branch_code=row[12], product_code=row[13]) for row in rows]


def _seen(row: Any) -> dict[str, Any]:
    """What a posting and a side of an entry show alike."""
    return {
        "entry_id": row[0],
        "reference": row[1],
        "account_number": row[2],
        "sequence": row[3],
        "kind": EntryKind(row[4]),
        "amount_minor": row[5],
        "currency": Currency(row[6]),
        "balance_after_minor": row[7],
        "description": row[8],
        "booked_at": row[9],
        "booked_on": row[10],
        "value_date": row[11],
    }
