"""What accounts held at the ends of business dates.

On an account dates never fall while sequences rise, because every unit of work holds its day open
(0018). So a date ends on an account before the first posting of a later one, and whoever goes on
from the newest daily row reads the index of the account up to there. `booked_on + 0` keeps the
planner to that way: the index of all postings by day would lead through those of all accounts.
"""

from collections.abc import Sequence
from datetime import date

from infra.data.store import Store
from infra.runtime.clock import business_date

BALANCE_AS_OF = """
with newest as (
    select balance_minor, sequence from daily_balances
    where account_id = $1 and business_date <= $2
    order by business_date desc limit 1
), later as (
    select sequence from postings
    where account_id = $1 and sequence > coalesce((select sequence from newest), 0)
        and booked_on + 0 > $2
    order by sequence limit 1
)
select coalesce((select balance_minor from newest), 0) + coalesce(sum(amount_minor), 0)
from postings
where account_id = $1 and sequence > coalesce((select sequence from newest), 0)
    and sequence < coalesce((select sequence from later), 9223372036854775807)
"""


class DailyBalances(Store):
    async def first_day(self) -> date:
        """Of these books: nothing is booked before the first account is opened. A day may have been
        opened by hand before that."""
        opened_at = await self.db.fetchval("select opened_at from accounts order by id limit 1")
        first: date | None = await self.db.fetchval("select min(business_date) from business_days")
        made = business_date(opened_at)
        return made if first is None else min(first, made)

    async def count_booked(self, day: date, part: int, parts: int) -> int:
        """How many accounts of a part have postings of this date; reads the postings of the date
        and their neighbours."""
        count: int = await self.db.fetchval(
            """
            select count(distinct account_id) from postings
            where booked_on = $1 and account_id % $2 = $3
            """,
            day,
            parts,
            part,
        )
        return count

    async def booked(
        self, day: date, part: int, parts: int, *, after: int, limit: int
    ) -> list[int]:
        """The accounts of a part with postings of this date, by id; reads the same postings."""
        rows = await self.db.fetch(
            """
            with booked as materialized (
                select distinct account_id from postings
                where booked_on = $1 and account_id % $2 = $3
            )
            select account_id from booked where account_id > $4 order by account_id limit $5
            """,
            day,
            parts,
            part,
            after,
            limit,
        )
        return [row[0] for row in rows]

    async def end_day_of(self, day: date, account_ids: Sequence[int]) -> None:
        """Keep what these accounts held at the end of a date; what is kept already stays."""
        await self.db.execute(
            """
            insert into daily_balances (account_id, business_date, balance_minor, sequence)
            select ended.account_id, $1, last.balance_after_minor, last.sequence
            from unnest($2::bigint[]) as ended(account_id)
            left join lateral (
                select sequence from daily_balances
                where account_id = ended.account_id and business_date <= $1
                order by business_date desc limit 1
            ) newest on true
            left join lateral (
                select sequence from postings
                where account_id = ended.account_id and sequence > coalesce(newest.sequence, 0)
                    and booked_on + 0 > $1
                order by sequence limit 1
            ) later on true
            cross join lateral (
                select balance_after_minor, sequence from postings
                where account_id = ended.account_id
                    and sequence < coalesce(later.sequence, 9223372036854775807)
                order by sequence desc limit 1
            ) last
            on conflict (account_id, business_date) do nothing
            """,
            day,
            account_ids,
        )

    async def balance_as_of(self, account_id: int, day: date) -> int:
        """The newest daily balance up to this date, and what was booked since, up to its end: for a
        date whose job is done that is nothing."""
        balance: int = await self.db.fetchval(
            BALANCE_AS_OF,
            account_id,
            day,
        )
        return int(balance)
