"""What late events change of a loan, and where that is booked, on a real database."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.loan.differences import GetLoanDifferences, LoanDifferences
from contracts.loan.repayments import ReverseRepayment
from contracts.loan.servicing import Recalculation, ServicingRules
from services.loan.domain.refusals import LoanNotFound, LoanTransactionNotFound
from tests.builders import ALICE_ID, customer
from tests.loan.desk import MANAGER, TELLER, LoanDesk

pytestmark = pytest.mark.integration

INSTALMENT = 10_661_85  # of 120 000.00 over 12 months at 12 %


@pytest.fixture
async def desk(empty_desk: LoanDesk) -> LoanDesk:
    await empty_desk.open(ServicingRules(recalculation=Recalculation.DAILY))
    return empty_desk


async def differences(desk: LoanDesk, loan_id: UUID, sequence: int) -> LoanDifferences:
    wish = GetLoanDifferences(loan_id=loan_id, sequence=sequence)
    found = await desk.ask(wish, TELLER)
    assert isinstance(found, LoanDifferences)
    return found


async def take_back(desk: LoanDesk, loan_id: UUID, sequence: int) -> None:
    repayment = await desk.store.db.fetchval(
        "select operation_id from loan_events where loan_id = $1 and sequence = $2",
        loan_id, sequence,
    )  # fmt: skip
    back = ReverseRepayment(loan_id=loan_id, repayment_id=repayment, reason="bounced")
    await desk.ask(back, MANAGER)
    await desk.book()


async def test_a_backdated_repayment_says_what_it_changed_of_each_later_payment(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(40)
    await desk.repay(loan_id, INSTALMENT)
    await desk.turn(5)
    open_day = desk.day

    await desk.repay(loan_id, 20_000_00, paid_on=date(2026, 1, 16))

    found = await differences(desk, loan_id, 3)
    assert (found.kind, found.value_date, found.booked_on) == (
        "repaid", date(2026, 1, 16), open_day,
    )  # fmt: skip
    parts = {(each.instalment, each.part): each for each in found.instalments}
    assert parts[1, "interest"].due_before_minor == 1_200_00
    assert parts[1, "interest"].due_after_minor < 1_200_00
    own = [each for each in found.allocations if each.sequence == 3]
    later = [each for each in found.allocations if each.sequence == 2]
    assert {each.before_minor for each in own} == {0}
    assert sum(each.after_minor for each in own) == 20_000_00
    assert later
    assert sum(each.before_minor - each.after_minor for each in later) == 0
    assert found.accruals[0].before_minor == 1_200_00 > found.accruals[0].after_minor
    income = next(each for each in found.books if each.line == "INTEREST-INCOME")
    earned = sum(each.after_minor - each.before_minor for each in found.accruals)
    assert income.after_minor - income.before_minor == earned < 0


async def test_the_books_are_put_right_on_the_open_day_and_no_older_entry_is_touched(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(40)
    before = list(desk.entries)
    income = desk.line("INTEREST-INCOME")

    await desk.repay(loan_id, 20_000_00, paid_on=date(2026, 1, 16))

    assert desk.entries[:-1] == before
    [leg] = [each for each in desk.entries[-1].legs if "INTEREST-INCOME" in each.account_number]
    assert desk.line("INTEREST-INCOME") == income + leg.amount_minor
    assert leg.amount_minor < 0
    booked_on = await desk.store.db.fetchval("select max(booked_on) from loan_events")
    assert booked_on == desk.day


async def test_the_account_that_pays_counts_a_repayment_from_when_the_loan_does(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(20)
    await desk.repay(loan_id, 100_00, paid_on=date(2026, 1, 16))
    assert desk.entries[-1].value_date == date(2026, 1, 16)

    await desk.turn(40)
    await desk.repay(loan_id, 100_00, paid_on=date(2026, 1, 17))
    # The ledger takes no value date that lies further back.
    assert desk.entries[-1].value_date == desk.day - timedelta(days=30)

    await desk.repay(loan_id, 100_00)
    assert desk.entries[-1].value_date == desk.day


async def test_a_repayment_taken_back_gives_every_difference_back(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(40)
    await desk.repay(loan_id, INSTALMENT)

    await take_back(desk, loan_id, 2)

    paid, back = [await differences(desk, loan_id, number) for number in (2, 3)]
    assert [
        (each.instalment, each.part, each.paid_after_minor, each.paid_before_minor)
        for each in back.instalments
    ] == [
        (each.instalment, each.part, each.paid_before_minor, each.paid_after_minor)
        for each in paid.instalments
    ]
    assert {each.after_minor for each in back.allocations} == {0}
    assert back.reference is not None


async def test_what_pays_a_loan_out_differs_from_no_loan_at_all(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)

    found = await differences(desk, loan_id, 1)

    assert [(each.line, each.before_minor, each.after_minor) for each in found.books] == [
        ("LOANS", 0, -120_000_00)
    ]


async def test_nobody_else_sees_it_and_what_did_not_happen_is_not_found(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)

    with pytest.raises(LoanTransactionNotFound):
        await differences(desk, loan_id, 2)
    with pytest.raises(LoanNotFound):
        await desk.ask(GetLoanDifferences(loan_id=loan_id, sequence=1), customer(ALICE_ID + 1))
