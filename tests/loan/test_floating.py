"""Loans whose rate floats: it changes by as much as the benchmark, on the same day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts.envelope import Role
from contracts.loan.applications import ApplyForLoan, ApproveLoan
from contracts.loan.benchmarks import AddBenchmarkVersion, ListBenchmarks
from contracts.loan.loans import GetKeyFacts, GetLoanSchedule
from contracts.loan.operations import DisburseLoan
from contracts.loan.products import CreateLoanProduct
from contracts.loan.quotes import LoanSchedule, QuoteLoan, RateChange
from contracts.loan.rescheduling import LoanRescheduled, RescheduleLoan
from contracts.loan.words import Method
from infra.data.terms import TermsInThePast, TermsOverlap
from services.loan.domain.refusals import UnknownBenchmark, UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from tests.builders import ALICE, ALICE_ID, staff
from tests.loan.desk import MANAGER, TELLER, LoanDesk

pytestmark = pytest.mark.integration
ADMIN = staff(Role.ADMIN)
START = date(2024, 1, 10)


def day(days: int) -> date:
    return START + timedelta(days=days)


async def set_rate(desk: LoanDesk, rate: str, valid_from: date, code: str = "REPO") -> None:
    wish = AddBenchmarkVersion(code=code, annual_rate=Decimal(rate), valid_from=valid_from)
    await desk.ask(wish, ADMIN)


def product(**changes: Any) -> CreateLoanProduct:
    plain: dict[str, Any] = {
        "code": "FLOATING", "name": "Floating", "principal_min_minor": 1,
        "principal_max_minor": 10**11, "annual_rate_min": Decimal(0),
        "annual_rate_max": Decimal(60), "annual_rate": Decimal(9), "instalments_min": 1,
        "instalments_max": 600, "benchmark": "REPO",
    }  # fmt: skip
    return CreateLoanProduct(**plain | changes)


async def begin(desk: LoanDesk, **terms: Any) -> None:
    """A benchmark of 6.5 percent, and a product that floats with it."""
    desk.day = START
    await desk.open()
    await set_rate(desk, "6.5", START)
    await desk.ask(product(**terms), ADMIN)


async def apply(desk: LoanDesk, instalments: int = 6) -> UUID:
    wish = ApplyForLoan(
        customer_id=ALICE_ID, account_number=ALICE, product_code="FLOATING",
        principal_minor=100_000_00, instalments=instalments,
    )  # fmt: skip
    loan_id: UUID = (await desk.ask(wish, TELLER)).loan_id
    return loan_id


async def pay_out(desk: LoanDesk, loan_id: UUID) -> None:
    await desk.ask(ApproveLoan(loan_id=loan_id), MANAGER)
    await desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)
    await desk.book()


async def due(desk: LoanDesk, loan_id: UUID) -> list[tuple[date, int]]:
    schedule: LoanSchedule = await desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    return [(each.due_date, each.due_minor) for each in schedule.instalments]


def quoted(*changes: tuple[date, str]) -> list[tuple[date, int]]:
    """The same loan as a quote that knows from when on which rate holds."""
    quote = QuoteLoan(
        principal_minor=100_000_00, instalments=6, annual_rate=Decimal(9), start_date=START,
        schedule_type="CUMULATIVE",
        rate_changes=tuple(
            RateChange(from_date=on, annual_rate=Decimal(rate)) for on, rate in changes
        ),
    )  # fmt: skip
    return [(each.due_date, each.due_minor) for each in draw_schedule(quote).instalments]


async def test_a_floating_loan_is_due_as_a_quote_with_these_changes_of_rate(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk)
    loan_id = await apply(empty_desk)
    await pay_out(empty_desk, loan_id)
    await set_rate(empty_desk, "7", day(3))
    await set_rate(empty_desk, "6.25", day(8))

    await empty_desk.turn(2)
    assert await due(empty_desk, loan_id) == quoted()
    await empty_desk.turn()
    assert await due(empty_desk, loan_id) == quoted((day(3), "9.5"))
    await empty_desk.turn(5)

    assert await due(empty_desk, loan_id) == quoted((day(3), "9.5"), (day(8), "8.75"))
    told = [each for each in empty_desk.told if isinstance(each, LoanRescheduled)]
    assert [(each.kind, each.version) for each in told] == [
        ("rate-changed", 2),
        ("rate-changed", 3),
    ]


async def test_the_work_of_a_day_that_is_done_again_changes_no_rate_twice(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk)
    loan_id = await apply(empty_desk)
    await pay_out(empty_desk, loan_id)
    await set_rate(empty_desk, "7", day(1))
    await empty_desk.turn()
    once = await due(empty_desk, loan_id)

    await empty_desk.end(START)

    assert await due(empty_desk, loan_id) == once == quoted((day(1), "9.5"))


async def test_work_that_is_late_gives_each_day_its_rate_all_the_same(empty_desk: LoanDesk) -> None:
    await begin(empty_desk)
    loan_id = await apply(empty_desk)
    await pay_out(empty_desk, loan_id)
    await set_rate(empty_desk, "7", day(1))
    await set_rate(empty_desk, "8", day(2))
    for _ in range(3):
        await empty_desk.next_day_without_jobs()

    for over in range(3):
        await empty_desk.end(day(over))

    assert await due(empty_desk, loan_id) == quoted((day(1), "9.5"), (day(2), "10.5"))


async def test_a_rate_that_people_agreed_on_floats_from_there(empty_desk: LoanDesk) -> None:
    await begin(empty_desk)
    loan_id = await apply(empty_desk)
    await pay_out(empty_desk, loan_id)
    first_due = (await due(empty_desk, loan_id))[0][0]
    agreed = RescheduleLoan(
        loan_id=loan_id, from_due=first_due, annual_rate=Decimal(8), reason="as agreed"
    )
    await empty_desk.ask(agreed, MANAGER)
    await set_rate(empty_desk, "7.5", day(1))

    await empty_desk.turn()

    rows = await empty_desk.store.db.fetch(
        "select details ->> 'annual_rate' from loan_events where kind = 'rate-changed'"
    )
    assert [row[0] for row in rows] == ["9.0"]


async def test_what_is_applied_for_keeps_the_rate_of_its_key_facts_until_it_is_paid_out(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk)
    loan_id = await apply(empty_desk)
    await set_rate(empty_desk, "7", day(1))
    await empty_desk.turn()

    await pay_out(empty_desk, loan_id)

    facts = await empty_desk.ask(GetKeyFacts(loan_id=loan_id), TELLER)
    assert (facts.annual_rate, facts.benchmark, facts.benchmark_rate) == (
        Decimal(9), "REPO", Decimal("6.5"),
    )  # fmt: skip
    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    assert schedule.instalment_minor == facts.instalment_minor


async def test_a_rate_never_falls_below_nothing(empty_desk: LoanDesk) -> None:
    await begin(empty_desk, annual_rate=Decimal(1))
    loan_id = await apply(empty_desk)
    await pay_out(empty_desk, loan_id)
    await set_rate(empty_desk, "0", day(1))

    await empty_desk.turn()

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    one_day = 100_000_00 * 1 // 100 // 12 // 31
    assert 0 < schedule.total_interest_minor <= one_day + 1


async def test_loans_of_other_products_stay_as_they_are(empty_desk: LoanDesk) -> None:
    await begin(empty_desk)
    await set_rate(empty_desk, "5", START, code="MCLR")
    loan_id = await empty_desk.lend(100_000_00, 6)
    floating = await apply(empty_desk)
    await pay_out(empty_desk, floating)
    before = await due(empty_desk, loan_id), await due(empty_desk, floating)
    await set_rate(empty_desk, "9", day(1), code="MCLR")

    await empty_desk.turn()

    assert (await due(empty_desk, loan_id), await due(empty_desk, floating)) == before


async def test_a_benchmark_changes_from_tomorrow_on_and_only_forward(empty_desk: LoanDesk) -> None:
    await begin(empty_desk)

    for valid_from in (START, day(-1)):
        with pytest.raises(TermsInThePast):
            await set_rate(empty_desk, "7", valid_from)
    await set_rate(empty_desk, "7", day(5))
    with pytest.raises(TermsOverlap):
        await set_rate(empty_desk, "8", day(4))

    [repo] = (await empty_desk.ask(ListBenchmarks(), TELLER)).items
    assert (repo.code, repo.annual_rate) == ("REPO", Decimal("6.5"))
    assert [(each.valid_from, each.is_in_force) for each in repo.versions] == [
        (START, True),
        (day(5), False),
    ]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"code": "OTHER", "benchmark": "NONE"}, UnknownBenchmark),
        ({"code": "OTHER", "methods": (Method.FLAT,)}, UnsupportedTerms),
    ],
)
async def test_a_product_that_cannot_float_is_refused(
    empty_desk: LoanDesk, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    await begin(empty_desk)

    with pytest.raises(refusal):
        await empty_desk.ask(product(**changes), ADMIN)
