"""The business days: at most one is open, and every unit of work that writes holds it open."""

from datetime import date, datetime

from contracts.account.day import BusinessDay
from infra.data.database import Connection
from infra.data.store import Store
from infra.runtime.clock import business_date


async def open_day(db: Connection, now: datetime) -> date:
    """The open day, which stays open until this unit of work ends; a query takes no lock. Before
    the first day is opened, the calendar's."""
    today: date | None = await db.fetchval("select open_day()")
    return today or business_date(now)


class Days(Store):
    async def hold_the_day(self) -> None:
        """Wait until nobody works on the open day, and let nobody begin before the commit."""
        await self.db.execute("select pg_advisory_xact_lock(hashtext('account.business-day'))")

    async def the_open_day(self) -> BusinessDay | None:
        """None until the first day is opened."""
        row = await self.db.fetchrow("select * from business_days where closed_at is null")
        return None if row is None else BusinessDay(**row)

    async def is_closed(self, day: date) -> bool:
        """True for a day that was open once and is no more."""
        return bool(
            await self.db.fetchval(
                "select closed_at is not null from business_days where business_date = $1", day
            )
        )

    async def begin_day(self, day: date, now: datetime) -> None:
        await self.db.execute(
            "insert into business_days (business_date, opened_at) values ($1, $2)", day, now
        )

    async def end_day(self, day: date, now: datetime) -> None:
        await self.db.execute(
            "update business_days set closed_at = greatest($2, opened_at) where business_date = $1",
            day,
            now,
        )
