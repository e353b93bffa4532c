"""How applications are scored."""

from decimal import Decimal

import pytest

from contracts.envelope import Role
from contracts.loan.applications import ApplyForLoan
from contracts.loan.products import CreateLoanProduct
from contracts.loan.words import Frequency
from tests.builders import ALICE, ALICE_ID, staff
from tests.loan.desk import TELLER, LoanDesk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("frequency", "every_days", "percent"),
    [
        (Frequency.MONTHLY, None, 10),
        (Frequency.FORTNIGHTLY, None, 21),
        (Frequency.WEEKLY, None, 43),
        (Frequency.EVERY_N_DAYS, 5, 60),
    ],
)
async def test_the_burden_is_what_all_instalments_of_a_month_take_of_the_income(
    desk: LoanDesk, frequency: Frequency, every_days: int | None, percent: int
) -> None:
    """Of 2000.00 a month: as many instalments of 200.00 as a twelfth of a year has."""
    product = CreateLoanProduct(
        code="OFTEN", name="Often", principal_min_minor=1, principal_max_minor=10**9,
        annual_rate_min=Decimal(0), annual_rate_max=Decimal(0), annual_rate=Decimal(0),
        instalments_min=1, instalments_max=10, frequencies=tuple(Frequency),
    )  # fmt: skip
    await desk.ask(product, staff(Role.ADMIN))
    wish = ApplyForLoan(
        customer_id=ALICE_ID, account_number=ALICE, product_code="OFTEN",
        principal_minor=1_000_00, instalments=5, monthly_income_minor=2_000_00,
        frequency=frequency, every_days=every_days,
    )  # fmt: skip

    loan = await desk.ask(wish, TELLER)

    [burden] = [line for line in loan.scorecard.lines if line.rule == "burden"]
    assert burden.reason == f"Instalments take {percent} percent of the stated income."
