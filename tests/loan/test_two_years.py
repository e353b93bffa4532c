"""Two years of several loans whose borrowers do as they like, day by day, on a real database."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from random import Random
from typing import Any

import asyncpg
import pytest

from contracts.loan.servicing import LateInterest, PrepaymentRule, Recalculation, ServicingRules
from services.loan.domain.refusals import LoanClosed
from tests.fixtures.servers import Databases
from tests.loan.desk import LoanDesk

pytestmark = pytest.mark.integration

LOANS = 3
MONTHS = 24
PLANNED = ServicingRules()
RECALCULATED = ServicingRules(
    recalculation=Recalculation.DAILY,
    late_interest=LateInterest.FULL,
    prepayment=PrepaymentRule.REDUCE_NUMBER,
)
ROWS = """
select principal_minor, state, outstanding_minor, overdue_minor, overdue_since, days_past_due,
    classification, next_due_on, next_due_minor,
    (select jsonb_agg(jsonb_build_array(line, minor) order by line) from loan_books b
     where b.loan_id = l.loan_id and minor <> 0),
    (select jsonb_agg(to_jsonb(i) - 'loan_id' order by number) from loan_instalments i
     where i.loan_id = l.loan_id)
from loans l order by principal_minor
"""


@asynccontextmanager
async def a_bank(databases: Databases, rules: ServicingRules) -> AsyncIterator[LoanDesk]:
    async with databases.fresh(("loan",)) as database:
        db = await asyncpg.connect(database.url("loan"))
        desk = LoanDesk(db, date(2026, 1, 1))
        await desk.open(rules)
        yield desk
        await db.close()


async def live(desk: LoanDesk, chance: Random) -> list[tuple[Any, ...]]:
    """Two years, at the end of each of whose days the loans agree with the ledger."""
    loans = [await desk.lend(50_000_00 + 1_000_00 * n, 6 + 3 * n) for n in range(LOANS)]
    for _ in range(MONTHS * 30):
        for loan_id in loans:
            if chance.random() < 0.015:
                with suppress(LoanClosed):
                    await desk.repay(loan_id, chance.choice([5_00, 4_442_44, 10_000_00]))
        await desk.turn()
        own = {number: minor for number, minor in desk.ledger.items() if "GL-" in number and minor}
        assert Counter(own) == await desk.noted(), desk.day
    return [tuple(row) for row in await desk.store.db.fetch(ROWS)]


@pytest.mark.parametrize("rules", [PLANNED, RECALCULATED], ids=["as planned", "recalculated"])
async def test_loans_agree_with_the_ledger_every_day_and_a_second_life_gives_the_same_rows(
    databases: Databases, rules: ServicingRules
) -> None:
    lives = []
    for _ in range(2):
        async with a_bank(databases, rules) as desk:
            lives.append(await live(desk, Random(7)))

    assert lives[0] == lives[1]
    assert len({row[1] for row in lives[0]}) > 1  # some are repaid, some are not
