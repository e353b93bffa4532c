"""The business day: turned by the calendar, or by a manager before midnight."""

from collections.abc import Iterable
from datetime import date, datetime

from contracts.account.day import (
    BusinessDay,
    BusinessDayClosed,
    BusinessDayOpened,
    CloseBusinessDay,
    GetBusinessDay,
)
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Told
from infra.runtime.clock import business_date
from services.account.domain.commands.day import check_closing, days_over, next_day
from services.account.domain.refusals import NoDayYet
from services.account.handlers.registry import service
from services.account.store import AccountStore

TURN_SECONDS = 1.0  # after midnight entries still bear the old date for about as long


@service.answers(GetBusinessDay)
async def get_business_day(
    query: GetBusinessDay, store: AccountStore, context: Context
) -> BusinessDay:
    """The open day."""
    day = await store.the_open_day()
    if day is None:
        raise NoDayYet
    return day


@service.handles(CloseBusinessDay, alone=True)
async def close_business_day(
    command: CloseBusinessDay, store: AccountStore, context: Context
) -> Told[BusinessDayClosed]:
    """Close the open day by hand; whoever names another changes nothing."""
    await store.hold_the_day()
    day = await store.the_open_day()
    if day is None:
        raise NoDayYet
    check_closing(
        command.business_date,
        day.business_date,
        business_date(context.now),
        is_closed=await store.is_closed(command.business_date),
    )
    [opened] = await _turn([day.business_date], store, context.now)
    closed = BusinessDayClosed(
        business_date=day.business_date,
        closed_at=context.now,
        next_business_date=opened.business_date,
    )
    return Told(closed, opened)


@service.every(TURN_SECONDS)
async def turn_the_day(store: AccountStore, context: Context) -> Outgoing:
    """Open the first day, and close one after the other those that the calendar has passed."""
    today = business_date(context.now)
    day = await store.the_open_day()
    if day is not None and day.business_date >= today:
        return []
    await store.hold_the_day()
    day = await store.the_open_day()
    if day is not None:
        return await _turn(days_over(day.business_date, today), store, context.now)
    await store.begin_day(today, context.now)
    return [BusinessDayOpened(business_date=today, opened_at=context.now)]


async def _turn(
    days: Iterable[date], store: AccountStore, now: datetime
) -> list[BusinessDayOpened]:
    """Close each day and open the one after it; what the world hears, in order."""
    opened = []
    for day in days:
        following = next_day(day)
        await store.end_day(day, now)
        await store.begin_day(following, now)
        opened.append(BusinessDayOpened(business_date=following, opened_at=now))
    return opened
