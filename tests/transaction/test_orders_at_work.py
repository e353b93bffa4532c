"""Standing orders as customers see them: services on a real broker, and the money of the ledger."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.account.accounts import Account, Balance, GetBalance
from contracts.account.day import BusinessDay, CloseBusinessDay, GetBusinessDay
from contracts.approvals import ApprovalNeeded
from contracts.envelope import Command, Query, Role, Subject
from contracts.money import Money
from contracts.transaction.standing_orders import (
    CreateStandingOrder,
    ExecutionState,
    GetStandingOrder,
    OrderFrequency,
    OrderState,
    StandingOrder,
)
from demo.seed.asking import Seeder
from demo.seed.seeding import seed
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from infra.runtime.clock import new_id
from tests.builders import staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Databases, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

SERVICES = ("auth", "customer", "account", "loan", "transaction", "notification")
SECONDS = 60.0
RENT = 250_00


@dataclass
class Town:
    """The bank of the demo, with Alice who pays and Bob who is paid."""

    client: AskClient
    alice: Account
    bob: Account

    @property
    def her(self) -> Subject:
        return Subject(id="alice", role=Role.CUSTOMER, customer_id=self.alice.customer_id)

    async def ask(self, message: Command | Query, subject: Subject) -> Any:
        answer = await self.client.ask(
            message, subject=subject, message_id=new_id(), wait_seconds=30
        )
        return answer.message

    async def today(self) -> date:
        day = await self.ask(GetBusinessDay(), staff())
        assert isinstance(day, BusinessDay), day
        return day.business_date

    async def order(self, subject: Subject, start: date, minor: int = RENT) -> Any:
        wish = CreateStandingOrder(
            from_account=self.alice.account_number, to_account=self.bob.account_number,
            amount=Money(minor=minor), frequency=OrderFrequency.ONCE, start_date=start,
        )  # fmt: skip
        return await self.ask(wish, subject)

    async def holds(self, account: Account) -> int:
        balance = await self.ask(GetBalance(account_number=account.account_number), staff())
        assert isinstance(balance, Balance), balance
        return balance.balance_minor

    async def until_ended(self, order_id: UUID) -> StandingOrder:
        async def ended() -> StandingOrder | None:
            found = await self.ask(GetStandingOrder(order_id=order_id), self.her)
            assert isinstance(found, StandingOrder), found
            return None if found.state is OrderState.OPEN else found

        order: StandingOrder = await until(ended, SECONDS, "the order has ended")
        return order


@pytest.fixture
async def town(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Town]:
    services = load_services(SERVICES)
    async with (
        databases.fresh(SERVICES) as database,
        vhosts.fresh(services) as vhost,
        all_running(services, database, vhost),
        asking(vhost, "operator") as operator,
        asking(vhost) as gateway,
    ):
        demo = await seed(Seeder(operator))
        first, last = demo.accounts[0], demo.accounts[-1]
        yield Town(gateway, first, last)


async def test_an_order_of_today_pays_at_once_and_one_of_tomorrow_when_that_day_opens(
    town: Town,
) -> None:
    today = await town.today()
    before = await town.holds(town.bob)

    at_once = await town.until_ended((await town.order(town.her, today)).order_id)
    assert await town.holds(town.bob) == before + RENT
    later = await town.order(staff(), today + timedelta(days=1))
    await town.ask(CloseBusinessDay(business_date=today), staff(Role.MANAGER))
    on_time = await town.until_ended(later.order_id)

    assert await town.holds(town.bob) == before + 2 * RENT
    for order in (at_once, on_time):
        assert order.state is OrderState.COMPLETED
        [execution] = order.executions
        assert execution.state is ExecutionState.COMPLETED
        assert execution.entry_id is not None


async def test_an_order_of_staff_above_the_amount_waits_for_a_second_person(town: Town) -> None:
    today = await town.today()

    assert isinstance(await town.order(staff(), today, 200_000_01), ApprovalNeeded)
    assert (await town.order(town.her, today + timedelta(days=1), 200_000_01)).state == "open"
