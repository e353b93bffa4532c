"""The end of a business date: a balance is kept of every account that changed on it, and what each
line of the chart has moved so far.

The day turns while the bank is open. The dates that are over are those before the open day, and
whoever turned it has waited for all that was begun before, so the work behind it sees every posting
of the date (docs/decisions/0020-jobs-follow-the-day.md, 0035).
"""

from collections.abc import Sequence
from datetime import date

from infra.handling.daily import Part
from services.account.domain.commands.day import days_over, next_day
from services.account.handlers.registry import service
from services.account.store import AccountStore

# To find them reads all postings of the date, which takes longer than to keep their balances.
ACCOUNTS_AT_ONCE = 2_000


async def closed_days(store: AccountStore, after: date | None) -> list[date]:
    """The dates that are over, from the first of these books on."""
    day = await store.the_open_day()
    if day is None:
        return []
    first = await store.first_day() if after is None else next_day(after)
    return days_over(first, day.business_date)


async def count_accounts(store: AccountStore, part: Part) -> int:
    """How many accounts of the part changed on its date."""
    return await store.count_booked(part.business_date, part.number, part.parts)


async def accounts_of(store: AccountStore, part: Part, after: str | None, limit: int) -> list[str]:
    """The ids of the accounts that changed on the date."""
    found = await store.booked(
        part.business_date, part.number, part.parts, after=int(after or 0), limit=limit
    )
    return [str(account_id) for account_id in found]


@service.daily(
    "end-of-day",
    days=closed_days,
    count=count_accounts,
    items=accounts_of,
    at_once=ACCOUNTS_AT_ONCE,
)
async def end_of_day(store: AccountStore, day: date, account_ids: Sequence[str]) -> None:
    """Keep what the accounts held at the end of the date."""
    await store.end_day_of(day, [int(each) for each in account_ids])


ALL_LINES = "all"  # the one item of a date: they are summed by one reading of its postings


async def count_lines(store: AccountStore, part: Part) -> int:
    """One, if something was booked on the date."""
    return int(await store.is_booked_on(part.business_date))


async def lines_of(store: AccountStore, part: Part, after: str | None, limit: int) -> list[str]:
    """All lines of the chart at once, or nothing on a date without postings."""
    is_due = after is None and await store.is_booked_on(part.business_date)
    return [ALL_LINES] if is_due else []


@service.daily("line-totals", days=closed_days, count=count_lines, items=lines_of, parts=1)
async def line_totals(store: AccountStore, day: date, lines: Sequence[str]) -> None:
    """Keep what each line has moved up to the end of the date."""
    await store.keep_line_totals(day)
