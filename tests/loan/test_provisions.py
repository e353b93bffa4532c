"""What is provided for loans at the ends of days, in figures by hand, on a real database.

A loan of 120 000 is paid out on 1 January 2026 and never paid, so that it does not perform from the
end of 2 May 2026 on.
"""

from datetime import date
from uuid import UUID

import pytest

from contracts.loan.control import GetLoanControl, HeldLine
from contracts.loan.repayments import WriteLoanOff
from services.loan.domain.servicing.books import LOSSES, PROVISION, PROVISION_EXPENSE
from tests.builders import customer
from tests.loan.desk import DAY, MANAGER, LoanDesk
from tests.loan.provisions import (
    INSTALMENT,
    NPA,
    PRINCIPAL,
    come_to_the_end,
    end,
    provided,
    shown,
    unpaid_until_the_end_of,
)
from tests.loan.terms import INR, inr

pytestmark = pytest.mark.integration

FIRST = date(2026, 1, 1)
# By the end of which day a loan is in which stage, and what is then provided for it.
YEARS = (
    (FIRST, "standard", "480", "480"),
    (date(2026, 5, 1), "sma-2", "480", "480"),
    (NPA, "sub-standard", "18000", "30000"),
    (date(2027, 5, 2), "sub-standard", "18000", "30000"),
    (date(2027, 5, 3), "doubtful-1", "30000", "120000"),
    (date(2028, 5, 2), "doubtful-1", "30000", "120000"),
    (date(2028, 5, 3), "doubtful-2", "48000", "120000"),
    (date(2030, 5, 2), "doubtful-2", "48000", "120000"),
    (date(2030, 5, 3), "doubtful-3", "120000", "120000"),
)


@pytest.mark.parametrize("secured", [True, False])
async def test_provisions_grow_with_the_years_for_which_a_loan_does_not_perform(
    empty_desk: LoanDesk, secured: bool
) -> None:
    await empty_desk.open(secured=secured)
    loan_id = await empty_desk.lend(PRINCIPAL, 12)
    found = []
    for day, *_ in YEARS:
        await end(empty_desk, day)
        loan = await shown(empty_desk, loan_id)
        assert loan.provision_minor == provided(empty_desk)
        assert loan.npa_since == (NPA if day >= NPA else None)
        found.append((day, loan.stage, loan.provision_minor))

    assert found == [
        (day, stage, inr(with_security if secured else without))
        for day, stage, with_security, without in YEARS
    ]
    assert empty_desk.ledger.total() == 0


async def test_only_what_is_not_provided_yet_is_booked_for_all_loans_in_one_entry(
    desk: LoanDesk,
) -> None:
    loans = [await desk.lend(PRINCIPAL, 12) for _ in range(3)]
    await end(desk, FIRST)
    assert legs_of_last(desk) == (inr("1440"), 1)

    await end(desk, FIRST + DAY)
    assert legs_of_last(desk) == (0, 2)  # a night's interest alone

    await desk.repay(loans[0], INSTALMENT)  # 9 461.85 of it is principal
    assert provided(desk) == inr("1440")
    await end(desk, FIRST + 2 * DAY)
    assert legs_of_last(desk) == (-inr("37.85"), 4)
    assert provided(desk) == inr("1402.15")


def legs_of_last(desk: LoanDesk) -> tuple[int, int]:
    """What the last entry has provided; how many entries there are beside those of lending."""
    provision = [
        leg for leg in desk.entries[-1].legs if leg.account_number == "GL-LOAN-PROVISION-INR"
    ]
    return sum(leg.amount_minor for leg in provision), len(desk.entries) - 3


async def test_a_day_done_twice_provides_once(desk: LoanDesk) -> None:
    await unpaid_until_the_end_of(desk, NPA)
    books = dict(desk.ledger)

    await desk.end(NPA)
    await desk.book()

    assert dict(desk.ledger) == books


async def test_work_that_is_cut_off_provides_once_and_whole(desk: LoanDesk) -> None:
    await unpaid_until_the_end_of(desk, NPA - DAY)
    await come_to_the_end(desk, NPA)
    async with desk.cut_off():
        await desk.end(NPA)
    assert dict(await desk.noted())["GL-LOAN-PROVISION-INR"] == inr("480")
    await desk.end(NPA)
    async with desk.cut_off():
        await desk.book()  # the books have answered, and nobody has heard it

    await desk.book()
    await desk.end(NPA)
    await desk.book()

    assert provided(desk) == inr("30000") == (await desk.noted())["GL-LOAN-PROVISION-INR"]


