"""The end of a day of a running bank with many loans: what they earned, and what is debited.

The day is closed as a manager does it, and the jobs do their work in the service's own process.
They rest after each piece of work for as long as it took, so that customers go first: of the time
that a job takes it works for half. Afterwards loans and ledger must agree.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from infra.deployment.loans import verify
from services.loan.store import LoanStore
from tests.benchmarks import costs
from tests.benchmarks.costs import Cost
from tests.benchmarks.loans.portfolio import Shape, lend, pattern
from tests.benchmarks.stage import BenchmarkFailed, Scene, open_accounts, token_of_teller
from tests.fixtures.bank import Bank, fresh_bank
from tests.fixtures.waiting import until

PRINCIPALS = (100_000_00, 250_000_00, 420_000_00)
INSTALMENTS = 24
AGES = range(1, 13)  # months for which a loan has run, and been paid each month
ACCOUNTS = 1_000
JOB_SECONDS = 1_800.0
REST_SECONDS = 10.0
VERIFIED_MAX = 10_000  # more loans are held against the ledger by their sums alone
EARNED, DEBITED = "end-of-day-of-loans", "collect-instalments"
PRODUCT = {
    "code": "BENCH", "name": "Of the benchmark",
    "principal_min": "1000.00", "principal_max": "1000000.00", "annual_rate_min": "10",
    "annual_rate_max": "20", "annual_rate": "12", "instalments_min": 6, "instalments_max": 60,
    "methods": ["EMI"], "frequencies": ["MONTHLY"],
}  # fmt: skip

_JOB = """
select bool_and(state = 'done') as is_done, sum(done)::bigint as items,
    min(started_at) as begun_at, max(updated_at) as ended_at, (
        select count(*) from loan.job_faults f where f.job = $1 and f.business_date = $2) as faults
