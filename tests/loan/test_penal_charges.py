"""Penal charges as the job of the day books them, on a real database.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on. Who
has not paid by 4 February is charged 250.00; on the first day of each month after, 24 percent a
year of what is overdue of an instalment, 196.29 on 1 March; at most 400.00, and 18 percent of tax.
"""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.envelope import Role
from contracts.loan.days import PenaltyCharged
from contracts.loan.loans import GetKeyFacts
from contracts.loan.positions import GetInstalmentExplanation, GetLoanTransactions, GetPayoff
from contracts.loan.products import AddLoanProductVersion
from contracts.loan.repayments import ReverseRepayment, WaiveLoanDues, WriteLoanOff
from contracts.loan.servicing import ServicingRules
from contracts.money import Money
from services.loan.domain.refusals import UnsupportedTerms
from tests.builders import staff
from tests.fixtures.servers import Database, Databases
from tests.loan.desk import DAY, MANAGER, PRODUCT, TELLER, LoanDesk
from tests.loan.terms import INR, inr
from tests.loan.test_control import control, differing
from tests.loan.test_verify import tamper

pytestmark = pytest.mark.integration

EMI = 10_661_85
DUE = date(2026, 2, 1)
GRACE_OVER, SECOND_MONTH = date(2026, 2, 5), date(2026, 3, 1)
PENAL: dict[str, Any] = {
    "penal_rate": Decimal(24), "penal_amount_minor": 250_00, "penal_grace_days": 3,
    "penal_cap_minor": 400_00, "penal_tax_percent": Decimal(18),
}  # fmt: skip
ONCE, MONTH = inr("295"), inr("177")  # with tax; the second one is what the cap leaves, 150.00


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(("loan",)) as database:
        yield database


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[LoanDesk]:
    db = await asyncpg.connect(database.url("loan"))
    desk = LoanDesk(db, date(2026, 1, 1))
    await desk.open(**PENAL)
    yield desk
    await db.close()


async def until_the_end_of(desk: LoanDesk, day: date) -> None:
    await desk.turn((day - desk.day).days + 1)


def penal(desk: LoanDesk) -> tuple[int, int, int]:
    """What the ledger has as owed, as income and as tax."""
    return (
        -desk.line("LOAN-PENALTIES-RECEIVABLE"),
        desk.line("PENAL-INCOME"),
        desk.line("GST-PAYABLE"),
    )


async def owed(desk: LoanDesk, loan_id: UUID) -> int:
    found: int = (await desk.ask(GetPayoff(loan_id=loan_id), TELLER)).penalties_minor
    return found


async def last_operation(desk: LoanDesk, loan_id: UUID) -> UUID:
    told = await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)
    operation: UUID = told.items[0].operation_id
    return operation


async def test_the_borrower_learns_of_each_charge_before_the_loan_is_approved(
    desk: LoanDesk,
) -> None:
    facts = await desk.ask(GetKeyFacts(loan_id=await desk.apply(120_000_00, 12)), TELLER)

    assert {name: getattr(facts, name) for name in PENAL} == PENAL


async def test_late_payment_is_booked_as_income_and_tax_at_the_end_of_its_day(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER - DAY)
    assert penal(desk) == (0, 0, 0)

    await until_the_end_of(desk, GRACE_OVER)
    assert penal(desk) == (ONCE, inr("250"), inr("45"))

    await until_the_end_of(desk, SECOND_MONTH)
    assert penal(desk) == (ONCE + MONTH, inr("400"), inr("72"))
    assert differing(await control(desk)) == {}
    assert await owed(desk, loan_id) == ONCE + MONTH


async def test_the_borrower_is_told_of_each_charge_once(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, SECOND_MONTH)

    told = [each for each in desk.told if isinstance(each, PenaltyCharged)]
    assert [(each.charged_on, each.amount_minor, each.tax_minor) for each in told] == [
        (GRACE_OVER, ONCE, inr("45")), (SECOND_MONTH, MONTH, inr("27")),
    ]  # fmt: skip
    assert {(each.loan_id, each.number, each.due_on) for each in told} == {(loan_id, 1, DUE)}


async def test_charges_stand_beside_the_transactions_the_latest_first(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, SECOND_MONTH)

    found = await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)

    assert [each.kind for each in found.items] == ["disbursed"]
    assert [each.model_dump() for each in found.penal_charges] == [
        {
            "instalment": 1, "due_on": DUE, "charged_on": on, "amount_minor": amount,
            "tax_minor": tax,
        }
        for on, amount, tax in ((SECOND_MONTH, MONTH, inr("27")), (GRACE_OVER, ONCE, inr("45")))
    ]  # fmt: skip


