"""The ends of days of loans: interest in the books, borrowers who are late, on a real database."""

from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest

from contracts.loan.days import InstalmentOverdue
from contracts.loan.loans import GetLoan
from services.loan.domain.refusals import LoanBusy
from services.loan.domain.rounding import rounded
from services.loan.handlers.end_of_day import end_of_day
from tests.loan.desk import TELLER, LoanDesk

pytestmark = pytest.mark.integration

RECEIVABLE = "LOAN-INTEREST-RECEIVABLE"
INCOME = "INTEREST-INCOME"


async def standing(desk: LoanDesk, loan_id: UUID) -> tuple[object, ...]:
    row = await desk.store.db.fetchrow(
        "select overdue_since, days_past_due, classification from loans where loan_id = $1", loan_id
    )
    assert row is not None
    return tuple(row)


async def test_interest_is_earned_day_by_day_and_is_whole_on_the_due_date(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)  # 1 200.00 in the first month
    earned = []
    for _ in range(32):
        await desk.turn()
        earned.append(desk.line(INCOME))

    assert earned[0] == 0  # the first day is over, its night is not counted yet
    assert earned == sorted(earned)
    assert 0 < earned[10] < 1_200_00
    assert earned[31] == 1_200_00 == -desk.line(RECEIVABLE)
    assert desk.ledger.total() == 0


async def test_a_day_done_twice_books_nothing_more(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await desk.turn(10)
    before = dict(desk.ledger)

    await desk.end(date(2026, 1, 10))
    await desk.book()

    assert dict(desk.ledger) == before


async def test_days_that_were_missed_give_the_books_of_days_in_time(desk: LoanDesk) -> None:
    in_days = await desk.lend(120_000_00, 12)
    await desk.turn(9)
    in_time = desk.line(INCOME)
    await desk.repay(in_days, 200_000_00)
    before = desk.line(INCOME)
    desk.day = date(2027, 1, 1)
    await desk.next_day_without_jobs()

    await desk.lend(120_000_00, 12)
    for _ in range(8):
        await desk.next_day_without_jobs()
    await desk.turn()

    assert desk.line(INCOME) - before == in_time
    assert await agree(desk)


async def test_who_has_not_paid_is_told_once_and_classified_by_the_days(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 2, 2) - desk.day).days)

    [overdue] = [each for each in desk.told if isinstance(each, InstalmentOverdue)]
    assert (overdue.loan_id, overdue.number, overdue.due_on) == (loan_id, 1, date(2026, 2, 1))
    assert await standing(desk, loan_id) == (date(2026, 2, 1), 0, "sma-0")

    await desk.turn((date(2026, 3, 5) - desk.day).days)
    assert (await standing(desk, loan_id))[2] == "sma-1"
    await desk.turn((date(2026, 5, 3) - desk.day).days)
    assert (await standing(desk, loan_id))[2] == "npa"


async def test_what_is_due_next_moves_on_when_a_due_date_has_passed(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 2, 1) - desk.day).days)
    on_the_day = await desk.ask(GetLoan(loan_id=loan_id), TELLER)

    await desk.turn()

    after = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert (on_the_day.next_due_on, on_the_day.next_due_minor) == (date(2026, 2, 1), 10_661_85)
    assert (after.next_due_on, after.next_due_minor) == (date(2026, 3, 1), 10_661_85)
    assert (after.overdue_since, after.overdue_minor) == (date(2026, 2, 1), 10_661_85)


async def test_interest_of_a_loan_that_does_not_perform_waits_in_suspense(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 5, 3) - desk.day).days)

    assert desk.line(INCOME) == 0
    assert desk.line("INTEREST-SUSPENSE") == -desk.line(RECEIVABLE) > 0


async def test_what_the_books_refuse_is_booked_with_the_next_day(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await desk.turn(5)
    desk.refusing = "account-closed"
    await desk.turn()
    behind = dict(desk.ledger)
    assert await agree(desk)
    desk.refusing = ""

    await desk.turn()

    assert desk.line(INCOME) > behind[f"GL-{INCOME}-INR"]
    assert await agree(desk)


async def test_a_loan_whose_money_is_on_its_way_is_left_for_later(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(3)
    await desk.store.db.execute(
        "update loans set operation_id = gen_random_uuid(), operation = 'repayment'"
    )

    with pytest.raises(LoanBusy):
        await end_of_day(desk.store, desk.day, [str(loan_id)])


async def test_a_repayment_of_the_next_day_is_not_unbooked_by_a_job_that_is_late(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(20)
    over = desk.day
    await desk.next_day_without_jobs()
    await desk.repay(loan_id, 10_000_00)

    await desk.end(over)
    await desk.book()

    assert await agree(desk)


async def test_a_day_done_twice_after_facts_have_changed_books_the_difference(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn()
    assert desk.line("LOAN-PROVISION") == 480_00
    await desk.repay(loan_id, 60_000_00)

    await desk.end(date(2026, 1, 1))
    await desk.book()

    owed = (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).outstanding_minor
    assert desk.line("LOAN-PROVISION") == rounded(Fraction(owed * 4, 1000)) < 480_00
    assert await agree(desk)


async def test_a_day_done_again_after_the_books_have_refused_it_is_booked(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await desk.turn(4)
    desk.refusing = "account-closed"
    await desk.turn()
    before, desk.refusing = desk.line(INCOME), ""

    await desk.end(date(2026, 1, 5))
    await desk.book()

    assert desk.line(INCOME) > before
    assert await agree(desk)


async def test_an_older_day_done_again_takes_nothing_back(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 5, 4) - desk.day).days)  # from 2 May on it does not perform
    books, stands = dict(desk.ledger), await desk.ask(GetLoan(loan_id=loan_id), TELLER)

    for day in (date(2026, 1, 20), date(2026, 2, 1), date(2026, 5, 1)):
        await desk.end(day)
        await desk.book()

    assert dict(desk.ledger) == books
    assert await desk.ask(GetLoan(loan_id=loan_id), TELLER) == stands


async def test_a_day_that_is_done_after_the_next_one_still_tells_who_was_late(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 2, 1) - desk.day).days)
    await desk.next_day_without_jobs()  # as when its money was on its way
    await desk.turn()
    books = dict(desk.ledger)

    await desk.end(date(2026, 2, 1))
    await desk.book()

    assert [each.loan_id for each in desk.told if isinstance(each, InstalmentOverdue)] == [loan_id]
    assert dict(desk.ledger) == books


async def agree(desk: LoanDesk) -> bool:
    """Whether the loans have noted on every line what the ledger holds there."""
    own = {number: minor for number, minor in desk.ledger.items() if "GL-" in number and minor}
    return own == dict(await desk.noted())
