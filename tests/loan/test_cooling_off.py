"""Loans given back within the days to think, on a real database."""

from decimal import Decimal
from uuid import UUID

import pytest

from contracts.envelope import Role, Subject
from contracts.loan.applications import LoanClosed
from contracts.loan.cooling_off import GiveLoanBack
from contracts.loan.loans import GetLoan, Loan
from contracts.loan.operations import DisburseLoan
from contracts.loan.positions import GetLoanTransactions, GetPayoff
from contracts.loan.repayments import LoanOperationCompleted, ReverseRepayment
from contracts.loan.servicing import PreClosure, Recalculation, ServicingRules
from contracts.loan.terms import Fee
from contracts.loan.values import LoanState
from services.loan.domain.refusals import (
    CoolingOffOver,
    LoanGivenBack,
    LoanNotActive,
    LoanNotApproved,
    LoanNotFound,
    RepaymentNotFound,
)
from tests.builders import ALICE, ALICE_ID
from tests.loan.desk import MANAGER, TELLER, LoanDesk

pytestmark = pytest.mark.integration

FEE = Fee(name="Processing fee", amount_minor=1_000_00, tax_percent=Decimal(18))
BORROWER = Subject(id="customer-1", role=Role.CUSTOMER, customer_id=ALICE_ID)
STRANGER = Subject(id="customer-2", role=Role.CUSTOMER, customer_id=ALICE_ID + 1)


@pytest.fixture
async def offering(empty_desk: LoanDesk) -> LoanDesk:
    """Three days to think, a fee, and full interest of the month from whoever pays off."""
    rules = ServicingRules(recalculation=Recalculation.DAILY, pre_closure=PreClosure.TO_DUE_DATE)
    await empty_desk.open(rules, cooling_off_days=3, fees=(FEE,))
    return empty_desk


async def give_back(desk: LoanDesk, loan_id: UUID, by: Subject = TELLER) -> None:
    await desk.ask(GiveLoanBack(loan_id=loan_id, reason="changed his mind"), by)
    await desk.book()


async def found(desk: LoanDesk, loan_id: UUID) -> Loan:
    loan = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert isinstance(loan, Loan)
    return loan


async def test_it_costs_the_interest_of_its_days_and_the_fees_come_back(
    offering: LoanDesk,
) -> None:
    loan_id = await offering.lend(120_000_00, 12)
    assert offering.ledger[ALICE] == 118_820_00
    await offering.turn(3)

    await give_back(offering, loan_id, BORROWER)

    # A month of 1 200.00 has 31 days, of which three are over.
    interest = 116_13
    assert offering.ledger == offering.ledger.__class__(
        {ALICE: -interest, "GL-INTEREST-INCOME-INR": interest}
    )
    loan = await found(offering, loan_id)
    assert (loan.state, loan.outstanding_minor) == (LoanState.CANCELLED, 0)
    assert await offering.noted() == +offering.ledger


async def test_it_is_told_with_its_end(offering: LoanDesk) -> None:
    loan_id = await offering.lend(120_000_00, 12)

    await give_back(offering, loan_id)

    ended, closed = offering.told[-2:]
    assert isinstance(ended, LoanOperationCompleted)
    assert (ended.kind, ended.amount_minor) == ("giving-back", 120_000_00)
    assert isinstance(closed, LoanClosed)
    [event, _] = (await offering.ask(GetLoanTransactions(loan_id=loan_id), TELLER)).items
    assert (event.kind, event.principal_minor) == ("given-back", 120_000_00)
    assert (await offering.ask(GetPayoff(loan_id=loan_id), TELLER)).payoff_minor == 0


async def test_afterwards_nothing_more_happens_to_it(offering: LoanDesk) -> None:
    loan_id = await offering.lend(120_000_00, 12)
    await give_back(offering, loan_id)
    before = offering.ledger.copy()
    done = await offering.ask(GetLoanTransactions(loan_id=loan_id), TELLER)
    back = ReverseRepayment(
        loan_id=loan_id, repayment_id=done.items[0].operation_id, reason="a wrong till"
    )

    for command, refusal in (
        (GiveLoanBack(loan_id=loan_id), LoanNotActive),
        (DisburseLoan(loan_id=loan_id), LoanNotApproved),
        (back, RepaymentNotFound),
    ):
        with pytest.raises(refusal):
            await offering.ask(command, MANAGER)
    await offering.turn(40)

    assert offering.ledger == before


async def test_what_was_paid_before_counts_and_cannot_be_taken_back(
    offering: LoanDesk,
) -> None:
    loan_id = await offering.lend(120_000_00, 12)
    await offering.repay(loan_id, 20_000_00)
    done = await offering.ask(GetLoanTransactions(loan_id=loan_id), TELLER)
    await give_back(offering, loan_id)
    assert +offering.ledger == {}

    back = ReverseRepayment(
        loan_id=loan_id, repayment_id=done.items[0].operation_id, reason="not his money"
    )
    with pytest.raises(LoanGivenBack):
        await offering.ask(back, MANAGER)

    loan = await found(offering, loan_id)
    assert (loan.state, loan.outstanding_minor) == (LoanState.CANCELLED, 0)
    assert +offering.ledger == {}


@pytest.mark.parametrize("by", [BORROWER, TELLER], ids=["the borrower", "a teller"])
async def test_it_is_too_late_on_the_day_after_the_last_one(
    offering: LoanDesk, by: Subject
) -> None:
    loan_id = await offering.lend(120_000_00, 12)
    await offering.turn(4)
    before = offering.ledger.copy()

    with pytest.raises(CoolingOffOver):
        await give_back(offering, loan_id, by)

    assert offering.ledger == before


async def test_no_loan_of_a_product_without_such_days_is_given_back(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)

    with pytest.raises(CoolingOffOver):
        await give_back(desk, loan_id)


async def test_nothing_has_changed_when_the_account_holds_too_little(offering: LoanDesk) -> None:
    loan_id = await offering.lend(120_000_00, 12)
    offering.refusing = "insufficient-funds"

    await give_back(offering, loan_id)

    assert (await found(offering, loan_id)).state is LoanState.ACTIVE
    assert offering.ledger[ALICE] == 118_820_00


async def test_nobody_gives_back_the_loan_of_another(offering: LoanDesk) -> None:
    loan_id = await offering.lend(120_000_00, 12)

    with pytest.raises(LoanNotFound):
        await give_back(offering, loan_id, STRANGER)
