"""Loans of products that count interest by other days: lent, repaid, told as published."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.envelope import Role
from contracts.loan.applications import ApplyForLoan, ApproveLoan
from contracts.loan.loans import GetLoan, GetLoanSchedule
from contracts.loan.operations import DisburseLoan
from contracts.loan.positions import GetPayoff
from contracts.loan.products import (
    AddLoanProductVersion,
    CreateLoanProduct,
    GetLoanProduct,
    LoanProductTerms,
)
from contracts.loan.rescheduling import RescheduleLoan
from contracts.loan.values import LoanState
from services.loan.domain.refusals import UnsupportedTerms
from tests.builders import ALICE, ALICE_ID, staff
from tests.loan.desk import MANAGER, TELLER, LoanDesk
from tests.loan.published import PUBLISHED
from tests.loan.terms import inr, printed, rows

integration = pytest.mark.integration
CODE = "COUNTED"
ADMIN = staff(Role.ADMIN)
BY_ACTUAL_DAYS = {"days_in_month": "ACTUAL"}  # in years of 365 days
R5_A = """16.10/1.33→83.90; 16.38/1.05→67.52; 16.53/0.90→50.99; 16.77/0.66→34.22;
16.97/0.46→17.25; 17.25/0.22→0"""
R5_B = """16.34/0.79→83.66; 16.47/0.66→67.19; 16.60/0.53→50.59; 16.73/0.40→33.86;
16.86/0.27→17.00; 17.00/0.13→0"""


def offer(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "code": CODE, "principal_min_minor": 1, "principal_max_minor": 10**11,
        "annual_rate_min": Decimal(0), "annual_rate_max": Decimal(60),
        "annual_rate": Decimal(12), "instalments_min": 1, "instalments_max": 600,
    }  # fmt: skip
    return plain | changes


async def lend(desk: LoanDesk, principal: str, rate: str, instalments: int, **product: Any) -> UUID:
    """A loan of a product of its own, paid out on the day of the desk."""
    await desk.ask(CreateLoanProduct(**offer(name="Counted", **product)), ADMIN)
    wish = ApplyForLoan(
        customer_id=ALICE_ID, account_number=ALICE, product_code=CODE,
        principal_minor=inr(principal), instalments=instalments, annual_rate=Decimal(rate),
    )  # fmt: skip
    loan_id: UUID = (await desk.ask(wish, TELLER)).loan_id
    await desk.ask(ApproveLoan(loan_id=loan_id), MANAGER)
    await desk.ask(DisburseLoan(loan_id=loan_id), MANAGER)
    await desk.book()
    return loan_id


async def begin(desk: LoanDesk, day: date) -> None:
    desk.day = day
    await desk.open()


@integration
@pytest.mark.parametrize(
    ("counting", "rate", "table"),
    [
        (BY_ACTUAL_DAYS, "15.678", R5_A),
        ({**BY_ACTUAL_DAYS, "interest_period": "DAILY"}, "15.678", R5_A),
        ({"days_in_year": "360"}, "9.4822", R5_B),
    ],
)
async def test_a_loan_that_is_kept_has_the_published_schedule_of_its_days(
    empty_desk: LoanDesk, counting: dict[str, str], rate: str, table: str
) -> None:
    await begin(empty_desk, date(2024, 1, 1))

    loan_id = await lend(empty_desk, "100", rate, 6, counting=counting)

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    assert rows(schedule) == printed(table)


@integration
async def test_the_last_instalment_of_a_loan_in_whole_units_takes_the_rest(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk, date(2022, 11, 1))

    loan_id = await lend(empty_desk, "5000", "12", 18, instalment_multiple_minor=1_00)

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    due = [each.due_minor for each in schedule.instalments]
    assert due == [305_00] * 17 + [303_22]
    assert schedule.total_interest_minor == 488_22
    published = next(each for each in PUBLISHED if each.name.startswith("RS02"))
    assert [row[:2] for row in rows(schedule)] == [
        (inr(principal), inr(interest)) for principal, interest in published.rows
    ]


@integration
async def test_paying_each_published_instalment_on_its_date_closes_the_loan(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk, date(2024, 1, 1))
    servicing = {"recalculation": "DAILY"}
    loan_id = await lend(
        empty_desk, "100", "15.678", 6, counting=BY_ACTUAL_DAYS, servicing=servicing
    )
    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)

    for each in schedule.instalments:
        await empty_desk.turn((each.due_date - empty_desk.day).days)
        await empty_desk.repay(loan_id, each.due_minor)

    assert (await empty_desk.ask(GetLoan(loan_id=loan_id), TELLER)).state is LoanState.CLOSED


@integration
async def test_what_closes_a_loan_between_due_dates_counts_the_days_of_its_product(
    empty_desk: LoanDesk,
) -> None:
    """Of 100.00 at 15.678 percent, ten days of 365 are 0.4295…: 0.43."""
    await begin(empty_desk, date(2024, 1, 1))
    servicing = {"recalculation": "DAILY"}
    loan_id = await lend(
        empty_desk, "100", "15.678", 6, counting=BY_ACTUAL_DAYS, servicing=servicing
    )

    payoff = await empty_desk.ask(GetPayoff(loan_id=loan_id, on=date(2024, 1, 11)), TELLER)

    assert (payoff.principal_minor, payoff.interest_minor) == (100_00, 43)


@integration
async def test_a_loan_keeps_the_days_of_its_version_when_the_product_gets_others(
    empty_desk: LoanDesk,
) -> None:
    await begin(empty_desk, date(2024, 1, 1))
    loan_id = await lend(empty_desk, "100", "15.678", 6, counting=BY_ACTUAL_DAYS)
    other = offer(counting={"days_in_year": "360"}, valid_from=date(2024, 1, 2))
    await empty_desk.ask(AddLoanProductVersion(**other), ADMIN)

    await empty_desk.turn(2)

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    assert rows(schedule) == printed(R5_A)
    product = await empty_desk.ask(GetLoanProduct(code=CODE), TELLER)
    assert [each.counting.days_in_year for each in product.versions] == ["365", "360"]


def test_terms_written_before_there_was_a_choice_count_as_they_did() -> None:
    kept = offer(
        methods=["EMI"], frequencies=["MONTHLY"], fees=[], servicing={}, penal_rate=Decimal(0),
        cooling_off_days=0, tranches_max=1,
    )  # fmt: skip
    del kept["code"]

    terms = LoanProductTerms(**kept)

    assert (terms.counting.days_in_year, terms.counting.days_in_month) == ("365", "30")
    assert terms.instalment_multiple_minor == 1


@pytest.mark.parametrize("minor", [0, -1, 10**9 + 1])
def test_instalments_cannot_be_multiples_of_nothing_nor_of_too_much(minor: int) -> None:
    with pytest.raises(ValidationError):
        CreateLoanProduct(**offer(name="Counted", instalment_multiple_minor=minor))


@integration
async def test_a_loan_too_small_for_the_multiple_of_its_product_is_refused(desk: LoanDesk) -> None:
    with pytest.raises(UnsupportedTerms):
        await lend(desk, "100", "0", 6, instalment_multiple_minor=100_00)


@integration
async def test_another_rate_in_mid_life_gives_the_published_schedule_of_that_change(
    empty_desk: LoanDesk,
) -> None:
    """Fineract's progressive loan of 100 at 7 percent, and 4 from its first due date on."""
    await begin(empty_desk, date(2024, 1, 1))
    loan_id = await lend(empty_desk, "100", "7", 6, counting={"days_in_year": "360"})
    await empty_desk.turn(31)
    await empty_desk.repay(loan_id, inr("17.01"))

    change = RescheduleLoan(
        loan_id=loan_id, from_due=date(2024, 3, 1), annual_rate=Decimal(4), reason="as agreed"
    )
    await empty_desk.ask(change, MANAGER)

    schedule = await empty_desk.ask(GetLoanSchedule(loan_id=loan_id), TELLER)
    name = "another rate from a due date on"
    published = next(each for each in PUBLISHED if each.name == name)
    assert [row[:2] for row in rows(schedule)] == [
        (inr(principal), inr(interest)) for principal, interest in published.rows
    ]
