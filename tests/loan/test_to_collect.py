"""Loans that are overdue, as those see them who collect, on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.loan.collecting import ListLoansToCollect, LoansToCollect
from contracts.loan.positions import GetLoanTransactions
from contracts.loan.repayments import ReverseRepayment
from contracts.loan.values import Classification
from infra.data.paging import InvalidCursor
from tests.loan.desk import MANAGER, TELLER, LoanDesk

pytestmark = pytest.mark.integration


async def listed(desk: LoanDesk, **wanted: Any) -> LoansToCollect:
    found = await desk.ask(ListLoansToCollect(**wanted), TELLER)
    assert isinstance(found, LoansToCollect)
    return found


@pytest.fixture
async def late(desk: LoanDesk) -> list[UUID]:
    """Loans of January, February and March, of which nothing is repaid by the end of 1 April."""
    loans = []
    for lent_on in (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)):
        await desk.turn((lent_on - desk.day).days)
        loans.append(await desk.lend(120_000_00, 12))
    await desk.turn((date(2026, 4, 2) - desk.day).days)
    return loans


async def test_the_longest_overdue_comes_first_with_all_that_is_overdue(
    desk: LoanDesk, late: list[UUID]
) -> None:
    items = (await listed(desk)).items

    assert [each.loan_id for each in items] == late
    assert [each.instalments_overdue for each in items] == [3, 2, 1]
    assert [each.overdue_minor for each in items] == [31_985_55, 21_323_70, 10_661_85]
    assert [each.days_past_due for each in items] == [59, 31, 0]
    assert [each.classification for each in items] == ["sma-1", "sma-1", "sma-0"]
    assert [(each.last_paid_on, each.last_paid_minor) for each in items] == [(None, 0)] * 3


async def test_a_loan_that_has_caught_up_is_not_on_the_list(
    desk: LoanDesk, late: list[UUID]
) -> None:
    await desk.repay(late[0], 31_985_55)
    await desk.repay(late[1], 5_000_00)

    items = (await listed(desk)).items

    assert [each.loan_id for each in items] == late[1:]
    assert (items[0].last_paid_on, items[0].last_paid_minor) == (desk.day, 5_000_00)
    assert items[0].overdue_minor == 16_323_70


async def test_a_repayment_that_was_taken_back_is_not_the_last_one(
    desk: LoanDesk, late: list[UUID]
) -> None:
    await desk.repay(late[0], 1_000_00)
    await desk.repay(late[0], 2_000_00)
    done = await desk.ask(GetLoanTransactions(loan_id=late[0]), TELLER)
    back = ReverseRepayment(
        loan_id=late[0], repayment_id=done.items[0].operation_id, reason="a wrong loan"
    )
    await desk.ask(back, MANAGER)
    await desk.book()

    assert (await listed(desk)).items[0].last_paid_minor == 1_000_00


async def test_it_is_asked_for_by_class_by_days_and_page_by_page(
    desk: LoanDesk, late: list[UUID]
) -> None:
    by_class = await listed(desk, classification=Classification.SMA_1)
    by_days = await listed(desk, days_past_due_min=40)
    first = await listed(desk, limit=2)
    rest = await listed(desk, limit=2, cursor=first.next_cursor)

    assert [each.loan_id for each in by_class.items] == late[:2]
    assert [each.loan_id for each in by_days.items] == late[:1]
    assert [each.loan_id for each in (*first.items, *rest.items)] == late
    assert rest.next_cursor is None
    with pytest.raises(InvalidCursor):
        await listed(desk, cursor="bm90IG91cnM")


async def test_what_falls_due_today_is_not_late_before_the_day_is_over(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn((date(2026, 3, 1) - desk.day).days)
    await desk.repay(loan_id, 100_00)

    [of_today] = (await listed(desk)).items
    await desk.turn()
    [after] = (await listed(desk)).items

    assert (of_today.instalments_overdue, of_today.overdue_minor) == (1, 10_561_85)
    assert (after.instalments_overdue, after.overdue_minor) == (2, 21_223_70)
