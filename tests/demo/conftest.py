"""The services that the demo touches and the other bank, on a real database and a real broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    closing,
    nullcontext,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import pytest

from contracts.account.accounts import Balance, GetBalance
from contracts.account.movements import DepositMade, MakeDeposit
from contracts.envelope import Command, Message, Query, Role, Subject
from contracts.money import Currency, Money
from contracts.payment.payments import GetPayment, MakePayment, Payment, PaymentAccepted
from contracts.payment.values import Rail
from contracts.topology import EVENTS
from demo.rails import behaviour
from demo.rails.memory import Memory
from demo.rails.serving import serve
from demo.rails.side import SIDES, Side
from demo.seed.asking import Seeder
from demo.seed.seeding import seed
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from services.payment.sagas import sagas_by_rail
from services.payment.settings import PaymentSettings
from services.payment.store import BY_RAIL
from tests.builders import staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

SERVICES = ("auth", "customer", "account", "payment", "loan")
MANAGER = staff(Role.MANAGER)
LARGE_MINOR = 200_000_00  # the least that RTGS carries


@dataclass
class Bank:
    """The demo bank, asked by the gateway."""

    client: AskClient
    operator: AskClient
    database: Database
    vhost: Vhost
    folder: Path  # where the processes of the rails keep what they know
    accounts: dict[str, str]  # the account numbers of alice and bob
    customers: dict[str, int]

    async def ask(self, message: Command | Query, subject: Subject = MANAGER) -> Message:
        reply = await self.client.ask(
            message, subject=subject, message_id=uuid4(), wait_seconds=10.0
        )
        return reply.message

    async def pay(self, to: str, minor: int = 500_00, **changes: Any) -> UUID:
        """A payment of Alice's to another bank: to the account of this number, or over UPI to the
        address that begins so."""
        carol = {"account_number": to, "ifsc": "HDFC0002255"}
        if changes.get("rail") is Rail.UPI:
            carol = {"vpa": f"{to}@okaxis"}
        values = {
            "from_account": self.accounts["alice"],
            "beneficiary": {"name": "Carol", **carol},
            "amount": {"minor": minor, "currency": "INR"},
            "rail": Rail.IMPS,
        }
        command = MakePayment.model_validate(values | changes)
        accepted = await self.ask(command, self.alice)
        assert isinstance(accepted, PaymentAccepted), accepted
        return accepted.payment_id

    async def fund(self, rail: Rail) -> int:
        """An amount that the rail carries, which Alice has in any case."""
        if rail is not Rail.RTGS:
            return 500_00
        amount = Money(minor=LARGE_MINOR, currency=Currency.INR)
        deposit = MakeDeposit(account_number=self.accounts["alice"], amount=amount)
        assert isinstance(await self.ask(deposit), DepositMade)
        return LARGE_MINOR

    @property
    def alice(self) -> Subject:
        return Subject(id="alice", role=Role.CUSTOMER, customer_id=self.customers["alice"])

    async def payment(self, payment_id: UUID) -> Payment:
        found = await self.ask(GetPayment(payment_id=payment_id))
        assert isinstance(found, Payment)
        return found

    async def ended(self, payment_id: UUID) -> Payment:
        """The payment once it has ended."""

        async def end() -> Payment | None:
            payment = await self.payment(payment_id)
            if payment.state in ("completed", "failed", "cancelled"):
                return payment
            if payment.cut_off is not None:
                await self.hasten(payment_id)
            return None

        return await until(end, 60, f"payment {payment_id} has ended")

    async def hasten(self, payment_id: UUID) -> None:
        """What takes half an hour or two over a rail that takes batches is due now."""
        db = await asyncpg.connect(self.database.admin_url)
        await db.execute(
            "update payment.sagas set deadline = now() where saga_id = $1 and at in (1, 2) and"
            " deadline > now() + interval '5 seconds'",
            payment_id,
        )
        await db.close()

    async def balance(self, account_number: str) -> Balance:
        found = await self.ask(GetBalance(account_number=account_number))
        assert isinstance(found, Balance)
        return found

    async def books(self) -> dict[str, int]:
        """The balances of the bank's own accounts that are not zero."""
        db = await asyncpg.connect(self.database.admin_url)
        rows = await db.fetch(
            "select number, posted_minor from account.accounts join account.balances"
            " on account_id = id where number like 'GL-%' and posted_minor <> 0"
        )
        await db.close()
        return {row[0]: row[1] for row in rows}


@pytest.fixture(scope="module")
def impatient() -> Iterator[None]:
    """Deadlines of half a second at the rails, and a late bank that is not so late."""
    patience, late = dict(BY_RAIL), behaviour.LATE_SECONDS
    BY_RAIL.update(sagas_by_rail(PaymentSettings(rail_seconds=0.5)))
    behaviour.LATE_SECONDS = 2.0
    yield
    BY_RAIL.update(patience)
    behaviour.LATE_SECONDS = late


@pytest.fixture(scope="module")
async def bank(
    databases: Databases, vhosts: Vhosts, tmp_path_factory: pytest.TempPathFactory, impatient: None
) -> AsyncIterator[Bank]:
    async with a_demo_bank(databases, vhosts, tmp_path_factory.mktemp("rails")) as bank:
        yield bank


@asynccontextmanager
async def a_demo_bank(
    databases: Databases,
    vhosts: Vhosts,
    folder: Path,
    beside: Callable[[Database, Vhost], AbstractAsyncContextManager[Any]] | None = None,
) -> AsyncIterator[Bank]:
    """The demo bank with its rails; `beside` runs the payment service in place of this process."""
    services = load_services(SERVICES)
    here = [each for each in services if beside is None or each.name != "payment"]
    async with (
        databases.fresh(SERVICES) as database,
        vhosts.fresh(services) as vhost,
        _everything_heard(vhost),
        all_running(here, database, vhost),
        beside(database, vhost) if beside else nullcontext(),
        asking(vhost, "operator") as operator,
        asking(vhost) as client,
        AsyncExitStack() as rails,
    ):
        for side in SIDES.values():
            await rails.enter_async_context(_served(side, vhost, folder))
        demo = await seed(Seeder(operator))
        customers = {login.username: login.customer_id or 0 for login in demo.logins}
        first = {
            name: next(a.account_number for a in demo.accounts if a.customer_id == customer_id)
            for name, customer_id in customers.items()
            if customer_id
        }
        yield Bank(client, operator, database, vhost, folder, first, customers)


@asynccontextmanager
async def _served(side: Side, vhost: Vhost, folder: Path) -> AsyncIterator[None]:
    """The other banks of one rail at work."""
    url = vhost.beside(side.said.system).url(side.said.system.user)
    data = folder / side.said.system.user
    with closing(Memory(data / "rail.jsonl", side)) as memory:
        serving = asyncio.create_task(serve(url, memory, data))
        yield
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def _everything_heard(vhost: Vhost) -> AsyncIterator[None]:
    """Most listeners are not here, and an event that nobody hears is a fault to its teller."""
    connection = await aio_pika.connect(vhost.admin_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("test.events", exclusive=True)
        await queue.bind(EVENTS, "#")
        yield
