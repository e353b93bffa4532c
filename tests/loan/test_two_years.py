"""A year of several loans whose borrowers do as they like, day by day, on a real database.

`python -m tests.benchmarks.loans --part years` is two years of a thousand loans.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.fixtures.servers import Databases
from tests.loan import town as streets
from tests.loan.town import DayDoesNotAgree, Life, Town

pytestmark = pytest.mark.integration

BORROWERS, DAYS, SEED = 4, 365, 11


@asynccontextmanager
async def a_town(databases: Databases, seed: int = SEED) -> AsyncIterator[Town]:
    async with databases.fresh(("loan",)) as database:
        db = await asyncpg.connect(database.url("loan"))
        yield Town(db, seed)
        await db.close()


async def lived(databases: Databases, borrowers: int, days: int, seed: int = SEED) -> Life:
    async with a_town(databases, seed) as town:
        return await town.live(borrowers, days)


async def test_loans_agree_with_the_ledger_every_day_and_a_second_life_gives_the_same_rows(
    databases: Databases,
) -> None:
    one, other = [await lived(databases, BORROWERS, DAYS) for _ in range(2)]

    assert one.digest == other.digest
    assert (one.asked, one.refused, one.states) == (other.asked, other.refused, other.states)
    assert len(one.states) > 1  # some are repaid, some are not
    assert {"ReverseRepayment", "TopUpLoan", "GrantMoratorium"} <= set(one.asked)
    assert one.loan_days > BORROWERS * 100


async def test_loans_agree_with_books_that_refuse_whatever_they_earn_until_they_take_all_of_it(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_town(databases) as town:
        await town.live(BORROWERS, 1)
        monkeypatch.setattr(streets, "REFUSING_DAYS", 1)
        for _ in range(DAYS):
            await town.live_a_day(town.people(BORROWERS))
        assert "GrantMoratorium" in town.life.asked  # whose interest becomes principal
        monkeypatch.setattr(streets, "REFUSING_DAYS", 0)

        await town.live_a_day([])


async def test_another_seed_is_another_life(databases: Databases) -> None:
    assert (await lived(databases, 3, 60)).digest != (await lived(databases, 3, 60, 8)).digest


async def test_a_day_at_whose_end_the_ledger_holds_more_than_is_noted_ends_the_life(
    databases: Databases,
) -> None:
    async with a_town(databases) as town:
        await town.live(3, 90)
        town.ledger["GL-INTEREST-INCOME-INR"] += 1

        with pytest.raises(DayDoesNotAgree):
            await town.live_a_day([])


async def test_a_day_at_whose_end_a_loan_shows_less_than_is_owed_ends_the_life(
    databases: Databases,
) -> None:
    async with a_town(databases) as town:
        await town.live(3, 90)
        await town.store.db.execute(
            "update loans set outstanding_minor = outstanding_minor - 1, ended_on = '2100-01-01'"
            " where state = 'active'"  # no end of a day writes them again
        )

        with pytest.raises(DayDoesNotAgree):
            await town.live_a_day([])


async def test_a_day_at_whose_end_less_is_provided_than_the_norms_say_ends_the_life(
    databases: Databases,
) -> None:
    async with a_town(databases) as town:
        await town.live(3, 60)
        await town.store.db.execute(
            "insert into terms select what, 2, $1, replace(terms::text, '0.40', '0.39')::jsonb,"
            " made_by, made_at from terms where what = 'loan-provisioning'",
            town.day,
        )

        with pytest.raises(DayDoesNotAgree, match="provided"):
            await town.live_a_day([])
