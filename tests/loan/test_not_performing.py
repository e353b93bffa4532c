"""The interest of a loan that stops to perform, in figures by hand, on a real database.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on. The
first four have 1 200.00, 1 105.38, 1 009.82 and 913.30 of interest: 4 228.50 is due on 1 May. The
fifth has 815.81 for the 31 days from then on. Nothing is paid, so that the day on which the first
fell due is 90 days old at the end of 2 May, and the loan no longer performs.
"""

from datetime import date
from uuid import UUID

import pytest

from services.loan.domain.servicing.books import (
    INTEREST_INCOME,
    INTEREST_RECEIVABLE,
    INTEREST_SUSPENSE,
)
from tests.loan.desk import LoanDesk
from tests.loan.terms import inr

pytestmark = pytest.mark.integration

INSTALMENT = inr("10661.85")


async def unpaid_until_the_end_of(desk: LoanDesk, day: date) -> UUID:
    loan_id = await desk.lend(inr("120000"), 12)
    await desk.turn((day - desk.day).days + 1)
    return loan_id


async def classification(desk: LoanDesk, loan_id: UUID) -> str:
    found: str = await desk.store.db.fetchval(
        "select classification from loans where loan_id = $1", loan_id
    )
    return found


def interest(desk: LoanDesk) -> tuple[int, int, int]:
    """Income, suspense, and what the borrower owes of both."""
    owed = -desk.line(INTEREST_RECEIVABLE)
    return desk.line(INTEREST_INCOME), desk.line(INTEREST_SUSPENSE), owed


async def test_on_the_89th_day_all_interest_is_income_though_none_was_paid(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2026, 5, 1))

    assert await classification(desk, loan_id) == "sma-2"
    assert interest(desk) == (inr("4228.50"), 0, inr("4228.50"))


async def test_on_the_90th_day_income_that_was_not_paid_is_taken_back(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2026, 5, 2))

    assert await classification(desk, loan_id) == "npa"
    # One night of the fifth instalment: 815.81 / 31 = 26.32.
    assert interest(desk) == (0, inr("4254.82"), inr("4254.82"))


async def test_what_is_paid_is_income_and_what_is_earned_then_waits(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2026, 5, 2))

    await desk.repay(loan_id, INSTALMENT)
    await desk.turn()

    # 1 200.00 was in it; two nights are 52.63. The oldest amount is 63 days old, and yet:
    assert await classification(desk, loan_id) == "npa"
    assert interest(desk) == (inr("1200.00"), inr("3081.13"), inr("3081.13"))


async def test_all_arrears_but_a_paisa_leave_it_as_it_is(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2026, 5, 2))

    await desk.repay(loan_id, 4 * INSTALMENT - 1)
    await desk.turn()

    assert await classification(desk, loan_id) == "npa"
    # The principal is paid last, so that all interest that was due is paid; two nights wait.
    assert interest(desk) == (inr("4228.50"), inr("52.63"), inr("52.63"))


async def test_with_all_arrears_paid_it_performs_and_its_interest_is_income(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2026, 5, 2))

    await desk.repay(loan_id, 4 * INSTALMENT)
    await desk.turn()

    assert await classification(desk, loan_id) == "standard"
    assert interest(desk) == (inr("4281.13"), 0, inr("52.63"))
    assert desk.ledger.total() == 0
