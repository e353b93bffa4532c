"""Over HTTP: who sees the rates of provisions, who changes them, and what is refused."""

from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system

PATH = "/api/loans/provisioning"
RATES: list[dict[str, Any]] = [
    {"stage": stage, "secured_percent": secured, "unsecured_percent": unsecured}
    for stage, secured, unsecured in (
        ("standard", "0.40", "0.40"), ("sma-2", "5", "7.5"), ("sub-standard", "15", "25"),
        ("doubtful-1", "25", "100"), ("doubtful-2", "40", "100"), ("doubtful-3", "100", "100"),
    )
]  # fmt: skip
VERSION = {"valid_from": "2098-01-01", "rates": RATES}


async def test_other_rates_are_asked_for_by_an_administrator_and_approved_by_a_manager(
    bank: Bank, teller: Client
) -> None:
    before = await teller.found(PATH)
    async with bank.signed_in("admin") as admin, another_manager(bank) as manager:
        parked = await admin.post(PATH, VERSION)
        assert await teller.found(PATH) == before
        approval = await approve(manager, parked)
        again = await approve(manager, await admin.post(PATH, VERSION))

    after = await teller.found(PATH)
    assert approval["outcome"]["status_code"] == 201
    [added] = after["versions"][len(before["versions"]) :]
    assert (added["valid_from"], added["is_in_force"]) == ("2098-01-01", False)
    assert added["rates"][2] == {**RATES[0], "stage": "sma-1"}  # left out, so as standard
    assert added["rates"][3] == RATES[1]
    assert (after["version"], after["rates"]) == (before["version"], before["rates"])
    assert again["outcome"]["code"] == "terms-overlap"


async def test_rates_that_cannot_be_are_refused_and_change_nothing(
    bank: Bank, teller: Client
) -> None:
    before = await teller.found(PATH)
    async with bank.signed_in("admin") as admin, another_manager(bank) as manager:
        too_much = await admin.post(
            PATH, {**VERSION, "rates": [{**RATES[0], "secured_percent": "100.01"}, *RATES[1:]]}
        )
        past = await approve(
            manager, await admin.post(PATH, {**VERSION, "valid_from": "2020-01-01"})
        )
        missing = await approve(manager, await admin.post(PATH, {**VERSION, "rates": RATES[1:]}))

    assert (too_much.status_code, too_much.json()["code"]) == (422, "invalid-request")
    assert too_much.json()["errors"][0]["pointer"] == "/rates/0/secured_percent"
    assert past["outcome"]["code"] == "terms-in-the-past"
    assert missing["outcome"]["code"] == "provisioning-unclear"
    assert await teller.found(PATH) == before


async def test_only_administrators_change_rates_and_customers_do_not_see_them(bank: Bank) -> None:
    for name in ("teller", "manager", "bob"):
        async with bank.signed_in(name) as client:
            assert (await client.post(PATH, VERSION)).status_code == 403, name
            seen = (await client.get(PATH)).status_code
            assert seen == (403 if name == "bob" else 200), name


async def test_a_product_says_whether_its_loans_are_secured(bank: Bank) -> None:
    terms = {
        "principal_min": "1000.00", "principal_max": "50000.00", "annual_rate_min": "10",
        "annual_rate_max": "20", "annual_rate": "15", "instalments_min": 6, "instalments_max": 24,
        "methods": ["EMI"], "frequencies": ["MONTHLY"],
    }  # fmt: skip
    code = f"Z{uuid4().hex[:12].upper()}"
    async with bank.signed_in("admin") as admin:
        made = await admin.made("/api/loans/products", {"code": code, "name": "Any", **terms})
        version = {**terms, "valid_from": "2099-01-01", "secured": True}
        added = await admin.made(f"/api/loans/products/{code}/versions", version)
        unclear = await admin.post(f"/api/loans/products/{code}/versions", version | {"secured": 1})

    assert (made["secured"], added["secured"]) == (False, True)
    assert unclear.status_code == 422
