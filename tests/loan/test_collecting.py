"""Instalments that are debited by themselves, on a real database."""

import asyncio
from datetime import date

import pytest

from contracts.loan.applications import ApproveLoan
from contracts.loan.operations import DisburseLoan, LoanOperationFailed
from contracts.loan.repayments import RepaymentReceived
from contracts.loan.servicing import ServicingRules
from infra.handling.daily import Part
from services.loan.handlers.collecting import collect_instalments, count_due, loans_due
from services.loan.store.days import last_of
from tests.builders import ALICE
from tests.loan.desk import DAY, MANAGER, LoanDesk

pytestmark = pytest.mark.integration

READS_EVENTS = "select loan_id, sequence, kind"
INSTALMENT = 10_661_85  # of 120 000.00 over 12 months at 12 %


@pytest.fixture
async def desk(empty_desk: LoanDesk) -> LoanDesk:
    """Its product debits on the due date and the day after it."""
    await empty_desk.open(ServicingRules(debit_days=2))
    return empty_desk


def received(desk: LoanDesk) -> list[int]:
    return [each.amount_minor for each in desk.told if isinstance(each, RepaymentReceived)]


async def until(desk: LoanDesk, day: date) -> None:
    await desk.turn((day - desk.day).days)


async def test_an_instalment_is_debited_on_its_due_date_and_once(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 1, 31))
    await desk.collect()
    assert received(desk) == []

    await desk.turn()
    await desk.collect()
    await desk.collect()

    assert received(desk) == [INSTALMENT]
    assert desk.ledger[ALICE] == 120_000_00 - INSTALMENT
    await desk.turn(2)
    assert desk.line("LOAN-INTEREST-RECEIVABLE") < 0


async def test_what_the_account_has_not_got_is_tried_again_and_then_left_overdue(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 2, 1))
    desk.refusing = "insufficient-funds"
    for _ in range(3):
        await desk.collect()
        desk.refusing = ""
        await desk.turn()
        desk.refusing = "insufficient-funds"
    desk.refusing = ""

    await desk.collect()

    failed = [each.code for each in desk.told if isinstance(each, LoanOperationFailed)]
    assert failed == ["insufficient-funds", "insufficient-funds"]
    assert received(desk) == []
    since = await desk.store.db.fetchval(
        "select overdue_since from loans where loan_id = $1", loan_id
    )
    assert since == date(2026, 2, 1)


async def test_with_the_next_instalment_all_that_is_overdue_is_debited(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 3, 1))

    await desk.collect()

    assert received(desk) == [2 * INSTALMENT]


async def test_days_that_were_missed_debit_nothing_for_themselves(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 2, 1))
    await desk.next_day_without_jobs()
    await desk.next_day_without_jobs()

    await desk.collect()

    assert received(desk) == []


async def test_as_many_loans_are_counted_as_are_listed_and_none_for_a_day_that_was_missed(
    desk: LoanDesk,
) -> None:
    for _ in range(3):
        await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 2, 1))
    counted = [await count_due(desk.store, Part(desk.day - DAY, part, 2)) for part in (0, 1)]
    listed = [
        len(await loans_due(desk.store, Part(desk.day - DAY, part, 2), None, 10)) for part in (0, 1)
    ]

    assert counted == listed
    assert sum(counted) == 3
    assert await count_due(desk.store, Part(desk.day - 2 * DAY, 0, 1)) == 0


async def test_many_loans_of_which_nothing_is_debited_take_as_few_statements_as_one(
    desk: LoanDesk,
) -> None:
    await desk.lend(120_000_00, 12)
    alone = await reads_of_collecting(desk)
    for _ in range(4):
        await desk.lend(120_000_00, 12)

    assert await reads_of_collecting(desk) == alone


async def test_of_a_loan_whose_product_debits_nothing_no_event_is_read(desk: LoanDesk) -> None:
    await desk.offer("BY_HAND", ServicingRules(debit_days=0))
    loan_id = await desk.apply(120_000_00, 12, "BY_HAND")
    await desk.ask(ApproveLoan(loan_id=loan_id), MANAGER)
    await desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)
    await desk.book()
    await until(desk, date(2026, 2, 1))

    assert await loans_due(desk.store, Part(desk.day - DAY, 0, 1), None, 10) == [str(loan_id)]
    assert [asked for asked in await asked_by_collecting(desk) if READS_EVENTS in asked] == []


async def test_debits_of_four_loans_are_begun_in_as_many_statements_as_that_of_one(
    desk: LoanDesk,
) -> None:
    ids = [str(await desk.lend(120_000_00, 12)) for _ in range(5)]
    await until(desk, date(2026, 2, 1))

    counts = []
    for some in (ids[:1], ids[1:]):
        asked: list[str] = []
        with desk.store.db.query_logger(lambda record: asked.append(record.query)):  # noqa: B023
            assert await collect_instalments(desk.store, desk.day - DAY, some)
            await asyncio.sleep(0)  # the last one is told in the next turn of the loop
        counts.append(len(asked))

    assert counts[0] == counts[1]


async def reads_of_collecting(desk: LoanDesk) -> int:
    """How many statements the job sends on a day on which nothing is due."""
    return len(await asked_by_collecting(desk))


async def asked_by_collecting(desk: LoanDesk) -> list[str]:
    """The statements of the job on a day on which it debits nothing."""
    ids = [str(each) for each in await desk.store.active(0, 1, last_of(None), 10)]
    asked: list[str] = []
    with desk.store.db.query_logger(lambda record: asked.append(record.query)):
        assert not await collect_instalments(desk.store, desk.day - DAY, ids)
    return asked
