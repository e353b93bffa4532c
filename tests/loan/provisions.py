"""Loans for which the bank provides, on a desk: what is shown, what is booked, how years pass."""

from datetime import date
from uuid import UUID

from contracts.envelope import Subject
from contracts.loan.loans import GetLoan, Loan
from services.loan.domain.servicing.books import PROVISION, PROVISION_EXPENSE
from tests.loan.desk import TELLER, LoanDesk
from tests.loan.terms import inr

PRINCIPAL, INSTALMENT = inr("120000"), inr("10661.85")  # over 12 months at 12 %
NPA = date(2026, 5, 2)  # when the first instalment, of 1 February, is 90 days old


async def unpaid_until_the_end_of(desk: LoanDesk, day: date) -> UUID:
    """A loan that was paid out on 1 January 2026, of which nothing is paid."""
    loan_id = await desk.lend(PRINCIPAL, 12)
    await end(desk, day)
    return loan_id


async def end(desk: LoanDesk, day: date) -> None:
    """Come to the end of this day; those before it have passed without any work."""
    await come_to_the_end(desk, day)
    await desk.end(day)
    await desk.book()


async def come_to_the_end(desk: LoanDesk, day: date) -> None:
    """The same before the work of that day is done."""
    desk.day = day
    await desk.next_day_without_jobs()


async def shown(desk: LoanDesk, loan_id: UUID, subject: Subject = TELLER) -> Loan:
    found = await desk.ask(GetLoan(loan_id=loan_id), subject)
    assert isinstance(found, Loan)
    return found


def provided(desk: LoanDesk) -> int:
    """What the ledger holds as provided, all of which was an expense."""
    assert desk.line(PROVISION) == -desk.line(PROVISION_EXPENSE)
    return desk.line(PROVISION)
