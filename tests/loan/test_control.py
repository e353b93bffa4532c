"""Loans held against the ledger's lines, on a real database."""

import pytest

from contracts.loan.control import ControlLine, GetLoanControl, HeldLine, LoanControl
from contracts.loan.repayments import RepayLoan
from contracts.money import Money
from tests.loan.desk import TELLER, LoanDesk
from tests.loan.terms import INR

pytestmark = pytest.mark.integration


async def control(desk: LoanDesk) -> LoanControl:
    held = tuple(
        HeldLine(gl_code=number[3:-4], currency=INR, held_minor=minor)
        for number, minor in desk.ledger.items()
        if number.startswith("GL-") and minor
    )
    found = await desk.ask(GetLoanControl(held=held), TELLER)
    assert isinstance(found, LoanControl)
    return found


def differing(found: LoanControl) -> dict[str, int]:
    return {each.line: each.difference_minor for each in found.lines if each.difference_minor}


async def test_loans_agree_with_the_ledger_line_by_line(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(40)
    await desk.repay(loan_id, 100_00)

    found = await control(desk)

    assert differing(found) == {}
    assert found.under_way == 0
    assert ControlLine(
        line="LOANS", currency=INR, noted_minor=-120_000_00, held_minor=-120_000_00,
        difference_minor=0,
    ) in found.lines  # fmt: skip


async def test_the_loan_for_which_not_that_is_noted_which_was_booked_is_named(
    desk: LoanDesk,
) -> None:
    loans = [await desk.lend(120_000_00, 12) for _ in range(3)]
    await desk.turn(10)
    await desk.store.db.execute(
        "update loan_books set minor = minor + 50 where loan_id = $1 and line = 'LOANS'", loans[1]
    )

    found = await control(desk)

    assert differing(found) == {"LOANS": -50}
    [named] = found.loans
    assert (named.loan_id, named.line) == (loans[1], "LOANS")
    assert named.booked_minor - named.noted_minor == -50


async def test_an_entry_of_no_loan_on_a_line_of_loans_is_a_difference_without_a_loan(
    desk: LoanDesk,
) -> None:
    await desk.lend(120_000_00, 12)
    desk.ledger["GL-LOAN-LOSSES-INR"] -= 7

    found = await control(desk)

    assert differing(found) == {"LOAN-LOSSES": -7}
    assert found.loans == ()


async def test_lines_on_which_others_book_too_are_no_control_accounts(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    desk.ledger["GL-FEE-INCOME-INR"] += 7

    assert differing(await control(desk)) == {}


async def test_what_is_under_way_is_counted(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    amount = Money(minor=100, currency=INR)
    await desk.ask(RepayLoan(loan_id=loan_id, amount=amount), TELLER)

    assert (await control(desk)).under_way == 1
