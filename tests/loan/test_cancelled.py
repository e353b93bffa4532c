"""Loans that were given up before they were paid out, on a real database."""

from typing import Any

import pytest

from contracts.loan.applications import CancelLoan
from contracts.loan.operations import DisburseLoan
from contracts.loan.positions import GetLoanTransactions, GetPayoff
from contracts.loan.repayments import RepayLoan, WaiveLoanDues
from contracts.loan.rescheduling import ReamortiseLoan
from contracts.money import Money
from services.loan.domain.refusals import LoanNotActive, LoanNotApproved
from tests.loan.desk import MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR

pytestmark = pytest.mark.integration

SOME = Money(minor=100, currency=INR)
REFUSED: list[tuple[type[Any], dict[str, Any], type[Exception]]] = [
    (DisburseLoan, {}, LoanNotApproved),
    (RepayLoan, {"amount": SOME}, LoanNotActive),
    (WaiveLoanDues, {"part": "interest", "amount": SOME, "reason": "ours"}, LoanNotActive),
    (ReamortiseLoan, {"reason": "as agreed"}, LoanNotActive),
    (GetPayoff, {}, LoanNotActive),
]


async def test_a_loan_that_was_given_up_says_so_and_nothing_more_happens_to_it(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.apply(120_000_00, 12)
    await desk.ask(CancelLoan(loan_id=loan_id, reason="changed his mind"), TELLER)

    told = await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)

    assert [each.kind for each in told.items] == ["cancelled"]
    for kind, fields, refusal in REFUSED:
        with pytest.raises(refusal):
            await desk.ask(kind(loan_id=loan_id, **fields), MANAGER)
