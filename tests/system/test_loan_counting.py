"""Over HTTP, a loan of a product with days and units of its own is due as a quote on them."""

from uuid import uuid4

import pytest

from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system

COUNTING = {"interest_period": "DAILY", "days_in_year": "360", "days_in_month": "ACTUAL"}
LOAN = {"principal": "5000.00", "annual_rate": "12", "instalments": 18}
TERMS = {
    "principal_min": "1000.00", "principal_max": "50000.00", "annual_rate_min": "10",
    "annual_rate_max": "20", "annual_rate": "15", "instalments_min": 6, "instalments_max": 24,
    "methods": ["EMI"], "frequencies": ["MONTHLY"],
    "counting": COUNTING, "instalment_multiple": "1.00",
}  # fmt: skip


async def test_an_application_is_due_as_the_quote_on_its_products_terms(
    bank: Bank, teller: Client
) -> None:
    code = f"Z{uuid4().hex[:12].upper()}"
    async with bank.signed_in("admin") as admin:
        made = await admin.made("/api/loans/products", {"code": code, "name": "By days", **TERMS})
    customer = await teller.create_customer()
    account = await teller.open_account(customer_id=customer["id"])
    wish = {"customer_id": customer["id"], "account_number": account, "product_code": code, **LOAN}
    loan = await teller.made("/api/loans", wish)

    kept = await teller.found(f"/api/loans/{loan['loan_id']}/schedule")

    start = kept["instalments"][0]["from_date"]
    terms = {**LOAN, **COUNTING, "instalment_multiple": "1.00", "start_date": start}
    quoted = (await teller.post("/api/loans/quote", terms)).json()
    assert kept["instalments"] == quoted["instalments"]
    assert made["instalment_multiple"] == "1.00"
    assert {name: made["counting"][name] for name in COUNTING} == COUNTING


async def test_a_multiple_that_is_no_amount_is_refused_where_it_stands(bank: Bank) -> None:
    offer = {"code": f"Z{uuid4().hex[:12].upper()}", "name": "By days", **TERMS}
    async with bank.signed_in("admin") as admin:
        nothing = await admin.post("/api/loans/products", {**offer, "instalment_multiple": "0.001"})
        unknown = await admin.post(
            "/api/loans/products", {**offer, "counting": {"days_in_year": "366"}}
        )

    assert nothing.status_code == unknown.status_code == 422
    assert nothing.json()["errors"][0]["pointer"] == "/instalment_multiple"
    assert unknown.json()["errors"][0]["pointer"] == "/counting/days_in_year"
