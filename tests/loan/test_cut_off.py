"""Work for a day that is cut off before it is committed: nothing of it is there, then all of it.

The work is what loans have earned, and what is due and debited; a process that is killed leaves its
transaction so, and another does the work again.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

import pytest

from contracts.loan.servicing import ServicingRules
from services.loan.domain.repaying import CASH
from tests.builders import ALICE
from tests.loan.desk import DAY, LoanDesk

pytestmark = pytest.mark.integration

INSTALMENT = 10_661_85  # of 120 000.00 over 12 months at 12 %
DUE = date(2026, 2, 1)
TABLES = ("loans", "loan_events", "loan_books", "loan_instalments", "accruals", "sagas")
Work = Callable[[LoanDesk], Awaitable[None]]


async def end_the_day(desk: LoanDesk) -> None:
    await desk.end(DUE - DAY)


async def debit(desk: LoanDesk) -> None:
    await desk.begin_to_collect()


WORK: Mapping[str, Work] = {"what is earned": end_the_day, "what is due": debit}


@pytest.fixture
async def desk(empty_desk: LoanDesk) -> LoanDesk:
    """On the first due date of two loans, before anything is done for it."""
    await empty_desk.open(ServicingRules(debit_days=1))
    for _ in range(2):
        await empty_desk.lend(120_000_00, 12)
    await empty_desk.turn((DUE - DAY - empty_desk.day).days)
    await empty_desk.next_day_without_jobs()
    return empty_desk


async def kept(desk: LoanDesk) -> list[list[tuple[Any, ...]]]:
    return [
        [tuple(row) for row in await desk.store.db.fetch(f"select * from {table} order by 1, 2")]  # noqa: S608
        for table in TABLES
    ]


async def agree(desk: LoanDesk) -> bool:
    """The loans have noted what the ledger holds on their lines."""
    lines = {
        number: minor
        for number, minor in desk.ledger.items()
        if number.startswith("GL-") and number != f"GL-{CASH}-INR" and minor
    }
    return dict(await desk.noted()) == lines


@pytest.mark.parametrize("work", WORK)
async def test_work_that_is_cut_off_at_any_step_is_done_once_and_whole(
    desk: LoanDesk, work: str
) -> None:
    before, books = await kept(desk), dict(desk.ledger)

    async with desk.cut_off():
        await WORK[work](desk)
    assert await kept(desk) == before

    await WORK[work](desk)
    sent = await kept(desk)
    assert sent != before
    assert dict(desk.ledger) == books

    async with desk.cut_off():
        await desk.book()  # they have answered, and nobody has heard it
    booked = dict(desk.ledger)
    assert await kept(desk) == sent
    assert booked != books

    await desk.book()
    assert dict(desk.ledger) == booked
    assert await agree(desk)
    ended = await kept(desk)
    await WORK[work](desk)
    await desk.book()
    assert (await kept(desk), dict(desk.ledger)) == (ended, booked)


async def test_two_loans_are_debited_once_each_whatever_was_cut_off(desk: LoanDesk) -> None:
    before = desk.ledger[ALICE]
    async with desk.cut_off():
        await desk.begin_to_collect()
    await desk.begin_to_collect()
    async with desk.cut_off():
        await desk.book()

    await desk.book()

    assert before - desk.ledger[ALICE] == 2 * INSTALMENT
