"""A payment to somebody on the list, in the whole bank: it stands still, unknown to its payer."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system


@pytest.fixture
async def listed(bank: Bank) -> AsyncIterator[str]:
    """A name that only this test pays, on the list as long as it does."""
    name = f"Testov {''.join(chr(97 + int(digit, 16)) for digit in uuid4().hex[:12])}"
    body = {"name": name, "source": "UN", "listed_on": "2026-01-01"}
    async with bank.signed_in("admin") as admin:
        path = f"/api/screening/names/{(await admin.made('/api/screening/names', body))['name_id']}"
        yield name
        removed = await admin.post(f"{path}/remove", {"reason": "the test is over"})
        assert removed.status_code == 200, removed.text


async def pay(payer: Client, name: str) -> str:
    """Bob pays somebody of this name, and does not wait for the end."""
    accounts = (await payer.found("/api/accounts"))["items"]
    body = {
        "from_account": accounts[0]["account_number"], "amount": "1.00", "rail": "IMPS",
        "beneficiary": {"name": name, "account_number": "50100234567890", "ifsc": "OTHR0000001"},
    }  # fmt: skip
    answer = await payer.post("/api/payments", body, key=str(uuid4()), prefer="respond-async")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["payment_id"])


async def seen(client: Client, payment_id: str, state: str) -> Json:
    """The payment, once it is in this state."""
    found: Json = {}

    async def is_so() -> bool:
        found.update(await client.found(f"/api/payments/{payment_id}"))
        return bool(found["state"] == state)

    await until(is_so, 60, f"the payment is {state}")
    return found


async def test_two_managers_let_it_go_on_and_then_it_is_paid(bank: Bank, listed: str) -> None:
    async with bank.signed_in("bob") as bob, bank.signed_in("manager") as manager:
        payment_id = await pay(bob, ", ".join(reversed(listed.upper().split())))

        assert (await seen(bob, payment_id, "parked"))["reason"] == "being-checked"
        assert (await seen(manager, payment_id, "parked"))["reason"] == "screening-hit"
        found = await manager.found(f"/api/payments/{payment_id}/screening")
        assert [(hit["spelling"], hit["score"]) for hit in found["hits"]] == [(listed, 100)]

        path = f"/api/payments/{payment_id}/release"
        parked = await manager.post(path, {"reason": "born in 1990"}, key=str(uuid4()))
        async with another_manager(bank) as second:
            await approve(second, parked)

        assert (await seen(bob, payment_id, "completed"))["reason"] is None


async def test_a_refused_one_fails_and_its_payer_is_not_told_why(bank: Bank, listed: str) -> None:
    async with bank.signed_in("bob") as bob, bank.signed_in("manager") as manager:
        payment_id = await pay(bob, listed)
        await seen(manager, payment_id, "parked")

        path = f"/api/payments/{payment_id}"
        assert (await bob.get(f"{path}/screening")).status_code == 403
        refused = await manager.post(f"{path}/refuse", {"reason": "it is him"})

        assert refused.status_code == 200, refused.text
        assert (await seen(bob, payment_id, "failed"))["reason"] == "payment-not-made"
