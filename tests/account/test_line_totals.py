"""The trial balance is the sum of the postings, be the work of a date done, late or set aside."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from contracts.account.books import GetTrialBalance, TrialBalance
from infra.jobs.running import Runner
from services.account.handlers import service
from tests.account.examples import TODAY
from tests.account.test_end_of_day import DAY, Days, some_days
from tests.fixtures.ledger_laws import ALWAYS
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration

JOB = "line-totals"
SUM = """
    select a.gl_code, a.currency, coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0),
        coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)
    from postings p join accounts a on a.id = p.account_id
    where booked_on <= $1 group by 1, 2 order by 2, 1
"""
POISON = """
    create function account.poison() returns trigger language plpgsql as
        $$ begin raise exception 'poisoned'; end $$;
    create trigger poison before insert on account.line_totals
        for each statement execute function account.poison()
"""
CURE = "drop trigger poison on account.line_totals; drop function account.poison()"
CHANGED = """
    set session_replication_role = replica;
    update account.postings set amount_minor = amount_minor + {more}
    where booked_on = (select min(booked_on) from account.postings);
    set session_replication_role = origin
"""


@pytest.fixture
async def days(databases: Databases) -> AsyncIterator[Days]:
    async with some_days(databases) as days:
        yield days


async def work(days: Days, steps: int = 500) -> None:
    """At most so many steps of the job, fewer when nothing is left to do."""
    only = replace(service, jobs={JOB: service.jobs[JOB]})
    runner = Runner(only, days.pool, lambda: days.bank.now)
    while steps and await runner.step():
        steps -= 1


async def trial_balance(days: Days, as_of: date | None) -> list[tuple[Any, ...]]:
    told = await days.bank.ask(GetTrialBalance(as_of=as_of))
    assert isinstance(told, TrialBalance)
    return [(x.gl_code, x.currency, x.debit_minor, x.credit_minor) for x in told.lines]


async def summed(days: Days, as_of: date) -> list[tuple[Any, ...]]:
    async with days.bank.connection() as db:
        return [tuple(row) for row in await db.fetch(SUM, as_of)]


async def dates_kept(days: Days) -> list[date]:
    rows = await days.rows("select distinct business_date from line_totals order by 1")
    return [row[0] for row in rows]


@pytest.mark.parametrize("seed", range(4))
async def test_as_of_any_date_it_is_the_sum_of_the_postings(days: Days, seed: int) -> None:
    rng, is_poisoned = random.Random(seed), False
    for _ in range(6):
        await days.trade(rng, entries=rng.randint(0, 5))
        await days.turn()
        if rng.random() < 0.5:
            await days.admin.execute(CURE if is_poisoned else POISON)
            is_poisoned = not is_poisoned
        await work(days, steps=rng.choice([0, 1, 2, 500]))
    await days.trade(rng, entries=2)

    for past in range(-1, 8):
        day = TODAY + past * DAY
        assert await trial_balance(days, day) == await summed(days, day), day
    assert await trial_balance(days, None) == await summed(days, date.max)


async def test_a_date_that_failed_is_made_up_for_by_the_next_and_repaired_later(days: Days) -> None:
    rng = random.Random(5)
    await days.admin.execute(POISON)
    await days.trade(rng)
    await days.turn()
    await work(days)
    await days.admin.execute(CURE)
    await days.admin.execute("update account.job_faults set due_at = null")
    await days.trade(rng)
    await days.turn()
    await work(days)

    assert await dates_kept(days) == [TODAY + DAY]
    await days.admin.execute("update account.job_faults set due_at = '2000-01-01'")
    await work(days)

    assert await dates_kept(days) == [TODAY, TODAY + DAY]
    for law in ALWAYS.values():
        assert await days.admin.fetch(law) == []


async def test_a_date_without_postings_gets_no_rows(days: Days) -> None:
    await days.trade(random.Random(6))
    for _ in range(3):
        await days.turn()
    await work(days)

    assert await dates_kept(days) == [TODAY]
    assert await trial_balance(days, TODAY + 2 * DAY) == await summed(days, TODAY)


async def test_dates_that_are_over_are_not_read_again_and_the_auditor_compares_them(
    days: Days,
) -> None:
    await days.trade(random.Random(7))
    await days.turn()
    await work(days)
    before = await trial_balance(days, None)

    await days.admin.execute(CHANGED.format(more=1))

    assert await trial_balance(days, None) == before != await summed(days, date.max)
    law = ALWAYS["a line's totals of a date are not the sum of its postings"]
    assert await days.admin.fetch(law) != []
    await days.admin.execute(CHANGED.format(more=-1))
    assert await days.admin.fetch(law) == []
