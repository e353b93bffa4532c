"""Which business day a unit of work belongs to: the one rule of each service.

`account` owns the day (services/account/store/days.py). A service whose rules depend on it keeps a
table `business_days` of what it hears, and reads it by `as_heard`. All others go by the calendar.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import TypeAlias

from infra.data.database import Connection
from infra.runtime.clock import business_date

Today: TypeAlias = Callable[[Connection, datetime], Awaitable[date]]


async def by_calendar(db: Connection, now: datetime) -> date:
    """The calendar day at `now` in the bank's time zone."""
    return business_date(now)


async def as_heard(db: Connection, now: datetime) -> date:
    """The newest day that this service has heard of; the calendar's before it hears of any."""
    newest: date | None = await db.fetchval("select max(business_date) from business_days")
    return newest or business_date(now)


async def keep(db: Connection, day: date, opened_at: datetime) -> None:
    """A day that was heard of; hearing of it again changes nothing."""
    await db.execute(
        "insert into business_days (business_date, opened_at) values ($1, $2)"
        " on conflict do nothing",
        day,
        opened_at,
    )
