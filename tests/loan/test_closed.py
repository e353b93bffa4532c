"""A loan on which nothing is owed any more is told of, once each time; on a real database."""

from datetime import timedelta

import pytest

from contracts.loan.applications import LoanClosed
from contracts.loan.loans import GetLoan
from contracts.loan.positions import GetLoanTransactions, GetPayoff
from contracts.loan.repayments import (
    RefundOverpayment,
    RepaymentReceived,
    ReverseRepayment,
    WaiveLoanDues,
    WriteLoanOff,
)
from contracts.loan.values import LoanState
from contracts.money import Money
from tests.builders import ALICE, ALICE_ID
from tests.loan.desk import MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR

pytestmark = pytest.mark.integration


def closed(desk: LoanDesk) -> list[LoanClosed]:
    return [event for event in desk.told if isinstance(event, LoanClosed)]


async def test_what_pays_a_loan_off_closes_it(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.repay(loan_id, 10_000_00)
    assert closed(desk) == []

    payoff = await desk.ask(GetPayoff(loan_id=loan_id), TELLER)
    await desk.repay(loan_id, payoff.payoff_minor + 5_00)

    told = LoanClosed(
        loan_id=loan_id, customer_id=ALICE_ID, account_number=ALICE, product_code="PERSONAL",
        currency=INR, principal_minor=120_000_00, closed_on=desk.day,
    )  # fmt: skip
    assert closed(desk) == [told]
    assert isinstance(desk.told[-2], RepaymentReceived)  # what closed it is told first
    assert (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).state is LoanState.CLOSED
    await desk.ask(
        RefundOverpayment(loan_id=loan_id, amount=Money(minor=5_00, currency=INR)), TELLER
    )
    await desk.book()
    assert closed(desk) == [told]


async def test_a_loan_that_the_books_refuse_to_close_is_not_told_of(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    desk.refusing = "insufficient-funds"

    await desk.repay(loan_id, 200_000_00)

    assert closed(desk) == []


async def test_a_loan_opened_again_by_a_reversal_is_told_of_when_it_closes_again(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.repay(loan_id, 200_000_00)
    done = await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)
    back = ReverseRepayment(
        loan_id=loan_id, repayment_id=done.items[0].operation_id, reason="a wrong till"
    )
    await desk.ask(back, MANAGER)
    await desk.book()
    assert (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).state is LoanState.ACTIVE
    assert len(closed(desk)) == 1

    await desk.repay(loan_id, 200_000_00)

    assert len(closed(desk)) == 2


async def test_what_the_bank_does_without_may_close_a_loan(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 1)
    desk.day += timedelta(days=31)
    await desk.next_day_without_jobs()
    await desk.repay(loan_id, 120_000_00)
    assert closed(desk) == []
    left = (await desk.ask(GetPayoff(loan_id=loan_id), TELLER)).payoff_minor

    rest = Money(minor=left, currency=INR)
    await desk.ask(
        WaiveLoanDues(loan_id=loan_id, part="interest", amount=rest, reason="ours"), MANAGER
    )
    await desk.book()

    assert len(closed(desk)) == 1


async def test_a_loan_that_is_written_off_is_not_closed(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)

    await desk.ask(WriteLoanOff(loan_id=loan_id, reason="no hope"), MANAGER)
    await desk.book()

    assert closed(desk) == []
