"""The trial balance: what each line of the chart has moved, from the first posting on.

`line_totals` holds the totals of all postings up to the end of a date, each summed from the newest
date before it and the postings since. A date that is over gets no posting any more (0018), so its
totals never change, and whoever asks reads them and what was booked since. Whether the work of a
date is done, late or set aside, the answer is the sum of the postings.
"""

from datetime import date
from typing import Any

from contracts.account.books import TrialBalanceLine
from contracts.account.values import LineClass
from contracts.money import Currency
from infra.data.store import Store

# $1: a date of which totals are kept, or before all dates; $2: the last one to count.
TOTALS = """
with total as (
    select gl_code, currency, sum(debit_minor) as debit_minor, sum(credit_minor) as credit_minor
    from (
        select gl_code, currency, debit_minor, credit_minor
        from line_totals where business_date = $1
        union all
        select a.gl_code, a.currency, since.debit_minor, since.credit_minor
        from (
            select account_id,
                coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0) as debit_minor,
                coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as credit_minor
            from postings where booked_on > $1 and booked_on <= $2
            group by account_id
        ) since join accounts a on a.id = since.account_id
    ) part
    group by gl_code, currency
)
"""
_SHOWN = """
select g.code, g.name, t.currency, t.debit_minor, t.credit_minor, g.class
from total t join gl_accounts g on g.code = t.gl_code
order by t.currency, g.code
"""
_KEPT = """
insert into line_totals (business_date, gl_code, currency, debit_minor, credit_minor)
select $2, gl_code, currency, debit_minor, credit_minor from total
on conflict (business_date, gl_code, currency) do nothing
"""


class Turnover(Store):
    async def trial_balance(self, as_of: date | None) -> list[TrialBalanceLine]:
        """Every line of the chart that has postings up to a business date, or at all.

        Its totals are turnover, which grows for ever: they are no 64-bit integers.
        """
        last = as_of or date.max
        rows = await self.db.fetch(TOTALS + _SHOWN, await self._newest_totals(last), last)
        return [_line(row) for row in rows]

    async def is_booked_on(self, day: date) -> bool:
        """Whether anything is; reads the postings of the date and their neighbours at most."""
        return bool(
            await self.db.fetchval("select exists (select from postings where booked_on = $1)", day)
        )

    async def keep_line_totals(self, day: date) -> None:
        """Keep what each line has moved up to the end of a date; what is kept already stays."""
        await self.db.execute(TOTALS + _KEPT, await self._newest_totals(day), day)

    async def _newest_totals(self, day: date) -> date:
        """The last date up to this one of which totals are kept. It is asked for by itself, so that
        the planner sees how few postings came after it."""
        newest: date | None = await self.db.fetchval(
            "select max(business_date) from line_totals where business_date <= $1", day
        )
        return newest or date.min


def _line(row: Any) -> TrialBalanceLine:
    code, name, currency, debit_minor, credit_minor, line_class = row
    return TrialBalanceLine.of(
        code, name, Currency(currency), int(debit_minor), int(credit_minor), LineClass(line_class)
    )
