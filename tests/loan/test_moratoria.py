"""Months in which nothing is due, granted to running loans, on a real database.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on.
"""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.loan.loans import GetLoan, GetLoanSchedule
from contracts.loan.positions import GetLoanExplanation, GetPayoff
from contracts.loan.rescheduling import GrantMoratorium, LoanRescheduled, MoratoriumInterest
from contracts.loan.servicing import Recalculation, ServicingRules
from contracts.loan.versions import GetScheduleVersions
from contracts.loan.words import Method
from services.loan.domain.refusals import (
    LoanClosed,
    LoanNotActive,
    LoanNotPerforming,
    TermOutsideProduct,
    UnsupportedTerms,
)
from tests.fixtures.servers import Database
from tests.loan.desk import DAY, MANAGER, TELLER, LoanDesk
from tests.loan.terms import inr
from tests.loan.test_control import control, differing
from tests.loan.test_verify import found as verified

pytestmark = pytest.mark.integration

CAPITALISED, SEPARATE = MoratoriumInterest
RECEIVABLE = "LOAN-INTEREST-RECEIVABLE"


@pytest.fixture
async def desk(desk_by_ledger: LoanDesk) -> LoanDesk:
    await desk_by_ledger.open()
    return desk_by_ledger


async def grant(
    desk: LoanDesk,
    loan_id: UUID,
    count: int = 3,
    interest: MoratoriumInterest = CAPITALISED,
) -> Any:
    wish = GrantMoratorium(loan_id=loan_id, instalments=count, interest=interest, reason="a flood")
    return await desk.ask(wish, MANAGER)


async def until(desk: LoanDesk, day: date) -> None:
    """The end of the day before this one, and no earlier one, is worked for."""
    desk.day = day - DAY
    await desk.turn()


async def test_each_months_interest_becomes_principal_when_its_due_date_is_over(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await grant(desk, loan_id)
    assert -desk.line("LOANS") == inr("120000")  # nothing is booked yet

    await until(desk, date(2026, 2, 2))
    assert (-desk.line("LOANS"), -desk.line(RECEIVABLE)) == (inr("120000"), inr("1200"))
    await until(desk, date(2026, 2, 3))
    receivable = -desk.line(RECEIVABLE)
    assert -desk.line("LOANS") == inr("121200")
    assert desk.line("INTEREST-INCOME") == inr("1200") + receivable

    await until(desk, date(2026, 4, 3))
    loan = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert loan.outstanding_minor == -desk.line("LOANS") == inr("123636.12")
    assert (loan.overdue_minor, loan.days_past_due) == (0, 0)
    assert differing(await control(desk)) == {}
    assert desk.ledger.total() == 0


@pytest.mark.parametrize("interest", MoratoriumInterest)
@pytest.mark.parametrize("recalculation", [Recalculation.NONE, Recalculation.DAILY])
async def test_it_is_made_again_from_its_events_and_repaid_to_nothing(
    loan_and_ledger: Database, interest: MoratoriumInterest, recalculation: Recalculation
) -> None:
    db = await asyncpg.connect(loan_and_ledger.url("loan"))
    desk = LoanDesk(db, date(2026, 1, 1))
    await desk.open(ServicingRules(recalculation=recalculation))
    loan_id = await desk.lend(120_000_00, 12)
    await until(desk, date(2026, 1, 20))
    await grant(desk, loan_id, 2, interest)
    assert await verified(desk, loan_and_ledger) == []
    for day in (date(2026, 2, 2), date(2026, 2, 3), date(2026, 3, 20), date(2026, 4, 1)):
        await until(desk, day)
        assert await verified(desk, loan_and_ledger) == [], day
    due = (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).next_due_minor
    await desk.repay(loan_id, due)
    assert await verified(desk, loan_and_ledger) == []

    told = await desk.ask(GetLoanExplanation(loan_id=loan_id), TELLER)
    payoff = await desk.ask(GetPayoff(loan_id=loan_id), TELLER)
    assert sum(line.amount_minor for line in told.lines) == told.figure_minor == payoff.payoff_minor
    await desk.repay(loan_id, payoff.payoff_minor)

    assert (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).state == "closed"
    assert (desk.line("LOANS"), desk.line(RECEIVABLE)) == (0, 0)
    assert await verified(desk, loan_and_ledger) == []
    await db.close()


async def test_it_is_another_version_and_the_borrower_is_told(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)

    await grant(desk, loan_id)

    made = (await desk.ask(GetScheduleVersions(loan_id=loan_id), TELLER)).items
    assert [(each.kind, each.reason) for each in made] == [
        ("disbursed", None), ("moratorium", "a flood"),
    ]  # fmt: skip
    [told] = [each for each in desk.told if isinstance(each, LoanRescheduled)]
    assert (told.version, told.kind) == (2, "moratorium")
    schedule = await desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    assert [each.due_minor for each in schedule.instalments[:3]] == [0, 0, 0]
    assert len(schedule.instalments) == 15
    assert schedule.total_due_minor == inr("120000") + schedule.total_interest_minor
    old = await desk.ask(GetLoanSchedule(loan_id=loan_id, version=1), TELLER)
    assert len(old.instalments) == 12


async def test_what_is_paid_back_late_changes_what_was_capitalised(
    desk: LoanDesk, loan_and_ledger: Database
) -> None:
    await desk.offer("DAILY", ServicingRules(recalculation=Recalculation.DAILY))
    loan_id = await desk.apply(120_000_00, 12, product="DAILY")
    await desk.pay_out(loan_id)
    await grant(desk, loan_id)
    await until(desk, date(2026, 3, 4))
    before = -desk.line("LOANS")

    await desk.repay(loan_id, inr("20000"), paid_on=date(2026, 2, 1))

    assert -desk.line("LOANS") == before - inr("20200")  # a month's interest on it besides
    assert await verified(desk, loan_and_ledger) == []


async def test_it_is_refused_where_nothing_can_be_put_off(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    with pytest.raises(TermOutsideProduct):
        await grant(desk, loan_id, 600)
    with pytest.raises(LoanNotActive):
        await grant(desk, await desk.apply(120_000_00, 12))

    await desk.offer("FLAT", methods=(Method.FLAT,))
    flat = await desk.apply(120_000_00, 12, product="FLAT")
    await desk.pay_out(flat)
    with pytest.raises(UnsupportedTerms):
        await grant(desk, flat)

    await until(desk, date(2026, 5, 4))
    with pytest.raises(LoanNotPerforming):
        await grant(desk, loan_id)
    await desk.repay(loan_id, inr("200000"))
    with pytest.raises(LoanClosed):
        await grant(desk, loan_id)
