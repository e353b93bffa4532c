"""Further amounts lent on running loans, on a real database.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on.
"""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.loan.applications import ApproveLoan
from contracts.loan.loans import GetKeyFacts, GetLoan, GetLoanSchedule
from contracts.loan.operations import DisburseLoan, LoanOperationFailed
from contracts.loan.positions import GetInstalmentExplanation, GetPayoff
from contracts.loan.repayments import WriteLoanOff
from contracts.loan.terms import Fee
from contracts.loan.top_ups import GetTopUpFacts, ListTopUps, LoanToppedUp, TopUpFacts, TopUpLoan
from contracts.loan.versions import GetScheduleVersions
from contracts.loan.words import Method
from contracts.money import Currency, CurrencyMismatch, Money
from services.loan.domain.refusals import (
    FeesExceedPrincipal,
    LoanAlreadyDisbursed,
    LoanBusy,
    LoanClosed,
    LoanIsWrittenOff,
    LoanNotActive,
    LoanNotFound,
    LoanNotFullyDisbursed,
    LoanNotPerforming,
    LoanOverdue,
    PrincipalOutsideProduct,
    TermOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.schedule import draw_schedule
from tests.builders import ALICE, ALICE_ID, customer
from tests.fixtures.servers import Database
from tests.loan.desk import DAY, MANAGER, TELLER, LoanDesk
from tests.loan.terms import INR, inr, terms
from tests.loan.test_control import control, differing
from tests.loan.test_verify import found as verified

pytestmark = pytest.mark.integration

EMI = inr("10661.85")
FEE = Fee(name="Processing fee", percent=Decimal(1), tax_percent=Decimal(18))
JULY = date(2026, 7, 1)


@pytest.fixture
async def desk(desk_by_ledger: LoanDesk) -> LoanDesk:
    await desk_by_ledger.open(fees=(FEE,), tranches_max=2)
    return desk_by_ledger


@pytest.fixture
async def loan_id(desk: LoanDesk) -> UUID:
    """On 1 July six instalments are paid, the one of that day among them."""
    loan_id = await desk.lend(120_000_00, 12)
    for month in range(2, 8):
        desk.day = date(2026, month, 1) - DAY
        await desk.turn()
        await desk.repay(loan_id, EMI)
    return loan_id


def more(loan_id: UUID, amount: str = "60000", extra: int = 0) -> TopUpLoan:
    return TopUpLoan(
        loan_id=loan_id,
        amount=Money(minor=inr(amount), currency=INR),
        extra_instalments=extra,
        reason="a new roof",
    )


async def facts(desk: LoanDesk, loan_id: UUID, extra: int = 0) -> TopUpFacts:
    wish = more(loan_id, extra=extra).model_dump(exclude={"reason"})
    told = await desk.ask(GetTopUpFacts(**wish), TELLER)
    assert isinstance(told, TopUpFacts)
    return told


async def top_up(desk: LoanDesk, loan_id: UUID, amount: str = "60000", extra: int = 0) -> None:
    await desk.ask(more(loan_id, amount, extra), MANAGER)
    await desk.book()


@pytest.mark.parametrize("extra", [0, 6])
async def test_what_is_owed_then_is_repaid_as_a_new_loan_of_as_much_would_be(
    desk: LoanDesk, loan_id: UUID, extra: int
) -> None:
    owed = (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).outstanding_minor

    await top_up(desk, loan_id, extra=extra)

    wanted = terms(instalments=6 + extra, start_date=JULY).model_copy(
        update={"principal_minor": owed + inr("60000")}
    )
    kept = (await desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)).instalments[6:]
    assert [(each.due_date, each.principal_minor, each.interest_minor) for each in kept] == [
        (each.due_date, each.principal_minor, each.interest_minor)
        for each in draw_schedule(wanted).instalments
    ]


async def test_the_borrower_gets_it_without_the_fee_and_owes_all_of_it(
    desk: LoanDesk, loan_id: UUID
) -> None:
    before, lent = desk.ledger[ALICE], -desk.line("LOANS")

    await top_up(desk, loan_id)

    assert desk.ledger[ALICE] - before == inr("59292")  # a fee of 600 and its tax of 108
    assert -desk.line("LOANS") - lent == inr("60000")
    loan = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert loan.principal_minor == loan.disbursed_minor == inr("180000")
    assert loan.outstanding_minor == -desk.line("LOANS")
    assert desk.ledger.total() == 0
    assert differing(await control(desk)) == {}
    with pytest.raises(LoanAlreadyDisbursed):
        await desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)


