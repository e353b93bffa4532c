"""`kill -9` while the standing orders of a day are made: each is paid once on the day.

The work is held up by the lock of a row that it needs, at each of its steps in turn, and who is at
work on it is killed. The day is closed for it, so that the bank is one of its own.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.chaos.auditor import audit_always
from tests.fixtures.bank import Bank, Client, Json, fresh_bank
from tests.fixtures.holding import holding, until_found, until_stuck
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

PATH = "/api/transactions/standing-orders"
ORDERS, AMOUNT = 30, Decimal("7.00")
SECONDS, HEALTHY_SECONDS = 90.0, 120.0
AN_ORDER = "select from transaction.standing_orders where order_id = $1::uuid for update"
THE_PAYER = (
    "select from account.balances b join account.accounts a on a.id = b.account_id"
    " where a.number = $1 for update of b"
)
ITS_TRANSFERS = (
    "select from transaction.sagas where data ->> 'from_account' = $1 and phase = 'forward'"
    " for update"
)
BEGUN = """
select from transaction.standing_executions e join transaction.standing_orders using (order_id)
where from_account = $1 and e.state = 'processing'
"""
ENTRIES = """
select count(distinct entry_id) from account.postings p join account.accounts a
on a.id = p.account_id where a.number = $1
"""


@dataclass
class Tenants:
    """They pay one landlord from one account, by as many orders; they do so from tomorrow on."""

    bank: Bank
    teller: Client
    payer: str
    landlord: str
    tomorrow: date

    async def order(self) -> str:
        body = {
            "from_account": self.payer, "to_account": self.landlord, "amount": str(AMOUNT),
            "frequency": "DAILY", "start_date": str(self.tomorrow),
        }  # fmt: skip
        return str((await self.teller.made(PATH, body, key=str(uuid4())))["order_id"])

    async def executions(self, order_id: str) -> list[Json]:
        found: list[Json] = (await self.teller.found(f"{PATH}/{order_id}"))["executions"]
        return found


@pytest.fixture
async def tenants() -> AsyncIterator[Tenants]:
    async with fresh_bank() as bank, bank.signed_in("teller") as teller:
        today = date.fromisoformat((await teller.found("/api/day"))["business_date"])
        payer, landlord = [await teller.open_account(some) for some in ("1000.00", "0")]
        yield Tenants(bank, teller, payer, landlord, today + timedelta(days=1))


async def test_each_order_is_paid_once_on_its_day_whoever_is_killed_while(
    tenants: Tenants,
) -> None:
    bank = tenants.bank
    orders = [await tenants.order() for _ in range(ORDERS)]
    paused, skipped = await tenants.order(), await tenants.order()
    for order_id, call in ((paused, "pause"), (skipped, "skip")):
        body = {"reason": "away"} if call == "pause" else {}
        answer = await tenants.teller.post(f"{PATH}/{order_id}/{call}", body)
        assert answer.status_code == 200, answer.text

    async with holding(bank, AN_ORDER, orders[ORDERS // 2]) as held:
        assert held
        async with bank.signed_in("manager") as manager:
            day = {"business_date": str(tenants.tomorrow - timedelta(days=1))}
            closed = await manager.post("/api/day/close", day)
        assert closed.status_code == 200, closed.text
        await until_stuck(bank, "transaction")
        bank.kill("transaction")
    await bank.until_healthy(HEALTHY_SECONDS)
    async with AsyncExitStack() as answers:
        async with holding(bank, THE_PAYER, tenants.payer):
            await until_found(bank, BEGUN, tenants.payer)
            await until_stuck(bank, "account")
            bank.kill("account", "transaction")
            await answers.enter_async_context(holding(bank, ITS_TRANSFERS, tenants.payer))
        await until_found(bank, f"{ENTRIES} having count(*) = {ORDERS}", tenants.landlord)
        await until_stuck(bank, "transaction")
        bank.kill("transaction")
    await bank.until_healthy(HEALTHY_SECONDS)

    async def all_made() -> bool:
        made = [await tenants.executions(order_id) for order_id in orders]
        return all([each["state"] for each in found] == ["completed"] for found in made)

    await until(all_made, SECONDS, "all orders are paid")
    assert await tenants.teller.balance(tenants.landlord) == ORDERS * AMOUNT
    entries = {(await tenants.executions(each))[0]["transaction_id"] for each in orders}
    assert len(entries - {None}) == ORDERS
    for order_id, code in ((paused, "order-paused"), (skipped, "requested")):
        [left_out] = await tenants.executions(order_id)
        assert (left_out["state"], left_out["code"]) == ("skipped", code)
        assert left_out["due_date"] == str(tenants.tomorrow)
    async with bank.database() as database:
        assert await database.fetchval(ENTRIES, tenants.landlord) == ORDERS
        assert await audit_always(database) == []
