"""The account service over the bus, between a gateway and a customer service of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from contracts.account.accounts import Account, AccountOpened, OpenAccount
from contracts.account.books import AccountCredited, AccountDebited
from contracts.account.products import BranchCreated, CreateBranch, CreateProduct, ProductCreated
from contracts.customer import Customer, CustomerStatus, GetCustomer
from contracts.envelope import Command, Event, Message, NotFound, Query, Role, Subject
from infra.bus.ask import AskClient
from infra.bus.tap import EventTap
from infra.data.store import Store
from infra.handling.context import Context
from infra.handling.service import Service
from services.account.handlers import service as account
from tests.builders import an, staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts

M = TypeVar("M", bound=Message)

TELLER, ADMIN = staff(), staff(Role.ADMIN)
SUSPENDED, UNKNOWN = 13, 404
TOLD = (AccountDebited, AccountCredited)


class CustomerNotFound(NotFound):
    """Nobody has this number."""


def customers() -> Service[Store]:
    """Stands in for the customer service: two of its customers are no good."""
    service = Service("customer", Store)

    @service.answers(GetCustomer)
    async def get_customer(query: GetCustomer, store: Store, context: Context) -> Customer:
        if query.id == UNKNOWN:
            raise CustomerNotFound
        status = CustomerStatus.SUSPENDED if query.id == SUSPENDED else CustomerStatus.ACTIVE
        return an(Customer, id=query.id, status=status)

    return service


@dataclass
class World:
    """The account service seen through the gateway."""

    gateway: AskClient
    database: Database
    vhost: Vhost
    heard: list[Event] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self,
        message: Command | Query,
        subject: Subject = TELLER,
        *,
        id: UUID | None = None,
        owner: str | None = None,
    ) -> Message:
        reply = await self.gateway.ask(
            message, subject=subject, message_id=id, wait_seconds=30, owner=owner
        )
        return reply.message

    def asking_as(self, user: str) -> AbstractAsyncContextManager[AskClient]:
        return asking(self.vhost, user)

    async def opened(self, deposit_minor: int = 100_000, **fields: object) -> Account:
        wish = opening(initial_deposit_minor=deposit_minor, **fields)
        return expect(AccountOpened, await self.ask(wish)).account

    def hear(self, event: Event) -> None:
        self.heard.append(event)
        self.news.set()

    async def hears(self, number: str, count: int) -> list[Event]:
        """The events of an account, once there are so many."""
        async with asyncio.timeout(30):
            while len(found := self._of(number)) < count:
                self.news.clear()
                await self.news.wait()
        return found

    def _of(self, number: str) -> list[Event]:
        return [event for event in self.heard if event.aggregate.endswith(number)]


def opening(**fields: object) -> OpenAccount:
    known = {"account_type": "SAVINGS", "product_code": None, "customer_id": 1}
    return an(OpenAccount, **(known | fields))


def expect(kind: type[M], message: Message) -> M:
    assert isinstance(message, kind), message
    return message


@asynccontextmanager
async def at_work(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    """The account service at work, with a branch and a product."""
    services: list[Service[Any]] = [account, customers()]
    async with (
        databases.fresh(["account", "customer"]) as database,
        vhosts.fresh(services) as vhost,
        all_running(services, database, vhost),
        asking(vhost, "gateway") as gateway,
    ):
        world = World(gateway, database, vhost)
        tap = EventTap(vhost.url("gateway"), "gateway", TOLD, world.hear)
        await tap.start()
        branch = CreateBranch(code="BR001", name="Main", city="Mumbai", ifsc_code="BANK0000001")
        expect(BranchCreated, await world.ask(branch, ADMIN))
        product = CreateProduct(code="SAVINGS", name="Savings", account_type="SAVINGS")
        expect(ProductCreated, await world.ask(product, ADMIN))
        try:
            yield world
        finally:
            await tap.stop()