async def test_it_is_told_before_with_it_and_afterwards_alike(
    desk: LoanDesk, loan_id: UUID
) -> None:
    told = await facts(desk, loan_id)
    await top_up(desk, loan_id)
    await desk.turn(40)

    [kept] = (await desk.ask(ListTopUps(loan_id=loan_id), TELLER)).items
    [event] = [each for each in desk.told if isinstance(each, LoanToppedUp)]

    assert told.model_dump().items() <= kept.model_dump().items()
    assert (kept.sequence, kept.operation_id) == (8, event.operation_id)
    assert (event.amount_minor, event.fees_minor) == (inr("60000"), inr("708"))
    assert event.instalment_minor == told.instalment_minor
    assert event.principal_minor == inr("180000")
    assert (event.customer_id, event.account_number) == (ALICE_ID, ALICE)


async def test_the_facts_add_up(desk: LoanDesk, loan_id: UUID) -> None:
    told = await facts(desk, loan_id, extra=6)

    assert told.principal_after_minor - told.principal_before_minor == inr("60000")
    assert told.net_disbursed_minor == told.amount_minor - told.fees_minor == inr("59292")
    assert told.total_due_minor == told.principal_after_minor + told.total_interest_minor
    assert (told.instalment_before_minor, told.instalments) == (EMI, 12)
    assert (told.first_due_date, told.last_due_date) == (date(2026, 8, 1), JULY.replace(year=2027))
    # 12 percent, and 708 kept back of what is owed for half a year on the average.
    assert Decimal("13") < told.apr < Decimal("14")


async def test_a_figure_and_an_older_schedule_are_explained_as_before(
    desk: LoanDesk, loan_id: UUID
) -> None:
    old = await desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    await desk.turn(10)

    await top_up(desk, loan_id)

    made = (await desk.ask(GetScheduleVersions(loan_id=loan_id), TELLER)).items
    assert [(each.kind, each.reason) for each in made] == [
        ("disbursed", None), ("topped-up", "a new roof"),
    ]  # fmt: skip
    first = await desk.ask(GetLoanSchedule(loan_id=loan_id, version=1), TELLER)
    assert [each.principal_minor for each in first.instalments] == [
        each.principal_minor for each in old.instalments
    ]
    told = await desk.ask(GetInstalmentExplanation(loan_id=loan_id, number=7), TELLER)
    assert told.figure_minor == sum(line.amount_minor for line in told.lines)
    days = [line.balance_minor for line in told.lines if line.rule == "interest-of-days"]
    assert days[1] - days[0] == inr("60000")
    assert (await desk.ask(GetKeyFacts(loan_id=loan_id), TELLER)).principal_minor == inr("120000")


async def test_it_is_repaid_to_nothing_and_made_again_from_its_events(
    desk: LoanDesk, loan_id: UUID, loan_and_ledger: Database
) -> None:
    await top_up(desk, loan_id, extra=3)
    assert await verified(desk, loan_and_ledger) == []
    await desk.turn(45)
    assert await verified(desk, loan_and_ledger) == []

    payoff = (await desk.ask(GetPayoff(loan_id=loan_id), TELLER)).payoff_minor
    await desk.repay(loan_id, payoff)

    loan = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert (loan.state, loan.outstanding_minor, desk.line("LOANS")) == ("closed", 0, 0)
    assert await verified(desk, loan_and_ledger) == []


async def test_what_is_kept_of_the_principal_otherwise_is_found(
    desk: LoanDesk, loan_id: UUID, loan_and_ledger: Database
) -> None:
    await top_up(desk, loan_id)
    db = await asyncpg.connect(loan_and_ledger.admin_url)
    await db.execute("update loan.loans set principal_minor = principal_minor + 1")
    await db.close()

    assert any(
        "principal_minor is 18000001" in words for words in await verified(desk, loan_and_ledger)
    )


async def test_nothing_has_changed_when_the_books_refuse_it(desk: LoanDesk, loan_id: UUID) -> None:
    before = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    books, desk.refusing = dict(desk.ledger), "account-frozen"

    await top_up(desk, loan_id)

    after = await desk.ask(GetLoan(loan_id=loan_id), TELLER)
    assert isinstance(desk.told[-1], LoanOperationFailed)
    assert dict(desk.ledger) == books
    assert after.model_copy(update={"updated_at": before.updated_at}) == before


