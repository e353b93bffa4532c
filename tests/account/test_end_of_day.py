"""The end of a date: what each account held then, whoever dies meanwhile and however late it is."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest

from contracts.account.accounts import Balance, GetBalance
from contracts.account.movements import MakeDeposit, MakeTransfer
from infra.data.database import Connection, Pool, open_pool
from infra.jobs.running import REPAIR_SECONDS, Runner
from services.account.handlers import service
from services.account.store import AccountStore
from services.account.store.daily import BALANCE_AS_OF
from tests.account.bank import Bank, Person, bank_on
from tests.account.examples import NOON, TODAY, VAULT
from tests.builders import inr
from tests.fixtures.plans import nodes, pages_read, plan_of
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
JOB = "end-of-day"
KEPT = """
    select a.number, business_date, balance_minor, d.sequence
    from daily_balances d join accounts a on a.id = account_id order by 1, 2
"""
FOLD = """
    select distinct on (a.number, p.booked_on) a.number, p.booked_on,
        sum(amount_minor) over (partition by a.id order by p.sequence)::bigint, p.sequence
    from postings p join accounts a on a.id = p.account_id
    order by a.number, p.booked_on, p.sequence desc
"""


@dataclass
class Days:
    """A bank whose days a test turns, and whose end-of-day work it does."""

    bank: Bank
    pool: Pool
    admin: Connection
    people: list[Person] = field(default_factory=list)

    def runner(self, at_once: int = 2, **changes: Any) -> Runner:
        """Steps of two accounts, so that there are several of them."""
        job = replace(service.jobs[JOB], at_once=at_once, **changes)
        return Runner(replace(service, jobs={JOB: job}), self.pool, lambda: self.bank.now)

    async def finish(self) -> int:
        """The steps until nothing is to do."""
        runner, steps = self.runner(), 0
        while await runner.step():
            steps += 1
            assert steps < 500
        return steps

    async def turn(self) -> None:
        """Close the open day, and let time pass until the next."""
        async with self.bank.connection() as db, db.transaction():
            store = AccountStore(db)
            day = await store.the_open_day()
            assert day is not None
            await store.end_day(day.business_date, self.bank.now)
            await store.begin_day(day.business_date + DAY, self.bank.now)
        self.bank.now += DAY

    async def trade(self, rng: random.Random, entries: int = 12) -> None:
        """A day of deposits and transfers, as the seed has it."""
        for _ in range(entries):
            one, other = rng.sample(self.people, 2)
            amount = inr(str(rng.randint(1, 50)))
            await self.bank.do(MakeDeposit(account_number=one.number, amount=amount))
            if rng.random() < 0.7:
                await self.bank.do(
                    MakeTransfer(from_account=one.number, to_account=other.number, amount=amount)
                )

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        async with self.bank.connection() as db:
            return [tuple(row) for row in await db.fetch(statement)]

    async def as_of(self, number: str, day: date) -> int:
        balance = await self.bank.ask(GetBalance(account_number=number, as_of=day))
        assert isinstance(balance, Balance)
        return balance.balance_minor

    async def folded(self, number: str, day: date) -> int:
        """The sum of all postings up to a date."""
        total = await self.bank.value(
            "select coalesce(sum(p.amount_minor), 0)::bigint from postings p"
            " join accounts a on a.id = p.account_id where a.number = $1 and booked_on <= $2",
            number,
            day,
        )
        return int(total)


@asynccontextmanager
async def some_days(databases: Databases) -> AsyncIterator[Days]:
    async with databases.fresh(["account"]) as database, bank_on(database) as bank:
        async with bank.connection() as db, db.transaction():
            await AccountStore(db).begin_day(TODAY, NOON)
        pool = await open_pool(database.url("account"), "account", 6)
        admin = await asyncpg.connect(database.admin_url)
        days = Days(bank, pool, admin)
        days.people = [await bank.person() for _ in range(8)]
        yield days
        await admin.close()
        await pool.close()


@pytest.fixture
async def days(databases: Databases) -> AsyncIterator[Days]:
    async with some_days(databases) as days:
        yield days


async def three_days(days: Days, *, is_punctual: bool) -> list[tuple[Any, ...]]:
    """The same three days in every bank, the work done behind each or behind all of them."""
    rng = random.Random(7)
    for _ in range(3):
        await days.trade(rng)
        await days.turn()
        if is_punctual:
            await days.finish()
    await days.finish()
    return await days.rows(KEPT)


@pytest.mark.parametrize("seed", range(3))
async def test_balances_as_of_any_date_equal_a_fold_of_postings(days: Days, seed: int) -> None:
    rng = random.Random(seed)
    for past in range(5):
        await days.trade(rng, entries=rng.randint(0, 10))
        await days.turn()
        for _ in range(rng.choice([0, 0, 3, 100]) if past < 4 else 3):  # late, at it, or done
            await days.runner().step()

    for work in (lambda: asyncio.sleep(0), days.finish):
        await work()
        for number in [VAULT, *[person.number for person in days.people]]:
            for past in range(-1, 7):
                day = TODAY + past * DAY
                assert await days.as_of(number, day) == await days.folded(number, day)

    assert await days.rows(KEPT) == await days.rows(FOLD)


async def test_three_missed_days_leave_the_rows_of_three_days_on_time(
    days: Days, databases: Databases
) -> None:
    punctual = await three_days(days, is_punctual=True)

    async with some_days(databases) as others:
        assert await three_days(others, is_punctual=False) == punctual

    assert await days.finish() == 0
    assert await days.rows(KEPT) == punctual


async def test_killed_in_any_step_the_rows_are_those_of_a_clean_run(days: Days) -> None:
    await days.trade(random.Random(3))
    await days.turn()
    steps = await days.finish()
    clean = await days.rows(KEPT)
    progress = "select part, cursor, state, done, total from job_parts order by part"
    clean_progress = await days.rows(progress)
    assert steps > 4

    for last in range(1, steps + 1):
        await days.admin.execute("truncate account.daily_balances, account.job_parts cascade")
        await killed_in_step(days, last)
        await days.finish()

        assert await days.rows(KEPT) == clean, last
        assert await days.rows(progress) == clean_progress, last


async def killed_in_step(days: Days, last: int) -> None:
    """After so many steps the process dies with its work written and not committed."""

    async def dying(store: AccountStore, day: date, accounts: Sequence[str]) -> None:
        await service.jobs[JOB].work(store, day, accounts)
        raise asyncio.CancelledError

    for _ in range(last - 1):
        assert await days.runner().step()
    try:
        await days.runner(work=dying).step()
    except asyncio.CancelledError:
        return


async def test_processes_at_once_share_the_work_and_do_nothing_twice(days: Days) -> None:
    for _ in range(2):
        await days.trade(random.Random(4))
        await days.turn()
    runners = [days.runner() for _ in range(3)]

    while any(await asyncio.gather(*[runner.step() for runner in runners])):
        pass

    assert await days.finish() == 0
    assert await days.rows(KEPT) == await days.rows(FOLD)
    counts = await days.rows("select sum(done), sum(total) from job_parts group by business_date")
    changed = await days.rows("select count(*) from daily_balances group by business_date")
    assert sorted(counts) == sorted((count, count) for (count,) in changed)


async def test_an_account_that_cannot_be_done_is_skipped_told_and_right_in_the_end(
    days: Days,
) -> None:
    poisoned = days.people[3].number
    await poison(days.admin, poisoned)
    await days.trade(random.Random(5), entries=30)
    await days.turn()
    await days.finish()

    kept = [row for row in await days.rows(FOLD) if row[0] != poisoned]
    [fault] = await days.rows("select reason, tries from job_faults where repaired_at is null")
    assert await days.rows(KEPT) == kept
    assert fault == ("RaiseError: poisoned", 1)
    assert await days.as_of(poisoned, TODAY) == await days.folded(poisoned, TODAY)

    await days.admin.execute("drop trigger poison on account.daily_balances")
    days.bank.now += timedelta(seconds=REPAIR_SECONDS)
    await days.finish()

    assert await days.rows(KEPT) == await days.rows(FOLD)
    assert await days.rows("select count(*) from job_faults where repaired_at is null") == [(0,)]


async def poison(admin: Connection, number: str) -> None:
    """No daily balance of this account can be written."""
    account_id = await admin.fetchval("select id from account.accounts where number = $1", number)
    await admin.execute(
        "create function account.poison() returns trigger language plpgsql as"
        " $$ begin raise exception 'poisoned'; end $$;"
        " create trigger poison before insert on account.daily_balances for each row"
        f" when (new.account_id = {account_id}) execute function account.poison()"
    )


async def test_a_balance_as_of_a_date_costs_the_same_after_any_number_of_postings(
    days: Days,
) -> None:
    touched = []
    for entries in (500, 4_000):
        await many_entries(days, entries)
        await days.turn()
        await days.finish()
        await days.admin.execute("analyze account.postings, account.daily_balances")
        touched.append([await pages_of_balance(days, TODAY + past * DAY) for past in range(2)])

    [first, _], later = touched
    assert max(later) <= first + 6  # indexes have grown by a floor


async def many_entries(days: Days, entries: int) -> None:
    one, other = days.people[:2]
    await days.bank.do(MakeDeposit(account_number=one.number, amount=inr("5000")))
    transfer = MakeTransfer(from_account=one.number, to_account=other.number, amount=inr("1"))
    for start in range(0, entries, 500):
        await days.bank.batch(*[transfer] * min(500, entries - start))


async def pages_of_balance(days: Days, day: date) -> int:
    """Of tables and indexes, for a balance as of this date; postings by their account's index."""
    account_id = await days.bank.value(
        "select id from accounts where number = $1", days.people[0].number
    )
    async with days.pool.acquire() as db:
        plan = await plan_of(db, BALANCE_AS_OF, account_id, day)
    assert {
        each["Node Type"] for each in nodes(plan) if each.get("Relation Name") == "postings"
    } <= {
        "Index Scan",
        "Index Only Scan",
    }
    return pages_read(plan)
