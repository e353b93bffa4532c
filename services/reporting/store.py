"""Every SQL statement of the reporting service."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from contracts.account.books import Moved, TrialBalanceLine
from contracts.account.values import LineClass
from contracts.money import Currency
from infra.data.store import Store
from services.reporting.domain import Line, Ranges, Total

_LOCK_COUNTED = """
select account_number, counted from accounts
where account_number = any($1::text[]) order by account_number for update
"""

_ADD_ACCOUNTS = """
insert into accounts (account_number) select unnest($1::text[]) order by 1
on conflict (account_number) do nothing
"""

_COUNT = """
update accounts set counted = accounts.counted + fresh.sequences
from (
    select account_number, range_agg(int8range(sequence, sequence + 1)) as sequences
    from unnest($1::text[], $2::bigint[]) as posting(account_number, sequence)
    group by account_number
) as fresh
where accounts.account_number = fresh.account_number
"""

_NAME_LINES = """
insert into lines (gl_code, name, class)
select * from unnest($1::text[], $2::text[], $3::text[]) order by 1
on conflict (gl_code) do update
set name = excluded.name, class = coalesce(excluded.class, lines.class)
where (lines.name, lines.class)
    is distinct from (excluded.name, coalesce(excluded.class, lines.class))
"""

_ADD_TOTALS = """
insert into totals (booked_on, gl_code, currency, debit_minor, credit_minor, postings)
select * from unnest($1::date[], $2::text[], $3::text[], $4::numeric[], $5::numeric[], $6::bigint[])
on conflict (booked_on, gl_code, currency) do update
set debit_minor = totals.debit_minor + excluded.debit_minor,
    credit_minor = totals.credit_minor + excluded.credit_minor,
    postings = totals.postings + excluded.postings
"""

_TRIAL_BALANCE = """
select gl_code, name, currency, class, sum(debit_minor) as debit_minor,
    sum(credit_minor) as credit_minor, sum(postings)::bigint as postings
from totals join lines using (gl_code)
where booked_on <= coalesce($1::date, 'infinity')
group by gl_code, name, currency, class
order by currency, gl_code
"""


class ReportingStore(Store):
    """Totals, and which postings are in them."""

    async def lock_counted(self, account_numbers: Collection[str]) -> dict[str, Ranges]:
        """Of each account the numbers counted so far; locked in one order until the commit."""
        wanted = sorted(account_numbers)
        rows = await self.db.fetch(_LOCK_COUNTED, wanted)
        if len(rows) < len(wanted):
            await self.db.execute(_ADD_ACCOUNTS, wanted)
            rows = await self.db.fetch(_LOCK_COUNTED, wanted)
        return {
            row["account_number"]: [range(each.lower, each.upper) for each in row["counted"]]
            for row in rows
        }

    async def count(self, fresh: Sequence[Moved], totals: Mapping[Line, Total]) -> None:
        """Add postings to the totals and to what was counted; their accounts are locked."""
        await self.db.execute(
            _COUNT, [each.account_number for each in fresh], [each.sequence for each in fresh]
        )
        lines = {each.gl_code: (each.gl_code, each.gl_name, each.gl_class) for each in fresh}
        await self.db.execute(_NAME_LINES, *zip(*lines.values(), strict=True))
        # In one order, so that two processes that add to the same lines cannot deadlock.
        rows = [
            (
                line.booked_on, line.gl_code, line.currency,
                total.debit_minor, total.credit_minor, total.postings,
            )
            for line, total in sorted(totals.items(), key=lambda item: item[0])
        ]  # fmt: skip
        await self.db.execute(_ADD_TOTALS, *zip(*rows, strict=True))

    async def trial_balance(self, as_of: date | None) -> tuple[list[TrialBalanceLine], int]:
        """The lines, ordered by currency and code, and how many postings they add up."""
        rows = await self.db.fetch(_TRIAL_BALANCE, as_of)
        lines = [
            TrialBalanceLine.of(
                row["gl_code"],
                row["name"],
                Currency(row["currency"]),
                int(row["debit_minor"]),
                int(row["credit_minor"]),
                LineClass(row["class"]) if row["class"] else None,
            )
            for row in rows
        ]
        return lines, sum(row["postings"] for row in rows)

    async def accounts_with_gaps(self) -> int:
        """How many accounts miss a posting with a lower number than one that was counted."""
        return int(await self.db.fetchval("select count(*) from accounts where has_gap"))
