"""A key names one call of one caller: repeated it is answered again, changed it is refused."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system


async def test_the_same_call_again_is_answered_again_and_done_once(teller: Client) -> None:
    account, key = await teller.open_account("100.00"), str(uuid4())
    path, body = f"/api/accounts/{account}/deposit", {"amount": "5.00", "description": "twice"}

    first = await teller.post(path, body, key=key)
    again = await teller.post(path, body, key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert await teller.balance(account) == Decimal("105.00")


async def test_a_key_with_another_body_is_refused(teller: Client) -> None:
    payer, payee = await teller.open_account("100.00"), await teller.open_account()
    key = str(uuid4())

    first = await teller.transfer(payer, payee, "5.00", key=key)
    other = await teller.transfer(payer, payee, "6.00", key=key)

    assert first.status_code == 201
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await teller.balance(payer) == Decimal("95.00")


async def test_a_refusal_is_answered_again_even_when_it_could_succeed_now(teller: Client) -> None:
    account, key = await teller.open_account("1.00"), str(uuid4())
    path, body = f"/api/accounts/{account}/withdraw", {"amount": "2.00"}
    refused = await teller.post(path, body, key=key)
    await teller.made(f"/api/accounts/{account}/deposit", {"amount": "9.00"})

    again = await teller.post(path, body, key=key)

    assert refused.status_code == again.status_code == 422
    assert again.json()["code"] == "insufficient-funds"
    assert await teller.balance(account) == Decimal("10.00")


async def test_another_callers_equal_key_is_another_key(bank: Bank, teller: Client) -> None:
    payer, payee = await teller.open_account("100.00"), await teller.open_account()
    key = str(uuid4())

    async with bank.signed_in("manager") as manager:
        answers = [
            await client.transfer(payer, payee, "5.00", key=key) for client in (teller, manager)
        ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert await teller.balance(payee) == Decimal("10.00")


async def test_a_payment_asked_for_twice_is_one_payment(teller: Client) -> None:
    payer, key = await teller.open_account("100.00"), str(uuid4())

    first = await teller.pay(payer, "50100234567890", "40.00", key=key)
    again = await teller.pay(payer, "50100234567890", "40.00", key=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["payment_id"] == again.json()["payment_id"]
    assert await teller.balance(payer) == Decimal("60.00")
