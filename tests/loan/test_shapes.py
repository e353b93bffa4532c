"""Applications that choose the shape of their schedule, as far as the product lets them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts.calendar import HolidayRule
from contracts.envelope import Role
from contracts.loan.applications import ApplyForLoan, ApproveLoan
from contracts.loan.loans import GetKeyFacts, GetLoan, GetLoanSchedule
from contracts.loan.operations import DisburseLoan
from contracts.loan.products import AddLoanProductVersion, CreateLoanProduct, LoanProductTerms
from contracts.loan.quotes import QuoteLoan
from contracts.loan.terms import Fee
from contracts.loan.values import LoanState
from contracts.loan.words import FeeCharged, Frequency, Method, PercentOf
from contracts.words import Weekday
from services.loan.domain.refusals import (
    BoundsOfProductCross,
    FeeUnclear,
    ShapeOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.schedule import draw_schedule
from tests.builders import ALICE, ALICE_ID, staff
from tests.loan.desk import MANAGER, TELLER, LoanDesk

pytestmark = pytest.mark.integration
CODE = "SHAPED"
START = date(2024, 1, 31)
EACH = Fee(
    name="Collection", percent=Decimal("0.5"), percent_of=PercentOf.PRINCIPAL_AND_INTEREST,
    charged=FeeCharged.PER_INSTALMENT, tax_percent=Decimal(18),
)  # fmt: skip
ANYTHING: dict[str, Any] = {
    "principal_grace_max": 600, "interest_grace_max": 600, "interest_free_periods_max": 600,
    "moratorium_max": 600, "balloon_percent_max": Decimal(100),
    "down_payment_percent_max": Decimal(100), "methods": tuple(Method),
}  # fmt: skip
SHAPES: list[dict[str, Any]] = [
    {"principal_grace": 3},
    {"interest_grace": 2},
    {"interest_free_periods": 2},
    {"moratorium": 2},
    {"moratorium": 2, "method": Method.FLAT},
    {"balloon_minor": 400_00},
    {"balloon_minor": 400_00, "method": Method.EQUAL_PRINCIPAL},
    {"down_payment_minor": 250_00},
    {"down_payment_percent": Decimal(25)},
    {"frequency": Frequency.EVERY_N_DAYS, "every_days": 5},
    {"frequency": Frequency.FORTNIGHTLY, "principal_grace": 1, "balloon_minor": 100_00},
]


def product(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "code": CODE, "principal_min_minor": 1, "principal_max_minor": 10**11,
        "annual_rate_min": Decimal(0), "annual_rate_max": Decimal(60),
        "annual_rate": Decimal(12), "instalments_min": 1, "instalments_max": 600,
        "frequencies": tuple(Frequency),
    }  # fmt: skip
    return plain | changes


def wish(**shape: Any) -> ApplyForLoan:
    plain: dict[str, Any] = {
        "customer_id": ALICE_ID, "account_number": ALICE, "product_code": CODE,
        "principal_minor": 1_000_00, "instalments": 5, "frequency": Frequency.WEEKLY,
    }  # fmt: skip
    return ApplyForLoan(**plain | shape)


async def begin(desk: LoanDesk, **terms: Any) -> None:
    """A bank that opens its first day with this product alone."""
    desk.day = START
    await desk.open()
    await desk.ask(CreateLoanProduct(name="Shaped", **product(**terms)), staff(Role.ADMIN))


async def lend(desk: LoanDesk, **shape: Any) -> UUID:
    loan_id: UUID = (await desk.ask(wish(**shape), TELLER)).loan_id
    await desk.ask(ApproveLoan(loan_id=loan_id), MANAGER)
    await desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)
    await desk.book()
    return loan_id


@pytest.mark.parametrize("shape", SHAPES, ids=str)
async def test_a_loan_of_any_shape_is_due_as_it_was_quoted_and_closes_when_that_is_paid(
    empty_desk: LoanDesk, shape: dict[str, Any]
) -> None:
    await begin(empty_desk, fees=(EACH,), **ANYTHING)

    loan_id = await lend(empty_desk, **shape)

    quote = QuoteLoan(
        principal_minor=1_000_00, instalments=5, annual_rate=Decimal(12), start_date=START,
        fees=(EACH,), **{"frequency": Frequency.WEEKLY} | shape,
    )  # fmt: skip
    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    quoted = draw_schedule(quote).instalments
    assert [
        (each.due_date, each.due_minor, each.balance_minor) for each in schedule.instalments
    ] == [(each.due_date, each.due_minor, each.balance_minor) for each in quoted]
    for each in quoted:
        await empty_desk.turn((each.due_date - empty_desk.day).days)
        if each.due_minor:
            await empty_desk.repay(loan_id, each.due_minor)
    assert (await empty_desk.ask(GetLoan(loan_id=loan_id), TELLER)).state is LoanState.CLOSED


@pytest.mark.parametrize(
    ("limit", "most", "name", "within", "beyond"),
    [
        ("principal_grace_max", 2, "principal_grace", 2, 3),
        ("interest_grace_max", 2, "interest_grace", 2, 3),
        ("interest_free_periods_max", 2, "interest_free_periods", 2, 3),
        ("moratorium_max", 2, "moratorium", 2, 3),
        ("balloon_percent_max", Decimal(30), "balloon_minor", 300_00, 300_01),
        ("down_payment_percent_max", Decimal(30), "down_payment_minor", 300_00, 300_01),
        ("down_payment_percent_max", Decimal(30), "down_payment_percent", 30, Decimal("30.01")),
        ("every_days_min", 10, "every_days", 10, 9),
        ("every_days_max", 20, "every_days", 20, 21),
    ],
)
async def test_a_shape_beyond_the_product_is_refused_and_one_at_its_limit_is_not(
    empty_desk: LoanDesk, limit: str, most: Any, name: str, within: Any, beyond: Any
) -> None:
    await begin(empty_desk, **ANYTHING | {limit: most})
    frequency = {"frequency": Frequency.EVERY_N_DAYS} if name == "every_days" else {}

    with pytest.raises(ShapeOutsideProduct):
        await empty_desk.ask(wish(**frequency, **{name: beyond}), TELLER)

    await empty_desk.ask(wish(**frequency, **{name: within}), TELLER)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
async def test_a_product_that_says_nothing_of_shapes_lends_in_plain_instalments_alone(
    desk: LoanDesk, shape: dict[str, Any]
) -> None:
    plain = product(methods=tuple(Method))
    await desk.ask(CreateLoanProduct(name="Plain", **plain), staff(Role.ADMIN))

    if "every_days" in shape:
        await desk.ask(wish(**shape), TELLER)
    else:
        with pytest.raises(ShapeOutsideProduct):
            await desk.ask(wish(**shape), TELLER)


@pytest.mark.parametrize("shape", [{"every_days": 15}, {"frequency": Frequency.EVERY_N_DAYS}])
async def test_days_between_instalments_go_with_the_frequency_that_has_them(
    empty_desk: LoanDesk, shape: dict[str, Any]
) -> None:
    await begin(empty_desk, **ANYTHING)

    with pytest.raises(UnsupportedTerms):
        await empty_desk.ask(wish(**shape), TELLER)


async def test_due_dates_move_off_the_holidays_of_the_product(empty_desk: LoanDesk) -> None:
    await begin(
        empty_desk, holiday_rule=HolidayRule.NEXT_WORKING_DAY,
        holidays=(date(2024, 2, 29),), weekly_holidays=(Weekday.SUNDAY,),
    )  # fmt: skip

    loan_id = await lend(empty_desk, instalments=3, frequency=Frequency.MONTHLY)

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    # The 29th is a holiday, and 31 March a Sunday.
    due = [date(2024, 3, 1), date(2024, 4, 1), date(2024, 4, 30)]
    assert [each.due_date for each in schedule.instalments] == due


async def test_key_facts_tell_the_shape_and_what_fees_with_instalments_add_up_to(
    empty_desk: LoanDesk,
) -> None:
    up_front = Fee(name="Processing", amount_minor=10_00, tax_percent=Decimal(18))
    await begin(empty_desk, fees=(up_front, EACH), counting={"days_in_year": "360"}, **ANYTHING)
    shape = {"principal_grace": 2, "down_payment_percent": Decimal(10)}

    loan = await empty_desk.ask(wish(**shape), TELLER)

    facts = await empty_desk.ask(GetKeyFacts(loan_id=loan.loan_id), TELLER)
    for told in (facts, loan):
        assert (told.principal_grace, told.down_payment_percent) == (2, Decimal(10))
        assert told.counting.days_in_year == "360"
    assert [(fee.name, fee.amount_minor, fee.tax_minor) for fee in facts.fees] == [
        ("Processing", 10_00, 1_80)
    ]
    [collection] = facts.instalment_fees
    assert collection.name == "Collection"
    charged = sum(each.fees_minor for each in facts.schedule)
    assert collection.amount_minor + collection.tax_minor == charged > 0
    assert facts.schedule[0].fees_minor == 0  # of the down payment


@pytest.mark.parametrize(
    "fee",
    [
        Fee(name="Both", amount_minor=1, percent=Decimal(1)),
        Fee(name="Neither"),
        Fee(name="Of what is not known yet", percent=Decimal(1), percent_of=PercentOf.INTEREST),
    ],
    ids=lambda fee: fee.name,
)
async def test_a_fee_that_cannot_be_charged_is_refused_with_its_product(
    desk: LoanDesk, fee: Fee
) -> None:
    with pytest.raises(FeeUnclear):
        await desk.ask(CreateLoanProduct(name="Unclear", **product(fees=(fee,))), staff(Role.ADMIN))


async def test_bounds_of_days_between_instalments_may_not_cross(desk: LoanDesk) -> None:
    crossed = product(every_days_min=8, every_days_max=7)
    with pytest.raises(BoundsOfProductCross):
        await desk.ask(CreateLoanProduct(name="Crossed", **crossed), staff(Role.ADMIN))


async def test_a_loan_keeps_its_shape_when_the_product_allows_none_any_more(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk, **ANYTHING)
    loan = await empty_desk.ask(wish(moratorium=2), TELLER)
    plain = product(valid_from=START + timedelta(days=1))
    await empty_desk.ask(AddLoanProductVersion(**plain), staff(Role.ADMIN))

    await empty_desk.turn()

    shown = await empty_desk.ask(GetLoan(loan_id=loan.loan_id), TELLER)
    assert shown.moratorium == 2
    with pytest.raises(ShapeOutsideProduct):
        await empty_desk.ask(wish(moratorium=2), TELLER)


def test_terms_written_before_there_was_a_choice_offer_none() -> None:
    kept = product(
        methods=["EMI"], frequencies=["MONTHLY"], servicing={}, penal_rate="0",
        cooling_off_days=0, tranches_max=1,
        fees=[{"name": "Old", "amount_minor": None, "percent": "1", "tax_percent": "18"}],
    )  # fmt: skip
    del kept["code"]

    terms = LoanProductTerms(**kept)

    assert (terms.moratorium_max, terms.holiday_rule) == (0, HolidayRule.SAME_DAY)
    assert terms.fees[0].charged is FeeCharged.AT_DISBURSEMENT
