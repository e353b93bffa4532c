"""Loans made anew from terms and events, and what is found of each kind of breach."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from contracts.loan.repayments import WriteLoanOff
from contracts.loan.rescheduling import RescheduleLoan
from contracts.loan.servicing import PrepaymentRule, Recalculation, ServicingRules
from infra.deployment.loans import JOB, verify
from tests.fixtures.servers import Database
from tests.loan.desk import DAY, MANAGER, LoanDesk

pytestmark = pytest.mark.integration

INSTALMENT = 10_661_85  # of 120 000.00 over 12 months at 12 %
BREACHES = {
    "update loans set outstanding_minor = outstanding_minor + 1": "outstanding_minor is 12000001",
    "update loans set state = 'closed'": "state is closed",
    "update loans set days_past_due = 7": "days_past_due is 7",
    "update loans set stage = 'doubtful-1'": "stage is doubtful-1, derived standard",
    "update loans set npa_since = '2026-01-05'": "npa_since is 2026-01-05, derived None",
    "update loan_books set minor = 2 * minor where line like '%PROVISION%'": (
        "LOAN-PROVISION is noted as 96000, derived 48000"
    ),
    "update loan_books set minor = minor + 1 where line = 'LOAN-PROVISION'": (
        "LOAN-PROVISION is noted as 48001, derived 48000"
    ),
    "update loans set next_due_on = next_due_on + 1": "next_due_on is 2026-02-02",
    "update loan_instalments set interest_minor = 1 where number = 3": "instalment 3: interest_min",
    "update loan_instalments set due_date = due_date + 1 where number = 3": "instalment 3: due_dat",
    "delete from loan_instalments where number = 12": "instalment 12 is derived, and none is kept",
    "delete from loan_books where line = 'LOANS'": "LOANS is noted as 0, derived -12000000",
    "update loan_books set minor = minor + 1 where line = 'LOANS'": "LOANS is noted as -11999999",
    "insert into loan_books select loan_id, 'TILL', 5 from loans": "TILL is noted as 5, derived 0",
}


@pytest.fixture
async def desk(desk_by_ledger: LoanDesk) -> LoanDesk:
    await desk_by_ledger.open(
        ServicingRules(
            recalculation=Recalculation.DAILY, prepayment=PrepaymentRule.REDUCE_INSTALMENT
        ),
        penal_rate=Decimal(24),
        penal_amount_minor=250_00,
    )
    return desk_by_ledger


async def found(
    desk: LoanDesk, loan_and_ledger: Database, loan_id: UUID | None = None
) -> list[str]:
    """What is told of loans, beside the sums: the books of this test are no tables."""
    await _note_ended(desk)
    told: list[str] = []
    verified = await verify(loan_and_ledger.admin_url, told.append, loan_id)
    assert verified.differences <= len(told)
    return [words for words in told if "the ledger holds" not in words]


async def _note_ended(desk: LoanDesk) -> None:
    """The jobs of all days that are over are done."""
    await desk.store.db.execute(
        "insert into job_parts (job, business_date, part, parts, state, due_at, started_at)"
        " values ($1, $2, 0, 1, 'done', now(), now()) on conflict do nothing",
        JOB,
        desk.day - DAY,
    )


async def tamper(loan_and_ledger: Database, statement: str) -> None:
    db = await asyncpg.connect(loan_and_ledger.admin_url)
    await db.execute("set search_path = loan")
    await db.execute(statement)
    await db.close()


async def test_whatever_has_happened_to_loans_they_are_what_terms_and_events_make_them(
    desk: LoanDesk, loan_and_ledger: Database
) -> None:
    loans = [await desk.lend(120_000_00, 12) for _ in range(4)]
    await desk.apply(1_000_00, 3)
    assert await found(desk, loan_and_ledger) == []
    for days in (10, 35, 20, 60):
        await desk.turn(days)
        await desk.repay(loans[0], INSTALMENT)
        await desk.repay(loans[1], 7_000_00, paid_on=desk.day - 5 * DAY)
        assert await found(desk, loan_and_ledger) == [], desk.day
        await desk.turn()
        assert await found(desk, loan_and_ledger) == [], desk.day
    first = await desk.store.db.fetchval("select max(due_date) from loan_instalments")
    wish = RescheduleLoan(loan_id=loans[0], from_due=first, extra_instalments=2, reason="less")
    await desk.ask(wish, MANAGER)
    await desk.ask(WriteLoanOff(loan_id=loans[2], reason="gone"), MANAGER)
    await desk.book()
    assert await found(desk, loan_and_ledger) == []
    await desk.repay(loans[3], 200_000_00)
    await desk.turn(2)

    assert await found(desk, loan_and_ledger) == []


@pytest.mark.parametrize("breach", BREACHES)
async def test_each_kind_of_breach_is_named_with_its_loan(
    desk: LoanDesk, loan_and_ledger: Database, breach: str
) -> None:
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(10)
    assert await found(desk, loan_and_ledger) == []

    await tamper(loan_and_ledger, breach)

    told = await found(desk, loan_and_ledger)
    assert any(words.startswith(f"{loan_id}: {BREACHES[breach]}") for words in told), told
    assert await found(desk, loan_and_ledger, loan_id) != []


async def test_what_was_noted_otherwise_than_booked_is_named_also_after_the_next_day(
    desk: LoanDesk, loan_and_ledger: Database
) -> None:
    loans = [await desk.lend(120_000_00, 12) for _ in range(3)]
    await desk.turn(10)
    await desk.store.db.execute(
        "insert into loan_books as kept values ($1, 'LOANS', 77), ($1, 'LOAN-OVERPAID', -77)"
        " on conflict (loan_id, line) do update set minor = kept.minor + excluded.minor",
        loans[1],
    )
    await desk.turn()  # its end puts right what is noted, and books what should not be booked

    told = await found(desk, loan_and_ledger)

    assert told == [
        f"{loans[1]}: LOAN-OVERPAID is noted as 0, booked 77",
        f"{loans[1]}: LOANS is noted as -12000000, booked -12000077",
    ]


async def test_a_line_on_which_loans_and_ledger_differ_is_told(
    desk: LoanDesk, loan_and_ledger: Database
) -> None:
    await desk.lend(120_000_00, 12)
    told: list[str] = []

    verified = await verify(loan_and_ledger.admin_url, told.append)

    # The ledger of this database has no entry at all.
    assert told == ["LOANS INR: the ledger holds 0, all loans have noted -12000000"]
    assert (verified.loans, verified.differences) == (1, 1)


async def test_what_a_loan_says_of_its_borrower_and_should_not_is_named(
    desk: LoanDesk, loan_and_ledger: Database
) -> None:
    loans = [await desk.lend(120_000_00, 12) for _ in range(2)]
    await desk.turn((date(2026, 5, 3) - desk.day).days)  # unpaid for 90 days
    assert await found(desk, loan_and_ledger) == []

    for loan_id, wrong in zip(loans, ('"2026-05-01"', "null"), strict=True):
        await desk.store.db.execute(
            "insert into loan_events (loan_id, sequence, kind, value_date, booked_on, details,"
            " made_by, caused_by, recorded_at) select $1, max(sequence) + 1, 'classified',"
            " '2026-05-02', '2026-05-03', $2, 'loan', gen_random_uuid(), now()"
            " from loan_events where loan_id = $1",
            loan_id,
            f'{{"npa_since": {wrong}}}',
        )

    told = await found(desk, loan_and_ledger)
    assert f"{loans[0]}: its borrower's npa_since is 2026-05-01, derived 2026-05-02" in told
    assert f"{loans[1]}: its borrower's npa_since is None, derived 2026-05-02" in told
