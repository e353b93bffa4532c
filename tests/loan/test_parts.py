"""A loan of 60 000 in six instalments, of which one half is paid out on 1 January 2026."""

from datetime import date
from uuid import UUID

import pytest

from contracts.loan.applications import ApproveLoan
from contracts.loan.loans import GetLoan, GetLoanSchedule
from contracts.loan.operations import DisburseLoan
from contracts.loan.servicing import Recalculation, ServicingRules
from contracts.money import Money
from services.loan.domain.refusals import NoInstalmentToCome
from tests.loan.desk import DAY, MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR, inr

pytestmark = pytest.mark.integration

WHOLE, HALF = inr("60000"), inr("30000")
LAST_DUE = date(2026, 7, 1)


@pytest.fixture(params=list(Recalculation))
async def loan_id(empty_desk: LoanDesk, request: pytest.FixtureRequest) -> UUID:
    rules = ServicingRules(recalculation=request.param)
    await empty_desk.open(rules, tranches_max=2)
    loan_id = await empty_desk.apply(WHOLE, 6)
    await empty_desk.ask(ApproveLoan(loan_id=loan_id), MANAGER)
    half = Money(minor=HALF, currency=INR)
    await empty_desk.ask(DisburseLoan(loan_id=loan_id, amount=half), MANAGER)
    await empty_desk.book()
    return loan_id


async def come_to(desk: LoanDesk, day: date) -> None:
    desk.day = day - DAY
    await desk.turn()


@pytest.mark.parametrize("day", [LAST_DUE - DAY, LAST_DUE])
async def test_the_other_half_is_paid_out_until_the_last_due_date(
    empty_desk: LoanDesk, loan_id: UUID, day: date
) -> None:
    await come_to(empty_desk, day)

    await empty_desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)
    await empty_desk.book()

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    assert sum(each.principal_minor for each in schedule.instalments) == WHOLE
    assert empty_desk.line("LOANS") == -WHOLE


@pytest.mark.parametrize("day", [LAST_DUE + DAY, date(2026, 12, 1)])
async def test_nothing_is_paid_out_that_no_instalment_could_repay(
    empty_desk: LoanDesk, loan_id: UUID, day: date
) -> None:
    await come_to(empty_desk, day)
    before = await empty_desk.ask(GetLoan(loan_id=loan_id), TELLER)

    with pytest.raises(NoInstalmentToCome):
        await empty_desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)

    assert await empty_desk.ask(GetLoan(loan_id=loan_id), TELLER) == before
