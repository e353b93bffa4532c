"""Several loans of one borrower, of whom one does not perform, on a real database.

Two loans of 120 000 at 12 percent are paid out on 1 March 2026 and first due on the 31st. The first
one is never paid; what is due of the second one is paid on its day. So it goes by the dates of the
Reserve Bank's example: SMA-0 on 31 March, SMA-1 on 30 April, SMA-2 on 30 May, NPA on 29 June.
"""

from datetime import date
from uuid import UUID

import pytest

from contracts.loan.loans import GetLoan, Loan
from contracts.loan.positions import GetLoanTransactions
from contracts.loan.repayments import RecoverLoan, WriteLoanOff
from contracts.money import Money
from services.loan.domain.refusals import LoanBusy
from services.loan.domain.servicing.books import (
    INTEREST_INCOME,
    INTEREST_RECEIVABLE,
    INTEREST_SUSPENSE,
)
from services.loan.handlers.end_of_day import end_of_day
from tests.loan.desk import DAY, MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR

pytestmark = pytest.mark.integration

LENT_ON, NPA = date(2026, 3, 1), date(2026, 6, 29)
DUE = (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31))  # and on 30 June
PERFORMING = (0, "standard", "loan")


async def shown(desk: LoanDesk, loan_id: UUID) -> Loan:
    found = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert isinstance(found, Loan)
    return found


async def classes(desk: LoanDesk, *loans: UUID) -> list[tuple[int, str, str]]:
    found = [await shown(desk, loan_id) for loan_id in loans]
    return [(each.days_past_due, each.classification, each.classified_by) for each in found]


async def pay_what_is_due(desk: LoanDesk, loan_id: UUID) -> None:
    """All of it, what falls due today included."""
    loan = await shown(desk, loan_id)
    today = loan.next_due_minor if loan.next_due_on == desk.day else 0
    await desk.repay(loan_id, loan.overdue_minor + today)


async def lend_two(desk: LoanDesk) -> list[UUID]:
    await desk.turn((LENT_ON - desk.day).days)
    return [await desk.lend(120_000_00, 12, DUE[0]) for _ in range(2)]


async def live(desk: LoanDesk, loans: list[UUID], day: date) -> None:
    """Until the end of this day the second loan is paid when it is due, and the first one never."""
    while desk.day <= day:
        if desk.day in DUE:
            await pay_what_is_due(desk, loans[1])
        await desk.turn()


@pytest.fixture
async def two(desk: LoanDesk) -> list[UUID]:
    """It is the morning of 30 June."""
    loans = await lend_two(desk)
    await live(desk, loans, NPA)
    return loans


async def test_by_the_example_of_the_reserve_bank_neither_loan_performs_on_29_june(
    desk: LoanDesk,
) -> None:
    loans = await lend_two(desk)
    found = {}
    for day in (DUE[0], DUE[1], date(2026, 5, 30), date(2026, 6, 28), NPA):
        await live(desk, loans, day)
        found[day] = await classes(desk, *loans)

    assert found == {
        date(2026, 3, 31): [(0, "sma-0", "loan"), PERFORMING],
        date(2026, 4, 30): [(30, "sma-1", "loan"), PERFORMING],
        date(2026, 5, 30): [(60, "sma-2", "loan"), PERFORMING],
        date(2026, 6, 28): [(89, "sma-2", "loan"), PERFORMING],
        date(2026, 6, 29): [(90, "npa", "loan"), (0, "npa", "borrower")],
    }


async def test_interest_of_none_of_his_loans_is_income_before_it_is_paid(
    desk: LoanDesk, two: list[UUID]
) -> None:
    income = desk.line(INTEREST_INCOME)
    assert desk.line(INTEREST_SUSPENSE) == -desk.line(INTEREST_RECEIVABLE) > 0

    await desk.turn()

    assert desk.line(INTEREST_INCOME) == income  # a night's interest of both loans waits
    assert desk.line(INTEREST_SUSPENSE) == -desk.line(INTEREST_RECEIVABLE)
    assert desk.ledger.total() == 0


