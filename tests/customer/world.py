"""What tests of the customer service say in one word, and an account service to ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from typing import TypeVar

import asyncpg
from pydantic import SecretStr

from contracts.account.accounts import Account, Accounts, ListAccounts
from contracts.account.values import AccountStatus
from contracts.customer import (
    ChangeIdentityNumbers,
    CreateCustomer,
    Customer,
    CustomerCreated,
    UpdateCustomer,
)
from contracts.envelope import Command, Event, Message, Query, Refused, Subject
from infra.bus.ask import AskClient
from infra.data.boxes import BoxMaker
from infra.data.store import Store
from infra.handling.context import Context
from infra.handling.service import Service
from infra.runtime.clock import new_id
from services.customer.sealing import box_key
from tests.builders import an, staff
from tests.fixtures.servers import Database
from tests.fixtures.waiting import until

M = TypeVar("M", bound=Message)

TELLER = staff()
MAKER = BoxMaker(SecretStr("9a" * 32), "tests")
PAN, OTHER_PAN = "ABCPE1234F", "ACUPA7085R"
AADHAAR, OTHER_AADHAAR = "234123412346", "499118665246"

_numbers = count(1)


def someone(**fields: object) -> CreateCustomer:
    """A customer whom nobody else has the e-mail and phone of, but for `fields`."""
    number = next(_numbers)
    unique = {"email": f"c{number}@example.com", "phone": f"90000{number:05d}"}
    return an(CreateCustomer, **(unique | fields))


def update_of(customer: Customer, **fields: object) -> UpdateCustomer:
    """What replaces a customer's details by themselves, but for `fields`."""
    known = customer.model_dump(include=set(UpdateCustomer.model_fields))
    return UpdateCustomer.model_validate(known | fields)


def account_service(with_open_account: set[int]) -> Service[Store]:
    """Stands in for accounts: these customers have a frozen one, and everybody a closed one."""
    service = Service("account", Store)

    @service.answers(ListAccounts)
    async def list_accounts(query: ListAccounts, store: Store, context: Context) -> Accounts:
        statuses = {AccountStatus.CLOSED}
        if query.customer_id in with_open_account:
            statuses.add(AccountStatus.FROZEN)
        found = [an(Account, status=each) for each in statuses if query.status in (None, each)]
        return Accounts(items=tuple(found[: query.limit]), next_cursor=None)

    return service


@dataclass
class World:
    """The customer service seen through the gateway."""

    gateway: AskClient
    database: Database
    open_accounts: set[int]
    heard: list[Event] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, message: Command | Query, subject: Subject = TELLER) -> Message:
        return (await self.gateway.ask(message, subject=subject, wait_seconds=30)).message

    async def refused(self, message: Command | Query, subject: Subject = TELLER) -> Refused:
        return expect(Refused, await self.ask(message, subject))

    async def create(self, **fields: object) -> Message:
        """The answer to a command like `someone`, with its identity numbers in boxes."""
        message_id = new_id()
        for name in fields.keys() & {"pan", "aadhaar"}:
            place = CreateCustomer.place_of(name, message_id)
            fields[name] = MAKER.seal(str(fields[name]), box_key().public_key, *place)
        reply = await self.gateway.ask(
            someone(**fields), subject=TELLER, message_id=message_id, wait_seconds=30
        )
        return reply.message

    async def correct(self, customer: Customer, **numbers: str) -> Message:
        """The answer to a change of these identity numbers, sent in boxes."""
        message_id = new_id()
        boxes = {
            name: MAKER.seal(
                number, box_key().public_key, *ChangeIdentityNumbers.place_of(name, message_id)
            )
            for name, number in numbers.items()
        }
        command = ChangeIdentityNumbers(id=customer.id, version=customer.version, **boxes)
        reply = await self.gateway.ask(
            command, subject=TELLER, message_id=message_id, wait_seconds=30
        )
        return reply.message

    async def add(self, **fields: object) -> Customer:
        return expect(CustomerCreated, await self.create(**fields)).customer

    def hear(self, event: Event) -> None:
        self.heard.append(event)
        self.news.set()

    async def hears(self, event: Event) -> None:
        """Wait until this was told."""
        async with asyncio.timeout(30):
            while event not in self.heard:
                self.news.clear()
                await self.news.wait()

    async def value(self, statement: str, *values: object) -> object:
        """As the owner of the tables."""
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            return await connection.fetchval(statement, *values)
        finally:
            await connection.close()

    @asynccontextmanager
    async def locking(self, customer: Customer) -> AsyncIterator[None]:
        """As another change of the customer would."""
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            async with connection.transaction():
                await connection.execute(
                    "select from customer.customers where id = $1 for no key update", customer.id
                )
                yield
        finally:
            await connection.close()

    async def somebody_waits(self) -> None:
        waiting = (
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        await until(lambda: self.value(waiting), what="somebody waits for a lock")

    async def dump(self, schema: str) -> str:
        """Every value of every table of a schema, as a thief would read it; bytes in hex."""
        text = BytesIO()
        connection = await asyncpg.connect(self.database.admin_url)
        try:
            for row in await connection.fetch(
                "select tablename from pg_tables where schemaname = $1", schema
            ):
                await connection.copy_from_table(row[0], schema_name=schema, output=text)
        finally:
            await connection.close()
        return text.getvalue().decode()


def expect(kind: type[M], message: Message) -> M:
    assert isinstance(message, kind), message
    return message