async def test_what_the_books_refuse_is_provided_with_the_next_day(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, NPA - DAY)
    desk.refusing = "account-closed"
    await end(desk, NPA)
    assert (await shown(desk, loan_id)).provision_minor == provided(desk) == inr("480")
    desk.refusing = ""

    await end(desk, NPA + DAY)

    assert (await shown(desk, loan_id)).provision_minor == provided(desk) == inr("30000")


async def test_a_loss_uses_up_what_is_provided_and_the_rest_is_an_expense(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, NPA)

    await write_off(desk, loan_id)
    await end(desk, NPA + DAY)

    # Interest was in suspense, so that the principal alone is lost.
    assert expenses(desk) == (-inr("90000"), 0, -inr("30000"))
    loan = await shown(desk, loan_id)
    assert (loan.stage, loan.provision_minor, loan.npa_since) == ("loss", 0, NPA)


async def test_what_is_provided_beyond_a_loss_is_released_with_it(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, date(2027, 5, 3))
    await desk.repay(loan_id, inr("50000"))
    owed = (await shown(desk, loan_id)).outstanding_minor
    assert owed < provided(desk) == PRINCIPAL

    await write_off(desk, loan_id)

    assert expenses(desk) == (0, 0, -owed)


async def write_off(desk: LoanDesk, loan_id: UUID) -> None:
    await desk.ask(WriteLoanOff(loan_id=loan_id, reason="gone"), MANAGER)
    await desk.book()


def expenses(desk: LoanDesk) -> tuple[int, int, int]:
    """Losses, what is provided, and what was provided at the bank's expense."""
    assert desk.ledger.total() == 0
    return desk.line(LOSSES), desk.line(PROVISION), desk.line(PROVISION_EXPENSE)


async def test_with_all_arrears_paid_the_end_of_the_day_releases_what_is_not_due(
    desk: LoanDesk,
) -> None:
    loan_id = await unpaid_until_the_end_of(desk, NPA)
    await desk.repay(loan_id, 4 * INSTALMENT)
    assert (await shown(desk, loan_id)).provision_minor == inr("30000")

    await end(desk, NPA + DAY)

    loan = await shown(desk, loan_id)
    assert (loan.stage, loan.npa_since) == ("standard", None)
    assert loan.outstanding_minor == inr("81581.10")
    assert loan.provision_minor == provided(desk) == inr("326.32")  # 0.4 % is 326.3244


async def test_a_loan_that_is_repaid_releases_all_at_once(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, NPA)

    await desk.repay(loan_id, inr("200000"))

    loan = await shown(desk, loan_id)
    assert (loan.state, loan.stage, loan.provision_minor, provided(desk)) == ("closed", None, 0, 0)


async def test_a_loan_counts_from_when_its_borrower_ceased_to_perform(desk: LoanDesk) -> None:
    await unpaid_until_the_end_of(desk, NPA)
    other = await desk.lend(inr("50000"), 12)

    await end(desk, NPA + DAY)

    loan = await shown(desk, other)
    assert (loan.stage, loan.npa_since, loan.classified_by) == ("sub-standard", NPA, "borrower")
    assert loan.provision_minor == inr("12500")


async def test_a_customer_sees_nothing_of_it(desk: LoanDesk) -> None:
    loan_id = await unpaid_until_the_end_of(desk, NPA)

    loan = await shown(desk, loan_id, customer())

    assert (loan.stage, loan.npa_since, loan.provision_minor) == (None, None, None)


async def test_the_loan_for_which_not_that_is_noted_which_was_provided_is_named(
    desk: LoanDesk,
) -> None:
    loans = [await desk.lend(PRINCIPAL, 12) for _ in range(2)]
    await end(desk, FIRST)
    await desk.store.db.execute(
        "update loan_books set minor = minor - 5 where loan_id = $1 and line = 'LOAN-PROVISION'",
        loans[1],
    )

    held = [
        HeldLine(gl_code=line, currency=INR, held_minor=desk.line(line))
        for line in ("LOANS", PROVISION, PROVISION_EXPENSE)
    ]
    found = await desk.ask(GetLoanControl(held=tuple(held)), MANAGER)

    differing = {each.line: each.difference_minor for each in found.lines if each.difference_minor}
    assert differing == {PROVISION: 5}
    [named] = found.loans
    assert (named.loan_id, named.line) == (loans[1], PROVISION)
    assert (named.noted_minor, named.booked_minor) == (inr("479.95"), inr("480"))
