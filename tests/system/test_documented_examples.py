"""Every example of the OpenAPI document, sent to the real bank, works and is answered as it says.

The ids in the examples stand for things of this bank, made for each route by the module
beside this one.
"""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.loans import LOAN
from gateway.answers.payments import PAYMENT
from gateway.app import app as documented
from tests.builders import a_phone
from tests.fixtures.bank import PASSWORD, Bank, Client, Json
from tests.fixtures.paying_in import of_other_banks
from tests.gateway.examples import Examples, misshapen, role_for
from tests.system.made_for_examples import MAKERS, a_user, approved, become, propose, served

pytestmark = pytest.mark.system

OF_ITEMS = ("screening", "beneficiaries", "turnaround", "reconciliation")  # lists of rules
DOCUMENT = documented.openapi()
ROUTES = Examples(DOCUMENT).routes()
# Calls about a loan that is paid out.
OF_PAID_OUT = (
    "/operations/{operation_id}", "/repayments", "/repayments/{repayment_id}/reverse", "/refunds",
    "/waive", "/top-up", "/top-up/quote", "/top-ups", "/write-off", "/recoveries", "/reschedule",
    "/re-amortise", "/moratorium", "/payoff", "/transactions", "/explain", "/schedule/versions",
    "/give-back", "/instalments/{number}/explain", "/transactions/{sequence}/differences",
)  # fmt: skip
CHECKER_ONLY = ("/approve", "/reject")
# With the rail already there is no way back; the example's day is before this bank's first;
# nothing of the example's partner was refused yet; no window has ended, and nothing is to match.
CONFLICTS = {
    "/sagas/{saga_id}/compensate": "saga-past-pivot",
    "/payments/{payment_id}/cancel": "payment-already-submitted",
    "/compensate": "payment-already-submitted",
    "/payments/{payment_id}/refuse": "nothing-found",
    "/day/close": "day-not-open",
    "/jobs/{name}/{date}": "day-before-first",
    "/quarantine/{quarantine_id}/replay": "unknown-quarantined",
    "/reconciliation/matches": "not-unmatched",
    "/reconciliation/lines/{line}/unmatch": "not-matched",
    "/settlements/{settlement_id}": "settlement-not-found",
    "/settlements/{settlement_id}/movements": "settlement-not-found",
}


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_the_example_of_a_route_works(bank: Bank, method: str, path: str) -> None:
    async with bank.signed_in(role_for(DOCUMENT, method, path).lower()) as client:
        examples = Examples(DOCUMENT, await _stand_ins(client, path))
        if path.endswith(CHECKER_ONLY):
            if PAYMENT in examples.stand_ins:
                await propose(bank, examples.stand_ins[PAYMENT])
            async with bank.signed_in("admin") as admin:
                checker = await a_user(admin, "MANAGER")
            await become(client, checker)
        if path.endswith("/disburse"):
            await approved(bank, examples.stand_ins[LOAN])
        if any(path.endswith(f"{{loan_id}}{call}") for call in OF_PAID_OUT):
            examples.stand_ins |= await served(bank, client, path, examples.stand_ins)
        examples.stand_ins |= await of_other_banks(bank, client, path, examples.stand_ins[ACCOUNT])
        changes = await _changes(bank, client, f"{method} {path}")

        answer = await examples.call(client.http, method, path, **changes)
        if path.endswith("/park"):
            # Nobody else would: a parked payment waits for a person.
            body = {"reason": "the example is over"}
            await client.post(f"/api/payments/{examples.stand_ins[PAYMENT]}/retry", body)

    conflict = next((code for end, code in CONFLICTS.items() if path.endswith(end)), None)
    if conflict is None:
        assert answer.is_success, answer.text
        is_json = "json" in answer.headers.get("Content-Type", "")
        assert list(misshapen(answer.json() if is_json else None)) == []
    else:
        assert answer.json()["code"] == conflict


async def test_the_bank_serves_this_very_document(bank: Bank) -> None:
    async with bank.stranger() as stranger:
        assert await stranger.found("/openapi.json") == DOCUMENT


async def _stand_ins(client: Client, path: str) -> dict[str, Any]:
    """What this route's example needs: two accounts, and the thing that its path names."""
    customer = await client.create_customer()
    account = await client.open_account("1000.00", customer_id=customer["id"])
    other = await client.open_account()
    stand_ins: dict[str, Any] = {ACCOUNT: account, OTHER_ACCOUNT: other}
    if path == "/api/loans":
        stand_ins["customer_id"] = customer["id"]
    maker = next((make for part, make in MAKERS.items() if part in path), None)
    if maker is not None:
        stand_ins |= await maker(client, account, other)
    if "{customer_id}" in path:
        found = await client.get(f"/api/customers/{customer['id']}")
        stand_ins |= {"1": customer["id"], "etag": found.headers["ETag"]}
    if "{user_id}" in path:
        stand_ins["1"] = (await a_user(client))["id"]
    return stand_ins


async def _changes(bank: Bank, client: Client, route: str) -> Json:
    """What must be new each time: names, codes, addresses, secrets."""
    name = uuid4().hex
    match route:
        case "POST /api/customers" | "PUT /api/customers/{customer_id}":
            return {"email": f"{name}@example.com", "phone": a_phone()}
        case "POST /api/auth/users":
            return {"username": f"user.{name[:12]}"}
        case "POST /api/branches":
            return {"code": name[:12].upper()}
        case "POST /api/products" | "POST /api/loans/products":
            return {"code": f"Z{name[:12].upper()}"}
        case _ if route.startswith("POST ") and route.endswith(
            ("/rules", "/turnaround", "products/{code}/versions")
        ):
            return await _later(client, route)
        case "POST /api/auth/refresh":
            body = {"username": "admin", "password": PASSWORD}
            answer = await client.post("/api/auth/login", body)
            return {"refresh_token": answer.json()["refresh_token"]}
        case "POST /api/auth/password":
            await become(client, await a_user(client))
    return {}


async def _later(client: Client, route: str) -> Json:
    """From when on other terms may hold; far off, so that they change nothing for other tests."""
    if any(each in route for each in OF_ITEMS):
        path = route.removeprefix("POST ").format(rail="IMPS")
        rules = (await client.found(path))["items"]
        return {"valid_from": _after(rules[-1]["valid_from"])}
    is_product = "products" in route
    code = "/api/loans/products/PERSONAL" if "loans" in route else "/api/products/SAVINGS"
    thing = await client.found(code if is_product else "/api/rails/IMPS")
    return {"valid_from": _after(thing["versions" if is_product else "rules"][-1]["valid_from"])}


def _after(last: str) -> str:
    return (max(date.fromisoformat(last), date(2098, 1, 1)) + timedelta(days=1)).isoformat()
