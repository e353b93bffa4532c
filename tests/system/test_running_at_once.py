"""Many callers at the same moment: each key moves money once, and no balance is spent twice."""

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.fixtures.bank import Bank, Client

pytestmark = pytest.mark.system


async def test_200_calls_with_one_key_at_once_have_one_effect_and_equal_answers(
    teller: Client,
) -> None:
    payer, payee = await teller.open_account("1000.00"), await teller.open_account()
    key = str(uuid4())

    answers = await asyncio.gather(
        *(teller.transfer(payer, payee, "10.00", key=key) for _ in range(200))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert await teller.balance(payer) == Decimal("990.00")
    assert await teller.balance(payee) == Decimal("10.00")


async def test_of_64_withdrawals_of_100_at_once_from_1000_exactly_ten_succeed(
    teller: Client,
) -> None:
    account = await teller.open_account("1000.00")
    path = f"/api/accounts/{account}/withdraw"

    answers = await asyncio.gather(
        *(teller.post(path, {"amount": "100.00"}, key=str(uuid4())) for _ in range(64))
    )

    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 54
    refused = [answer for answer in answers if answer.status_code == 422]
    assert {answer.json()["code"] for answer in refused} == {"insufficient-funds"}
    left = sorted(
        Decimal(answer.json()["balance_after"]) for answer in answers if answer.status_code == 201
    )
    assert left == [Decimal(100 * n) for n in range(10)]
    assert await teller.balance(account) == 0


async def test_transfers_both_ways_at_once_do_not_block_each_other(
    bank: Bank, teller: Client
) -> None:
    alice, bob = await teller.open_account("1000.00"), await teller.open_account("1000.00")
    async with bank.database() as database:
        deadlocks = await database.fetchval(DEADLOCKS)

    answers = await asyncio.gather(
        *(teller.transfer(alice, bob, "3.00") for _ in range(100)),
        *(teller.transfer(bob, alice, "2.00") for _ in range(100)),
    )

    assert {answer.status_code for answer in answers} == {201}
    assert await teller.balance(alice) == Decimal("900.00")
    assert await teller.balance(bob) == Decimal("1100.00")
    async with bank.database() as database:
        assert await database.fetchval(DEADLOCKS) == deadlocks


DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