async def test_no_loan_performs_before_all_that_is_due_on_all_of_them_is_paid(
    desk: LoanDesk, two: list[UUID]
) -> None:
    await desk.turn()  # the second one is late by a day now
    await pay_what_is_due(desk, two[0])
    await desk.turn()
    assert await classes(desk, *two) == [(0, "npa", "borrower"), (1, "npa", "borrower")]
    assert desk.line(INTEREST_SUSPENSE) > 0

    await pay_what_is_due(desk, two[1])
    assert await classes(desk, *two) == [(0, "npa", "borrower")] * 2  # until the day is over
    await desk.turn()

    assert await classes(desk, *two) == [PERFORMING] * 2
    assert desk.line(INTEREST_SUSPENSE) == 0
    assert desk.ledger.total() == 0


async def test_he_does_not_perform_though_the_loan_that_was_so_late_is_closed(
    desk: LoanDesk, two: list[UUID]
) -> None:
    await desk.turn()
    await desk.repay(two[0], 200_000_00)
    await desk.turn()

    assert (await shown(desk, two[0])).state == "closed"
    assert await classes(desk, *two) == [PERFORMING, (1, "npa", "borrower")]
    await pay_what_is_due(desk, two[1])
    await desk.turn()
    assert await classes(desk, two[1]) == [PERFORMING]


async def test_a_loan_that_he_gets_later_does_not_perform_either(
    desk: LoanDesk, two: list[UUID]
) -> None:
    third = await desk.lend(50_000_00, 12)
    await desk.turn()

    assert await classes(desk, third) == [(0, "npa", "borrower")]


async def test_a_loss_counts_until_all_of_it_is_recovered(desk: LoanDesk, two: list[UUID]) -> None:
    await pay_what_is_due(desk, two[1])
    await desk.ask(WriteLoanOff(loan_id=two[0], reason="gone"), MANAGER)
    await desk.book()
    await desk.turn()
    assert await classes(desk, two[1]) == [(0, "npa", "borrower")]

    await recover_all(desk, two[0])
    await desk.turn()

    assert await classes(desk, two[1]) == [PERFORMING]


async def recover_all(desk: LoanDesk, loan_id: UUID) -> None:
    file = await desk.store.file(loan_id)
    assert file is not None
    terms = await desk.store.product_terms(file.product_code, file.product_version)
    loss = file.position(await desk.store.events(loan_id), desk.day, terms.servicing).written_off
    assert loss is not None
    amount = Money(minor=loss.total_minor, currency=INR)
    await desk.ask(RecoverLoan(loan_id=loan_id, amount=amount), TELLER)
    await desk.book()


async def test_it_is_found_once_however_often_the_end_of_the_day_is_done(
    desk: LoanDesk, two: list[UUID]
) -> None:
    books = dict(desk.ledger)
    await desk.end(NPA)
    await desk.end(NPA - DAY)
    await desk.end(NPA)
    await desk.book()

    for loan_id in two:
        happened = (await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)).items
        found = [each for each in happened if each.kind == "classified"]
        assert [(each.value_date, each.booked_on) for each in found] == [(NPA, NPA + DAY)]
        assert found[0].amount_minor is None
    assert dict(desk.ledger) == books


async def test_a_payment_that_comes_to_be_known_late_takes_it_back(
    desk: LoanDesk, two: list[UUID]
) -> None:
    oldest = (await shown(desk, two[0])).overdue_minor // 3 + 1
    await desk.repay(two[0], oldest, paid_on=NPA - DAY)
    await desk.turn()

    found = await classes(desk, *two)
    assert [each[1:] for each in found] == [("sma-2", "loan"), ("sma-0", "loan")]


async def test_the_day_waits_for_money_of_his_other_loan_that_is_on_its_way(
    desk: LoanDesk, two: list[UUID]
) -> None:
    await desk.store.db.execute(
        "update loans set operation_id = gen_random_uuid(), operation = 'repayment'"
        " where loan_id = $1",
        two[0],
    )

    with pytest.raises(LoanBusy):
        await end_of_day(desk.store, desk.day, [str(two[1])])