async def test_a_loan_keeps_the_charges_of_which_its_borrower_was_told(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    version = AddLoanProductVersion(
        code=PRODUCT, valid_from=desk.day + DAY, principal_min_minor=1,
        principal_max_minor=10**11, annual_rate_min=Decimal(0), annual_rate_max=Decimal(60),
        annual_rate=Decimal(12), instalments_min=1, instalments_max=600,
        penal_amount_minor=9_000_00,
    )  # fmt: skip
    await desk.ask(version, staff(Role.ADMIN))

    await until_the_end_of(desk, GRACE_OVER)

    assert await owed(desk, loan_id) == ONCE


async def test_a_borrower_who_was_told_of_no_charges_is_not_charged(
    desk: LoanDesk, database: Database
) -> None:
    loan_id = await desk.apply(120_000_00, 12)
    await tamper(
        database,
        "update loans set key_facts = key_facts - 'penal_amount_minor' - 'penal_cap_minor'"
        " - 'penal_grace_days' - 'penal_tax_percent'",
    )
    await desk.pay_out(loan_id)

    await until_the_end_of(desk, SECOND_MONTH)

    assert await owed(desk, loan_id) == 0


async def test_a_day_done_twice_and_one_that_is_cut_off_charge_once(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER - DAY)
    await desk.next_day_without_jobs()
    async with desk.cut_off():
        await desk.end(GRACE_OVER)

    for _ in range(2):
        await desk.end(GRACE_OVER)
        await desk.book()

    assert penal(desk) == (ONCE, inr("250"), inr("45"))
    assert differing(await control(desk)) == {}


async def test_days_that_were_missed_are_charged_as_days_in_time(desk: LoanDesk) -> None:
    await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER - 2 * DAY)
    missed = [desk.day + days * DAY for days in range((SECOND_MONTH - desk.day).days + 1)]
    for _ in missed:
        await desk.next_day_without_jobs()

    for day in missed:
        await desk.end(day)
        await desk.book()

    assert penal(desk) == (ONCE + MONTH, inr("400"), inr("72"))
    assert differing(await control(desk)) == {}


async def test_a_charge_is_paid_before_all_else_that_is_due(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER)

    await desk.repay(loan_id, inr("300"))

    told = await desk.ask(GetLoanTransactions(loan_id=loan_id), TELLER)
    assert (told.items[0].penalties_minor, told.items[0].interest_minor) == (ONCE, inr("5"))
    assert penal(desk) == (0, inr("250"), inr("45"))


async def test_a_payment_that_arrives_later_with_an_earlier_date_takes_the_charge_back(
    desk: LoanDesk,
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER)
    await desk.repay(loan_id, ONCE)  # pays the charge and no more

    await desk.repay(loan_id, EMI - ONCE, paid_on=DUE)

    # What had paid the charge is late itself: it is of a day after the grace.
    assert penal(desk) == (0, inr("250"), inr("45"))
    await desk.repay(loan_id, ONCE, paid_on=DUE)
    assert penal(desk) == (0, 0, 0)
    assert differing(await control(desk)) == {}


async def test_a_repayment_that_is_taken_back_was_not_in_time(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, DUE - DAY)
    await desk.repay(loan_id, EMI)
    operation = await last_operation(desk, loan_id)
    await until_the_end_of(desk, GRACE_OVER + DAY)
    assert penal(desk) == (0, 0, 0)

    back = ReverseRepayment(loan_id=loan_id, repayment_id=operation, reason="bounced")
    await desk.ask(back, MANAGER)
    await desk.book()

    assert penal(desk) == (ONCE, inr("250"), inr("45"))
    assert differing(await control(desk)) == {}


async def test_a_charge_that_is_waived_leaves_neither_income_nor_tax(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER)
    amount = Money(minor=ONCE, currency=INR)

    waiver = WaiveLoanDues(loan_id=loan_id, part="penalties", amount=amount, reason="ill")
    await desk.ask(waiver, MANAGER)
    await desk.book()

    assert penal(desk) == (0, 0, 0)
    assert await owed(desk, loan_id) == 0
    await until_the_end_of(desk, SECOND_MONTH)
    assert penal(desk) == (MONTH, inr("150"), inr("27"))
    assert differing(await control(desk)) == {}


async def test_a_loan_that_was_written_off_is_charged_no_more(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, GRACE_OVER)
    await desk.ask(WriteLoanOff(loan_id=loan_id, reason="bankrupt"), MANAGER)
    await desk.book()

    await until_the_end_of(desk, SECOND_MONTH)

    assert penal(desk) == (0, inr("250"), inr("45"))
    assert differing(await control(desk)) == {}


async def test_a_charge_is_debited_with_the_next_instalment(desk: LoanDesk) -> None:
    await desk.offer("DEBITED", ServicingRules(debit_days=1), **PENAL)
    loan_id = await desk.apply(120_000_00, 12, product="DEBITED")
    await desk.pay_out(loan_id)
    await until_the_end_of(desk, SECOND_MONTH - DAY)

    await desk.collect()

    assert await owed(desk, loan_id) == 0
    assert penal(desk) == (0, inr("400"), inr("72"))


async def test_each_charge_is_explained(desk: LoanDesk) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await until_the_end_of(desk, SECOND_MONTH)

    told = await desk.ask(GetInstalmentExplanation(loan_id=loan_id, number=1), TELLER)

    [once, month] = [each for each in told.lines if each.rule.startswith("penal-")]
    assert (once.amount_minor, month.amount_minor) == (ONCE, MONTH)
    assert (month.balance_minor, month.annual_rate, month.days) == (EMI, Decimal(24), 28)
    assert sum(each.amount_minor for each in told.lines) == told.figure_minor


async def test_an_amount_above_the_cap_is_no_product(desk: LoanDesk) -> None:
    with pytest.raises(UnsupportedTerms, match="above the cap"):
        await desk.offer("CRUEL", **{**PENAL, "penal_amount_minor": 400_01})
