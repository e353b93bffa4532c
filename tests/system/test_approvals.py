"""Reversals in the whole bank: approved by another, booked once, whatever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import NamedTuple
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

REASON = {"reason": "wrong account"}


class Made(NamedTuple):
    """A transfer of 40.00 from an account that had 100.00."""

    source: str
    path: str  # of its reversal
    key: str


@pytest.fixture
async def made(teller: Client) -> Made:
    source, target = await teller.open_account("100.00"), await teller.open_account()
    booked = (await teller.transfer(source, target, "40.00")).json()
    return Made(source, f"/api/transactions/{booked['transaction_id']}/reverse", str(uuid4()))


async def reverse(client: Client, made: Made) -> httpx.Response:
    return await client.post(made.path, REASON, key=made.key)


@asynccontextmanager
async def killed_at_its_commit(bank: Bank) -> AsyncIterator[None]:
    """What the account service is asked meanwhile is all but committed when it is killed."""
    lock = await asyncpg.connect(bank.postgres_url)
    look = await asyncpg.connect(bank.postgres_url)

    async def is_waiting() -> bool:
        waiting = "select true from pg_locks where not granted and relation = 'account.inbox'"
        return bool(await look.fetchval(f"{waiting}::regclass limit 1"))

    async with lock.transaction():
        await lock.execute("lock table account.inbox in exclusive mode")
        yield
        await until(is_waiting, what="the unit of work")
        bank.kill("account")
    await lock.close()
    await look.close()


async def test_a_reversal_is_booked_once_another_manager_approves_it(
    bank: Bank, manager: Client, made: Made
) -> None:
    parked = await reverse(manager, made)
    waiting = await manager.found(parked.json()["status_url"])
    assert (waiting["state"], waiting["approval_url"]) == (
        "awaiting-approval", parked.headers["Location"],
    )  # fmt: skip
    assert await manager.balance(made.source) == Decimal("60.00")

    async with another_manager(bank) as checker:
        approval = await approve(checker, parked)

    again = await reverse(manager, made)
    done = await manager.found(parked.json()["status_url"])
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == done["result"] == approval["outcome"]["result"]
    assert await manager.balance(made.source) == Decimal("100.00")


async def test_its_maker_cannot_run_it_with_any_token(
    bank: Bank, manager: Client, teller: Client, made: Made
) -> None:
    parked = await reverse(manager, made)
    path = f"{parked.headers['Location']}/approve"
    async with bank.signed_in("admin") as admin, bank.signed_in("auditor") as auditor:
        answers = [await client.post(path) for client in (manager, admin, teller, auditor)]
        seen = [await client.get(parked.headers["Location"]) for client in (admin, auditor)]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [
        (403, "own-approval"), (403, "not-allowed"), (403, "not-allowed"), (403, "not-allowed"),
    ]  # fmt: skip
    assert [each.status_code for each in seen] == [200, 200]
    assert (await reverse(manager, made)).status_code == 202
    assert await manager.balance(made.source) == Decimal("60.00")


async def test_fifty_approvals_at_once_have_one_effect(
    bank: Bank, manager: Client, made: Made
) -> None:
    parked = await reverse(manager, made)
    path = f"{parked.headers['Location']}/approve"
    async with another_manager(bank) as checker:
        answers = await asyncio.gather(
            *(checker.post(path, key=f"k-{turn % 5}") for turn in range(50))
        )

    done = [each for each in answers if each.status_code == 200]
    others = {each.json()["code"] for each in answers if each.status_code != 200}
    assert len([each for each in done if "Idempotency-Replayed" not in each.headers]) == 1
    assert others == {"approval-decided"}
    assert await manager.balance(made.source) == Decimal("100.00")


async def test_much_cash_of_a_teller_waits_for_a_manager(
    bank: Bank, teller: Client, manager: Client
) -> None:
    account = await teller.open_account()
    path, body = f"/api/accounts/{account}/deposit", {"amount": "200000.01"}

    parked = await teller.post(path, body, key="much")
    shown = await manager.found(parked.headers["Location"])
    approval = await approve(manager, parked)
    again = await teller.post(path, body, key="much")

    assert (shown["request"]["amount"], shown["request"]["currency"]) == ("200000.01", "INR")
    assert shown["reason"] == "It moves more than 200000.00 INR."
    assert approval["outcome"]["result"] == again.json()
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert await teller.balance(account) == Decimal("200000.01")


async def test_killed_while_it_parks_it_parks_once(bank: Bank, manager: Client, made: Made) -> None:
    async with killed_at_its_commit(bank):
        first = asyncio.create_task(reverse(manager, made))
    await first
    await bank.until_healthy(60)

    parked = await reverse(manager, made)

    found = await manager.found("/api/approvals?state=pending&limit=200")
    ours = [each for each in found["items"] if each["request"]["entry_id"] in made.path]
    assert [each["approval_id"] for each in ours] == [parked.json()["approval_id"]]


async def test_killed_while_it_runs_an_approved_one_it_books_once(
    bank: Bank, manager: Client, made: Made
) -> None:
    parked = await reverse(manager, made)
    path = f"{parked.headers['Location']}/approve"
    async with another_manager(bank) as checker:
        async with killed_at_its_commit(bank):
            first = asyncio.create_task(checker.post(path, key="once"))
        await first
        await bank.until_healthy(60)
        again = await checker.post(path, key="once")

    assert again.status_code == 200, again.text
    assert await manager.balance(made.source) == Decimal("100.00")
    assert (await reverse(manager, made)).status_code == 201