async def test_it_is_there_once_and_whole_whatever_was_cut_off(
    desk: LoanDesk, loan_id: UUID
) -> None:
    before = desk.ledger[ALICE]
    async with desk.cut_off():
        await desk.ask(more(loan_id), MANAGER)
    await desk.ask(more(loan_id), MANAGER)
    with pytest.raises(LoanBusy):
        await desk.ask(more(loan_id), MANAGER)
    async with desk.cut_off():
        await desk.book()  # they have answered, and nobody has heard it

    await desk.book()

    assert desk.ledger[ALICE] - before == inr("59292")
    assert (await desk.ask(GetLoan(loan_id=loan_id), TELLER)).disbursed_minor == inr("180000")


async def refused(desk: LoanDesk, wish: TopUpLoan, refusal: type[Exception]) -> None:
    """Asked what it costs, and asked for, it is refused alike, and nothing has changed."""
    books = dict(desk.ledger)
    with pytest.raises(refusal):
        await desk.ask(GetTopUpFacts(**wish.model_dump(exclude={"reason"})), TELLER)
    with pytest.raises(refusal):
        await desk.ask(wish, MANAGER)
    assert dict(desk.ledger) == books


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": Money(minor=10**11, currency=INR)}, PrincipalOutsideProduct),
        ({"amount": Money(minor=1_000_00, currency=Currency.USD)}, CurrencyMismatch),
        ({"amount": Money(minor=1, currency=INR), "extra_instalments": 600}, TermOutsideProduct),
    ],
)
async def test_what_the_product_does_not_lend_is_refused(
    desk: LoanDesk, loan_id: UUID, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    await refused(desk, more(loan_id).model_copy(update=changes), refusal)


async def test_nothing_more_is_lent_to_who_is_late_or_does_not_perform(
    desk: LoanDesk, loan_id: UUID
) -> None:
    desk.day = date(2026, 8, 1) - DAY
    await desk.turn(2)
    await refused(desk, more(loan_id), LoanOverdue)

    desk.day = date(2026, 10, 31)
    await desk.turn()
    await refused(desk, more(loan_id), LoanNotPerforming)

    await desk.ask(WriteLoanOff(loan_id=loan_id, reason="gone"), MANAGER)
    await desk.book()
    await refused(desk, more(loan_id), LoanIsWrittenOff)


async def test_nothing_more_is_lent_on_a_loan_that_is_not_running(
    desk: LoanDesk, loan_id: UUID
) -> None:
    await desk.repay(loan_id, inr("200000"))
    await refused(desk, more(loan_id), LoanClosed)

    other = await desk.apply(120_000_00, 12)
    await refused(desk, more(other), LoanNotActive)

    await desk.ask(ApproveLoan(loan_id=other), MANAGER)
    part = Money(minor=inr("50000"), currency=INR)
    await desk.ask(DisburseLoan(loan_id=other, amount=part), MANAGER)
    await desk.book()
    await refused(desk, more(other), LoanNotFullyDisbursed)


async def test_no_more_is_lent_at_flat_interest_nor_for_fees_alone(empty_desk: LoanDesk) -> None:
    await empty_desk.open(methods=(Method.FLAT,), fees=(Fee(name="Paper", amount_minor=500_00),))
    flat = await empty_desk.lend(120_000_00, 12)
    await refused(empty_desk, more(flat), UnsupportedTerms)

    await empty_desk.offer("OTHER", fees=(Fee(name="Paper", amount_minor=500_00),))
    loan_id = await empty_desk.apply(120_000_00, 12, product="OTHER")
    await empty_desk.pay_out(loan_id)
    await refused(empty_desk, more(loan_id, "500"), FeesExceedPrincipal)


async def test_a_stranger_learns_nothing_of_it(desk: LoanDesk, loan_id: UUID) -> None:
    stranger = customer(ALICE_ID + 1)
    wish = more(loan_id).model_dump(exclude={"reason"})

    for query in (GetTopUpFacts(**wish), ListTopUps(loan_id=loan_id)):
        with pytest.raises(LoanNotFound):
            await desk.ask(query, stranger)
