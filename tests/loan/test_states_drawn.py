"""A loan goes the ways that docs/states.md draws, and no other."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from contracts.envelope import DomainError, Message, Subject
from contracts.loan.applications import ApproveLoan, CancelLoan, RejectLoan
from contracts.loan.cooling_off import GiveLoanBack
from contracts.loan.loans import GetLoan
from contracts.loan.operations import DisburseLoan
from contracts.loan.positions import GetPayoff
from contracts.loan.repayments import (
    RecoverLoan,
    RefundOverpayment,
    RepayLoan,
    ReverseRepayment,
    WriteLoanOff,
)
from contracts.loan.values import LoanState
from contracts.money import Money, Whole
from tests.loan.desk import MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR
from tests.pictures import Ways, beginnings, changes

pytestmark = pytest.mark.integration

PRINCIPAL_MINOR = 120_000_00
HALF = Money(minor=PRINCIPAL_MINOR // 2, currency=INR)
LITTLE = Money(minor=1_000_00, currency=INR)
WHY = "a test"

Happens = Callable[[LoanDesk, UUID], Awaitable[None]]
Life = tuple[LoanState, frozenset[str]]  # where a loan is, and what has happened to it


def asked(kind: type[Message], subject: Subject = MANAGER, **wanted: Any) -> Happens:
    """A command, and what the books say to it."""

    async def happens(desk: LoanDesk, loan_id: UUID) -> None:
        await desk.ask(kind(loan_id=loan_id, **wanted), subject)
        await desk.book()

    return happens


async def paid_off(desk: LoanDesk, loan_id: UUID) -> None:
    owed = await desk.ask(GetPayoff(loan_id=loan_id), TELLER)
    await desk.repay(loan_id, owed.payoff_minor + 1)


async def taken_back(desk: LoanDesk, loan_id: UUID) -> None:
    """The first repayment that still counts."""
    repayment_id = await desk.store.db.fetchval(
        "select operation_id from loan_events e where loan_id = $1 and kind = 'repaid' and not"
        " exists (select from loan_events r where r.loan_id = $1 and r.reverses = e.sequence)"
        " order by sequence limit 1",
        loan_id,
    )
    if repayment_id is not None:
        await asked(ReverseRepayment, repayment_id=repayment_id, reason=WHY)(desk, loan_id)


async def day_over(desk: LoanDesk, _: UUID) -> None:
    await desk.turn()


HAPPENINGS: tuple[Happens, ...] = (
    asked(ApproveLoan),
    asked(RejectLoan, reason=WHY),
    asked(CancelLoan, TELLER, reason=WHY),
    asked(DisburseLoan, amount=HALF),
    asked(DisburseLoan),
    asked(RepayLoan, TELLER, amount=LITTLE),
    paid_off,
    taken_back,
    asked(RefundOverpayment, amount=Whole(currency=INR)),
    asked(GiveLoanBack, TELLER, reason=WHY),
    asked(WriteLoanOff, reason=WHY),
    asked(RecoverLoan, TELLER, amount=LITTLE),
    day_over,
)


async def test_a_loan_goes_the_ways_that_are_drawn(empty_desk: LoanDesk) -> None:
    await empty_desk.open(cooling_off_days=3, tranches_max=2)
    loan_id = await empty_desk.apply(PRINCIPAL_MINOR, 12)
    first, _ = await life(empty_desk, loan_id)
    found: Ways = set()

    await go_on(empty_desk, loan_id, found, set())

    assert {(a, b) for a, b in found if a != b} == changes("Loan")
    assert beginnings("Loan") == {first}


async def go_on(desk: LoanDesk, loan_id: UUID, found: Ways, seen: set[Life]) -> None:
    """Whatever can happen to the loan as it is, each in turn, and then whatever can follow."""
    before, day = await life(desk, loan_id), desk.day
    if before in seen:
        return
    seen.add(before)
    for happens in HAPPENINGS:
        async with desk.cut_off():
            if await is_done(happens, desk, loan_id):
                found.add((before[0], (await life(desk, loan_id))[0]))
                await go_on(desk, loan_id, found, seen)
        desk.day = day


async def is_done(happens: Happens, desk: LoanDesk, loan_id: UUID) -> bool:
    try:
        await happens(desk, loan_id)
    except DomainError:
        return False
    return True


async def life(desk: LoanDesk, loan_id: UUID) -> Life:
    loan = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    kinds = await desk.store.db.fetch("select kind from loan_events where loan_id = $1", loan_id)
    return loan.state, frozenset(row[0] for row in kinds)
