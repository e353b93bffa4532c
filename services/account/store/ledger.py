"""Postings, entries and the trial balance as people see them."""

from datetime import date
from typing import Any
from uuid import UUID

from contracts.account.accounts import ListPostings
from contracts.account.books import TrialBalanceLine
from contracts.account.movements import Entry
from contracts.account.values import EntryKind, EntrySide, LineClass, Posting
from contracts.money import Currency
from infra.data.store import Store


class Ledger(Store):
    async def postings(
        self, account_id: int, query: ListPostings, *, before: int, limit: int
    ) -> list[Posting]:
        """Postings with a sequence below `before`, newest first."""
        rows = await self.db.fetch(
            """
            select p.entry_id, e.reference, a.number, p.sequence, e.kind, p.amount_minor,
                p.currency, p.balance_after_minor, e.description, e.booked_at, p.booked_on,
                p.value_date
            from postings p
            join entries e using (entry_id)
            join accounts a on a.id = p.account_id
            where p.account_id = $1
                and p.sequence < $2
                and ($3::date is null or p.booked_on >= $3)
                and ($4::date is null or p.booked_on <= $4)
                and ($5::text is null or e.kind = $5)
            order by p.sequence desc
            limit $6
            """,
            account_id,
            before,
            query.booked_from,
            query.booked_to,
            query.kind,
            limit,
        )
        return [Posting(**_seen(row)) for row in rows]

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

    async def trial_balance(self, as_of: date | None) -> list[TrialBalanceLine]:
        """Every line of the chart that has postings up to a business date, or at all.

        Its totals are turnover, which grows for ever: they are no 64-bit integers.
        """
        rows = await self.db.fetch(
            """
            select g.code, g.name, a.currency, sum(total.debit_minor), sum(total.credit_minor),
                g.class
            from (
                select account_id,
                    coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as debit_minor,
                    coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as credit_minor
                from postings
                where $1::date is null or booked_on <= $1
                group by account_id
            ) total
            join accounts a on a.id = total.account_id
            join gl_accounts g on g.code = a.gl_code
            group by g.code, g.name, a.currency, g.class
            order by a.currency, g.code
            """,
            as_of,
        )
        return [
            TrialBalanceLine.of(
                row[0], row[1], Currency(row[2]), int(row[3]), int(row[4]), LineClass(row[5])
            )
            for row in rows
        ]


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
