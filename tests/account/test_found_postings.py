"""Conditions on lists of an account: a page reads a bounded part, the pages hold all that fits."""

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.account.accounts import ListPostings, Postings
from contracts.account.holds import Holds, ListHolds, ReleaseHold
from contracts.account.values import EntryKind, HoldState
from tests.account.examples import TODAY, a_hold
from tests.account.test_end_of_day import DAY, Days, some_days
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration

ROWS = 4  # read for a page
FITTING = """
    select p.sequence from postings p join entries e using (entry_id)
    join accounts a on a.id = p.account_id
    where a.number = $1 and ($2::date is null or p.booked_on >= $2)
        and ($3::date is null or p.booked_on <= $3) and ($4::text is null or e.kind = $4)
    order by p.sequence desc
"""
# Before a business day was held open, two processes could book crosswise at midnight.
CROSSWISE = """
    set session_replication_role = replica;
    update account.postings
    set booked_on = booked_on - {weeks} * 7 + case when sequence % 2 = 1 then {weeks} else 0 end;
    set session_replication_role = origin
"""


@pytest.fixture
async def days(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Days]:
    for module in ("ledger", "holds"):
        monkeypatch.setattr(f"services.account.store.{module}.READ_ROWS_MAX", ROWS)
    async with some_days(databases) as days:
        yield days


async def pages(days: Days, number: str, **wanted: Any) -> list[list[int]]:
    found: list[list[int]] = []
    cursor: str | None = None
    while not found or cursor:
        query = ListPostings(account_number=number, cursor=cursor, **wanted)
        page = await days.bank.ask(query)
        assert isinstance(page, Postings)
        found.append([posting.sequence for posting in page.items])
        cursor = page.next_cursor
    return found


async def fitting(days: Days, number: str, **wanted: Any) -> list[int]:
    conditions = [wanted.get(name) for name in ("booked_from", "booked_to", "kind")]
    async with days.bank.connection() as db:
        return [row[0] for row in await db.fetch(FITTING, number, *conditions)]


def some_conditions(rng: random.Random) -> dict[str, Any]:
    first, last = sorted(TODAY + rng.randint(-1, 6) * DAY for _ in range(2))
    conditions = {
        "booked_from": first,
        "booked_to": last,
        "kind": rng.choice([EntryKind.DEPOSIT, EntryKind.TRANSFER, EntryKind.FEE]),
    }
    return {name: value for name, value in conditions.items() if rng.random() < 0.6}


@pytest.mark.parametrize("seed", range(4))
async def test_the_pages_hold_what_fits_whether_the_work_of_days_is_done_or_late(
    days: Days, seed: int
) -> None:
    rng = random.Random(seed)
    for _ in range(5):
        await days.trade(rng, entries=rng.randint(0, 12))
        await days.turn()
        for _ in range(rng.choice([0, 2, 100])):
            await days.runner().step()
    await days.trade(rng, entries=3)

    for _ in range(40):
        number = rng.choice(days.people).number
        wanted = some_conditions(rng)
        found = await pages(days, number, limit=rng.choice([1, 3, 50]), **wanted)
        assert [each for page in found for each in page] == await fitting(days, number, **wanted)


async def test_what_never_happened_is_looked_for_piece_by_piece(days: Days) -> None:
    await days.trade(random.Random(1), entries=20)
    number = max(p.number for p in days.people)

    found = await pages(days, number, kind=EntryKind.FEE)

    assert found == [[]] * (1 + len(await fitting(days, number)) // ROWS)


async def test_an_old_date_is_found_at_once_when_the_work_of_days_is_done(days: Days) -> None:
    rng = random.Random(2)
    for _ in range(6):
        await days.trade(rng)
        await days.turn()
    await days.finish()
    number = days.people[0].number
    first = {"booked_from": TODAY, "booked_to": TODAY}

    [page, *more] = await pages(days, number, limit=ROWS - 1, **first)

    assert page == (await fitting(days, number, **first))[: ROWS - 1]
    assert len(await fitting(days, number)) > 2 * ROWS
    assert all(more[:-1])


async def test_postings_that_were_booked_crosswise_at_a_midnight_are_found(days: Days) -> None:
    await days.trade(random.Random(3), entries=20)
    number = days.people[0].number
    await days.admin.execute("update account.accounts set opened_at = '2026-01-01'")
    await days.admin.execute(CROSSWISE.format(weeks=1))
    for _ in range(3):
        await days.turn()
    await days.finish()

    for day in (TODAY - 7 * DAY, TODAY - 6 * DAY):
        for wanted in ({"booked_from": day}, {"booked_to": day}):
            found = await pages(days, number, **wanted)
            assert sorted(each for page in found for each in page) == sorted(
                await fitting(days, number, **wanted)
            )

    await days.admin.execute("delete from account.daily_balances")
    await days.admin.execute("delete from account.line_totals")
    await days.admin.execute("delete from account.job_parts")
    await days.admin.execute(CROSSWISE.format(weeks=-1))


async def test_holds_in_a_state_are_looked_for_piece_by_piece(days: Days) -> None:
    owner = days.people[0]
    await days.trade(random.Random(4), entries=40)
    await days.bank.do(a_hold("1", owner.number))
    for _ in range(9):
        released = await days.bank.do(a_hold("1", owner.number))
        await days.bank.do(ReleaseHold(hold_id=released.hold_id))

    found: list[int] = []
    cursor: str | None = None
    while not found or cursor:
        query = ListHolds(account_number=owner.number, state=HoldState.OPEN, cursor=cursor)
        page = await days.bank.ask(query)
        assert isinstance(page, Holds)
        found.append(len(page.items))
        cursor = page.next_cursor

    assert sum(found) == 1
    assert len(found) == 3
