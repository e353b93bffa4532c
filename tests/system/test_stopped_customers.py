"""A manager suspends a customer: the money stands still, the session ends, nobody signs in."""

from uuid import uuid4

import pytest

from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

HEARD_SECONDS = 15.0
PASSWORD = "a long enough phrase"


async def set_status(client: Client, customer_id: int, status: str) -> None:
    body = {"status": status, "reason": "the branch asked for it"}
    answer = await client.http.patch(f"/api/customers/{customer_id}/status", json=body)
    assert answer.status_code == 200, answer.text


async def test_a_suspended_customer_is_signed_out_and_pays_nobody_until_it_is_lifted(
    bank: Bank, manager: Client
) -> None:
    customer_id = (await manager.create_customer())["id"]
    source = await manager.open_account("100.00", customer_id=customer_id)
    target = await manager.open_account()
    log_in = {"username": f"u{uuid4().hex[:12]}", "password": PASSWORD}
    async with bank.signed_in("admin") as admin:
        user = {**log_in, "role": "CUSTOMER", "customer_id": customer_id}
        await admin.made("/api/auth/users", user)

    async with bank.stranger() as person:
        token = (await person.post("/api/auth/login", log_in)).json()["access_token"]
        person.http.headers["Authorization"] = f"Bearer {token}"
        assert (await person.transfer(source, target, "1.00")).status_code == 201
        await set_status(manager, customer_id, "SUSPENDED")

        async def is_signed_out() -> bool:
            return (await person.get("/api/auth/me")).status_code == 401

        await until(is_signed_out, HEARD_SECONDS, "the session ends")
        del person.http.headers["Authorization"]
        refused = await person.post("/api/auth/login", log_in)
        assert (refused.status_code, refused.json()["code"]) == (403, "customer-stopped")

        async def is_money_stopped() -> bool:
            return (await manager.transfer(source, target, "1.00")).status_code == 422

        await until(is_money_stopped, HEARD_SECONDS, "staff cannot move it either")

        await set_status(manager, customer_id, "ACTIVE")

        async def is_let_in() -> bool:
            return (await person.post("/api/auth/login", log_in)).status_code == 200

        await until(is_let_in, HEARD_SECONDS, "the customer signs in again")
