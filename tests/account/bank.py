"""The batch handler on a real database, with named accounts and an auditor."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg

from contracts.account.accounts import OpenAccount
from contracts.account.movements import MakeDeposit
from contracts.account.products import Product
from contracts.account.values import AccountType
from contracts.envelope import DomainError, Message, Query, Subject
from contracts.money import Currency
from infra.data.database import Connection
from infra.handling.context import Asked, Context
from infra.handling.telling import Told
from services.account.handlers import service
from services.account.store import AccountStore
from tests.account.examples import NOON, TELLER, TODAY, usual_sender
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, an, context, customer, inr
from tests.fixtures.ledger_laws import ALWAYS
from tests.fixtures.servers import Database

M = TypeVar("M", bound=Message)

CONNECTIONS_MAX = 16  # enough for every race, few enough for all workers of a run

UNLIMITED: dict[str, Any] = {
    "overdraft_limit_minor": 0,
    "transaction_limit_minor": None,
    "daily_limit_minor": None,
    "channel_daily_limits_minor": {},
}


@dataclass(frozen=True)
class Person:
    """A customer, and the number of his account."""

    number: str
    id: int

    @property
    def subject(self) -> Subject:
        return customer(self.id)


@dataclass
class Bank:
    """One database, spoken to as the service's own role."""

    database: Database
    now: datetime = NOON
    idle: list[Connection] = field(default_factory=list)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_MAX))
    people: Iterator[int] = field(default_factory=lambda: count(1_000))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of the service, used again by the next who asks."""
        async with self.room:
            url = self.database.url("account")
            db = self.idle.pop() if self.idle else await asyncpg.connect(url)
            try:
                yield db
            finally:
                self.idle.append(db)

    async def close(self) -> None:
        for db in self.idle:
            await db.close()

    def context(self, subject: Subject, sender: str, message_id: UUID | None = None) -> Context:
        return context(subject, self.now, sender=sender, message_id=message_id)

    async def batch(
        self, *commands: Message, subject: Subject = TELLER, sender: str | None = None
    ) -> list[Any]:
        """The replies and refusals of one batch, committed."""
        told = await self.told(*commands, subject=subject, sender=sender)
        return [each.reply if isinstance(each, Told) else each for each in told]

    async def told(
        self, *commands: Message, subject: Subject = TELLER, sender: str | None = None
    ) -> list[Any]:
        """The outcomes of one batch with their events, committed."""
        asked = [
            Asked(command, self.context(subject, sender or usual_sender(command)))
            for command in commands
        ]
        handle = service.commands[type(commands[0])].function
        async with self.connection() as db, db.transaction():
            return list(await handle(asked, AccountStore(db)))

    async def do(
        self, command: Message, subject: Subject = TELLER, *, sender: str | None = None
    ) -> Any:
        """The reply to one command; raises its refusal."""
        [outcome] = await self.batch(command, subject=subject, sender=sender)
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    async def ask(self, query: Query, subject: Subject = TELLER) -> Any:
        """The answer to a question, in a transaction that can only read."""
        asked = self.context(subject, "gateway")
        answer = service.queries[type(query)].function
        async with (
            self.connection() as db,
            db.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await answer(query, AccountStore(db), asked)

    async def offer(
        self, code: str, *, account_type: AccountType = AccountType.SAVINGS, **terms: Any
    ) -> None:
        """A product; without limits but for `terms`."""
        product = Product(
            code=code,
            name=code,
            account_type=account_type,
            currency=Currency.INR,
            valid_from=TODAY,
            **{**UNLIMITED, "ledger_line": account_type, **terms},
        )
        async with self.connection() as db, db.transaction():
            store = AccountStore(db)
            assert await store.add_product(product, made_by=TELLER.id, now=self.now)

    async def open(
        self, number: str, customer_id: int, *, deposit: str | None = None, of: str = "SAVINGS"
    ) -> None:
        """An account of this number, of a product."""
        async with self.connection() as db, db.transaction():
            store = AccountStore(db)
            [product] = [each for each in await store.products(TODAY) if each.code == of]
            wish = an(OpenAccount, customer_id=customer_id, account_type=product.account_type)
            assert await store.insert_account(
                number, wish, product, requested_by=uuid4(), now=self.now
            )
        if deposit is not None:
            await self.do(MakeDeposit(account_number=number, amount=inr(deposit)))

    async def person(self, deposit: str | None = "1000", *, of: str = "SAVINGS") -> Person:
        """Somebody new with an account."""
        number = next(self.people)
        person = Person(f"AC-20260228-{number:06d}", number)
        await self.open(person.number, person.id, deposit=deposit, of=of)
        return person

    async def balance(self, person: Person) -> tuple[int, int]:
        """What is posted and what is held."""
        async with self.connection() as db:
            row = await db.fetchrow(
                "select posted_minor, held_minor from balances b"
                " join accounts a on a.id = b.account_id where number = $1",
                person.number,
            )
        assert row is not None
        return row[0], row[1]

    async def audited(self) -> None:
        """Fails naming every law that the books break."""
        async with self.connection() as db:
            await db.execute("set constraints all immediate")
            found = {law: await db.fetch(query) for law, query in ALWAYS.items()}
        assert {law: rows for law, rows in found.items() if rows} == {}

    async def row(self, statement: str) -> tuple[Any, ...]:
        async with self.connection() as db:
            found = await db.fetchrow(statement)
        assert found is not None
        return tuple(found)

    async def value(self, statement: str, *values: object) -> Any:
        async with self.connection() as db:
            return await db.fetchval(statement, *values)


@asynccontextmanager
async def bank_on(database: Database) -> AsyncIterator[Bank]:
    """A bank with a branch, and Alice with 1,000.00 and Bob with nothing."""
    bank = Bank(database)
    async with bank.connection() as db:
        await db.execute("insert into branches values ('BR001', 'Main', 'Mumbai', 'BANK0000001')")
    await bank.offer("SAVINGS")
    await bank.open(ALICE, ALICE_ID, deposit="1000")
    await bank.open(BOB, BOB_ID)
    try:
        yield bank
        await bank.audited()
    finally:
        await bank.close()


async def together(*work: Any) -> list[Any]:
    """All of it at once; refusals are results here."""
    return list(await asyncio.gather(*work, return_exceptions=True))
