"""Versions of schedules: each stays readable as it was, on a real database."""

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.loan.loans import GetLoanSchedule
from contracts.loan.quotes import LoanSchedule
from contracts.loan.repayments import ReverseRepayment, WaiveLoanDues
from contracts.loan.rescheduling import LoanRescheduled, ReamortiseLoan, RescheduleLoan
from contracts.loan.servicing import PrepaymentRule, Recalculation, ServicingRules
from contracts.loan.versions import GetScheduleVersions, ScheduleVersions
from contracts.money import Money
from services.loan.domain.refusals import LoanNotFound, ScheduleVersionNotFound
from services.loan.domain.servicing.versions import versions
from tests.builders import ALICE_ID, customer
from tests.loan.desk import MANAGER, TELLER, LoanDesk
from tests.loan.servicing.test_whatever_happens import WHATEVER, made
from tests.loan.terms import INR, terms

integration = pytest.mark.integration


async def schedule(desk: LoanDesk, loan_id: UUID, version: int | None = None) -> LoanSchedule:
    found = await desk.ask(GetLoanSchedule(loan_id=loan_id, version=version), TELLER)
    assert isinstance(found, LoanSchedule)
    return found


async def listed(desk: LoanDesk, loan_id: UUID, subject: Any = TELLER) -> ScheduleVersions:
    found = await desk.ask(GetScheduleVersions(loan_id=loan_id), subject)
    assert isinstance(found, ScheduleVersions)
    return found


@pytest.fixture
async def loan_id(desk: LoanDesk) -> UUID:
    return await desk.lend(120_000_00, 12)


async def reschedule(desk: LoanDesk, loan_id: UUID, more: int) -> None:
    first = (await schedule(desk, loan_id)).instalments[-1].due_date
    wish = RescheduleLoan(loan_id=loan_id, from_due=first, extra_instalments=more, reason="less")
    await desk.ask(wish, MANAGER)


@integration
async def test_an_older_schedule_stays_readable_when_another_one_is_made(
    desk: LoanDesk, loan_id: UUID
) -> None:
    first = await schedule(desk, loan_id)
    await desk.turn(3)
    await reschedule(desk, loan_id, 2)
    second = await schedule(desk, loan_id)
    await desk.turn(3)
    await reschedule(desk, loan_id, 1)

    assert [len((await schedule(desk, loan_id, n)).instalments) for n in (1, 2, 3)] == [12, 14, 15]
    assert await schedule(desk, loan_id, 1) == first
    assert await schedule(desk, loan_id, 2) == second
    assert await schedule(desk, loan_id, 3) == await schedule(desk, loan_id)


@integration
async def test_the_list_says_what_made_each_version_by_whom_and_when(
    desk: LoanDesk, loan_id: UUID
) -> None:
    await desk.turn(40)
    await desk.ask(ReamortiseLoan(loan_id=loan_id, reason="as agreed"), MANAGER)
    some = Money(minor=100, currency=INR)
    waiver = WaiveLoanDues(loan_id=loan_id, part="interest", amount=some, reason="our mistake")
    await desk.ask(waiver, MANAGER)
    await desk.book()

    found = await listed(desk, loan_id)

    assert [(each.number, each.kind, each.reason) for each in found.items] == [
        (1, "disbursed", None), (2, "re-amortised", "as agreed"), (3, "waived", "our mistake"),
    ]  # fmt: skip
    assert {each.made_by for each in found.items} == {MANAGER.id}
    assert found.items[1].booked_on == found.items[1].value_date == desk.day
    [told] = [each for each in desk.told if isinstance(each, LoanRescheduled)]
    assert told.version == 2


@integration
async def test_a_waiver_shows_in_the_schedule_that_it_made_and_in_no_older_one(
    desk: LoanDesk, loan_id: UUID
) -> None:
    await desk.turn(40)
    some = Money(minor=100, currency=INR)
    waiver = WaiveLoanDues(loan_id=loan_id, part="interest", amount=some, reason="our mistake")
    await desk.ask(waiver, MANAGER)
    await desk.book()

    waived = [(await schedule(desk, loan_id, n)).instalments[0].waived_minor for n in (1, 2)]

    assert waived == [0, 100]


@integration
async def test_a_prepayment_that_is_taken_back_leaves_three_versions(empty_desk: LoanDesk) -> None:
    desk = empty_desk
    await desk.open(
        ServicingRules(
            recalculation=Recalculation.DAILY, prepayment=PrepaymentRule.REDUCE_INSTALMENT
        )
    )
    loan_id = await desk.lend(120_000_00, 12)
    await desk.turn(5)
    await desk.repay(loan_id, 50_000_00)
    prepaid = await schedule(desk, loan_id)
    [repayment] = [
        row[0]
        for row in await desk.store.db.fetch(
            "select operation_id from loan_events where kind = 'repaid'"
        )
    ]
    back = ReverseRepayment(loan_id=loan_id, repayment_id=repayment, reason="bounced")
    await desk.ask(back, MANAGER)
    await desk.book()

    kinds = [each.kind for each in (await listed(desk, loan_id)).items]

    assert kinds == ["disbursed", "repaid", "repayment-reversed"]
    assert await schedule(desk, loan_id, 2) == prepaid
    assert await schedule(desk, loan_id, 3) != prepaid


@integration
async def test_there_is_no_version_but_those_of_the_list(desk: LoanDesk, loan_id: UUID) -> None:
    with pytest.raises(ScheduleVersionNotFound):
        await schedule(desk, loan_id, 2)
    applied = await desk.apply(1_000_00, 3)
    assert (await listed(desk, applied)).items == ()
    with pytest.raises(ScheduleVersionNotFound):
        await schedule(desk, applied, 1)


@integration
async def test_a_borrower_sees_the_versions_of_his_own_loan_and_not_who_made_them(
    desk: LoanDesk, loan_id: UUID
) -> None:
    [first] = (await listed(desk, loan_id, customer(ALICE_ID))).items

    assert (first.kind, first.made_by) == ("disbursed", None)
    with pytest.raises(LoanNotFound):
        await listed(desk, loan_id, customer(ALICE_ID + 1))


@given(whatever=WHATEVER, seed=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_what_becomes_known_later_changes_no_number_of_a_version(
    whatever: list[Any], seed: Any
) -> None:
    """Events that become known in another order than that in which they count."""
    first, *rest = made(whatever)
    seed.shuffle(rest)
    last = max(each.value_date for each in (first, *rest))
    known = [first] + [
        each.model_copy(update={"sequence": number, "booked_on": last})
        for number, each in enumerate(rest, start=2)
    ]
    rules = ServicingRules(
        recalculation=Recalculation.DAILY, prepayment=PrepaymentRule.REDUCE_INSTALMENT
    )
    wanted = terms(instalments=6)

    lists = [versions(wanted, known[:end], rules) for end in range(1, len(known) + 1)]

    for shorter, longer in pairwise(lists):
        assert longer[: len(shorter)] == shorter