from loan.job_parts where job = $1 and business_date = $2
"""
_DEBITED = """
select count(*) as items, max(recorded_at) as ended_at from loan.loan_events
where kind = 'repaid' and booked_on = $1
"""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Done:
    """What a job did, and what an item of it cost."""

    items: int
    seconds: float  # from the first piece of work to the last
    faults: int  # items that were set aside, and done later
    cost: Cost  # of one item, over all processes, until everybody had heard of it

    @property
    def per_second(self) -> float:
        return self.items / self.seconds


async def take_earned(loans: int, tell: Tell) -> Done:
    """What so many loans have earned by the end of a day is booked; nothing is due."""
    async with fresh_bank() as bank:
        scene = await _scene(bank, ACCOUNTS, tell)
        today = await _open_day(bank)
        days = {months: months_before(today - timedelta(days=5 + months), months)
                for months in AGES}  # fmt: skip
        await _lend(scene, [day for day in days.values() if day], today, loans, tell, debit_days=0)
        before, begun_at = costs.spent(costs.bank_processes(bank)), time.monotonic()
        await _close(bank, today)
        job = await _job_done(bank, EARNED, today, tell)
        done = await _done(scene, job["items"], job["begun_at"], job["ended_at"], before,
                           begun_at, job["faults"])  # fmt: skip
        await _require_sound(bank, loans, tell)
        return done


async def take_debited(loans: int, tell: Tell) -> Done:
    """An instalment of so many loans is due on the day that opens, and debited from the account of
    each; what they have earned is booked beside it."""
    async with fresh_bank() as bank:
        scene = await _scene(bank, loans, tell)
        today = await _open_day(bank)
        due = today + timedelta(days=1)
        days = [day for months in AGES if (day := months_before(due, months))]
        await _lend(scene, days, today, loans, tell, debit_days=1)
        before, begun_at = costs.spent(costs.bank_processes(bank)), time.monotonic()
        await _close(bank, today)
        job = await _job_done(bank, DEBITED, today, tell)
        moved = await _all_debited(bank, due, loans)
        earned = await _job_done(bank, EARNED, today, tell)
        done = await _done(scene, moved["items"], job["begun_at"], moved["ended_at"], before,
                           begun_at, job["faults"] + earned["faults"])  # fmt: skip
        await _require_sound(bank, loans, tell)
        return done


def months_before(day: date, months: int) -> date | None:
    """The same day so many months before; None in a month that has no such day."""
    month = day.year * 12 + day.month - 1 - months
    with suppress(ValueError):
        return date(month // 12, month % 12 + 1, day.day)
    return None


async def _scene(bank: Bank, accounts: int, tell: Tell) -> Scene:
    tell(f"a bank is started; opening {accounts:,} accounts …")
    numbers = await open_accounts(bank, accounts)
    return Scene(bank=bank, accounts=numbers, token=await token_of_teller(bank))


async def _open_day(bank: Bank) -> date:
    async with bank.signed_in("manager") as manager:
        return date.fromisoformat((await manager.found("/api/day"))["business_date"])


async def _lend(
    scene: Scene, days: Sequence[date], today: date, loans: int, tell: Tell, *, debit_days: int
) -> None:
    """Loans that were first paid out on these days."""
    async with scene.bank.signed_in("admin") as admin:
        offer = {**PRODUCT, "servicing": {"debit_days": debit_days}}
        await admin.made("/api/loans/products", offer)
    db = await asyncpg.connect(scene.bank.postgres_url, server_settings={"search_path": "loan"})
    product = await LoanStore(db).product(str(PRODUCT["code"]), today)
    await db.close()
    assert product is not None
    made = [
        pattern(Shape(principal, INSTALMENTS, day), product, today)
        for day in days
        for principal in PRINCIPALS
    ]
    await lend(scene.bank, made, scene.accounts, loans, tell)
    tell("waiting until everybody has heard of them …")
    await scene.settle()


async def _close(bank: Bank, day: date) -> None:
    async with bank.signed_in("manager") as manager:
        answer = await manager.post("/api/day/close", {"business_date": str(day)})
        assert answer.status_code == 200, answer.text


async def _job_done(bank: Bank, job: str, day: date, tell: Tell) -> Any:
    """The rows of a job of this date, when all is done."""
    until_when, told_at = time.monotonic() + JOB_SECONDS, time.monotonic()
    while True:
        async with bank.database() as database:
            row = await database.fetchrow(_JOB, job, day)
        if row is not None and row["is_done"]:
            return row
        if time.monotonic() > until_when:
            raise BenchmarkFailed(f"{job} does not come to its end")
        if time.monotonic() > told_at + 30 and row is not None:
            told_at = time.monotonic()
            tell(f"{job}: {row['items'] or 0:,} loans are done")
        await asyncio.sleep(1)


async def _all_debited(bank: Bank, day: date, loans: int) -> Any:
    found: dict[str, Any] = {}

    async def are_all() -> bool:
        async with bank.database() as database:
            found.update(await database.fetchrow(_DEBITED, day) or {})
        return bool(found["items"] == loans)

    await until(are_all, JOB_SECONDS, f"{loans} instalments are debited")
    return found


async def _done(
    scene: Scene, items: int, begun_at: datetime, ended_at: datetime, before: costs.Seconds,
    since: float, faults: int,
) -> Done:  # fmt: skip
    """When everybody has heard of it, what it cost beyond what the bank spends at rest."""
    await scene.settle()
    processes = costs.bank_processes(scene.bank)
    after, lasted = costs.spent(processes), time.monotonic() - since
    await asyncio.sleep(REST_SECONDS)
    at_rest = costs.difference(after, costs.spent(processes))
    idle = {name: seconds * lasted / REST_SECONDS for name, seconds in at_rest.items()}
    cost = costs.each(costs.difference(before, after), idle, items)
    return Done(items, (ended_at - begun_at).total_seconds(), faults, cost)


async def _require_sound(bank: Bank, loans: int, tell: Tell) -> None:
    """The report on loans shows no difference; nor does making each loan anew, if they are few."""
    async with bank.signed_in("auditor") as auditor:
        control = await auditor.found("/api/reports/loan-control")
    wrong = [line for line in control["lines"] if float(line["difference"])]
    if wrong or control["under_way"]:
        raise BenchmarkFailed(f"loans and ledger do not agree: {control}")
    if loans <= VERIFIED_MAX:
        tell("every loan is made anew …")
        found = await verify(bank.postgres_url, tell)
        if found.differences or found.loans < loans:
            raise BenchmarkFailed(f"{found.differences} differences in {found.loans} loans")
