"""Past dates, written into a running bank as its services would have written them.

Entries and postings go through the ledger's own guards, which judge them and move the balances;
history and report are given what the events would have told them; the daily work of the dates is
left to the bank's own jobs. Letters are not written: they are sent and forgotten.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import asyncpg

from infra.data.database import Connection
from infra.runtime.clock import business_date, utc_now
from tests.benchmarks.growth import statements
from tests.benchmarks.stage import BenchmarkFailed
from tests.fixtures.bank import Bank

ACCOUNTS = 20_000
ACTIVE = 5_000  # accounts that move on one date; they take turns
ENTRIES_A_DAY = 25_000  # of two postings each
JOBS_SECONDS = 1_200.0
CAUGHT_UP = (
    "select count(*) = 0 and exists (select from account.job_parts)"
    " from account.job_parts where state <> 'done'"
)


@dataclass(frozen=True)
class Shape:
    """How many entries on how many dates, the last of which is yesterday."""

    postings: int
    accounts: int = ACCOUNTS

    @property
    def days(self) -> int:
        """Of the filled bank and of the other alike: the first one funds the accounts."""
        return 1 + max(2, round(self.postings / 2 / ENTRIES_A_DAY))

    @property
    def entries_a_day(self) -> int:
        return self.postings // 2 // (self.days - 1)

    def dates(self) -> list[date]:
        today = business_date(utc_now())
        return [today - timedelta(days=past) for past in range(self.days, 0, -1)]


@dataclass(frozen=True)
class Books:
    """What a bank was given: accounts, the first of which has a part in every twentieth entry."""

    first_id: int
    numbers: list[str]
    dates: list[date]

    @property
    def busiest(self) -> str:
        return self.numbers[0]


async def found_books(bank: Bank, shape: Shape) -> Books:
    """Accounts as old as the first date, each with money on it, and no other posting yet."""
    async with bank.signed_in("teller") as teller:
        template = await teller.open_account()
    async with _writing(bank) as db:
        rows = await db.fetch(statements.ACCOUNTS, template, shape.accounts)
        books = Books(rows[0]["id"], [row["number"] for row in rows], shape.dates())
        await _book(db, books.dates[0], statements.FUNDING, books.first_id, shape.accounts)
    return books


async def fill(bank: Bank, books: Books, shape: Shape, tell: Callable[[str], None]) -> None:
    """The entries of all later dates."""
    begun_at, done = time.monotonic(), 0
    async with _writing(bank) as db:
        for number, day in enumerate(books.dates[1:]):
            active = min(ACTIVE, shape.accounts - 1)
            await _book(
                db, day, statements.TRANSFERS, books.first_id, shape.accounts, active,
                number * active, shape.entries_a_day,
            )  # fmt: skip
            done += 2 * shape.entries_a_day
            if number % 20 == 19 or day == books.dates[-1]:
                tell(f"{done:,} postings after {time.monotonic() - begun_at:.0f} s")
        await db.execute(statements.HOLDS, books.first_id, shape.postings // 1_000, books.dates[0])


async def age(bank: Bank, books: Books) -> float:
    """Let the bank know that it is so old, and wait until its jobs have caught up; how long."""
    begun_at = time.monotonic()
    async with _writing(bank) as db:
        await db.execute("vacuum analyze")  # as it would have been done all the time
        async with db.transaction():
            today = books.dates[-1] + timedelta(days=1)
            await db.execute(statements.OLDER_ACCOUNTS, books.dates[0])
            await db.execute(statements.OLDER_DAYS, books.dates[0], today)
        await db.execute(statements.COUNTED)
        while not await db.fetchval(CAUGHT_UP):
            if time.monotonic() > begun_at + JOBS_SECONDS:
                raise BenchmarkFailed("the work of the days does not come to its end")
            await asyncio.sleep(0.5)
        await db.execute("vacuum analyze account.daily_balances, account.job_parts")
        await db.execute("checkpoint")
    return time.monotonic() - begun_at


async def _book(db: Connection, day: date, plan: str, *values: int) -> None:
    """One date, whole or not at all."""
    async with db.transaction():
        await db.execute(statements.PLAN)
        await db.execute(plan, *values)
        await db.execute(statements.REVERSALS)
        for statement in (statements.ENTRIES, statements.POSTINGS, statements.MOVEMENTS):
            await db.execute(statement, day)
        await db.execute(statements.TOTALS, day)
        await db.execute("drop table plan")


@asynccontextmanager
async def _writing(bank: Bank) -> AsyncIterator[Connection]:
    """As the administrator, on a server that is told to expect much."""
    db: Connection = await asyncpg.connect(bank.postgres_url)
    try:
        for setting in statements.EXPECT_MUCH:
            await db.execute(setting)
        yield db
        for setting in statements.AS_BEFORE:
            await db.execute(setting)
    finally:
        await db.close()
