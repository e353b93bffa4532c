"""The demo's branch, products, people and accounts: `python -m demo.seed`, as often as you like.

Everything is done by ordinary commands over the bus. Their message ids are fixed, so that a command
that was handled is only answered again; and what is there already is looked up and not made twice,
however long ago that was.
"""

import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from rich.table import Table

from contracts.account import (
    Account,
    AccountOpened,
    Accounts,
    AccountType,
    CreateBranch,
    CreateProduct,
    ListAccounts,
    OpenAccount,
)
from contracts.auth import CreateUser
from contracts.customer import (
    CreateCustomer,
    Customer,
    CustomerCreated,
    Customers,
    Gender,
    ListCustomers,
)
from contracts.envelope import OPERATOR, Command, Kind, Message, Query, Refused, Role, Subject
from contracts.money import Currency, format_minor
from infra.ask import AskClient, NoAnswer, Unavailable

ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 90.0  # the services may still be starting
BRANCH = "BR001"
IFSC = "BANK0000001"
PASSWORD = "password"
DEMO = uuid5(NAMESPACE_URL, "bank-demo")

M = TypeVar("M", bound=Message)


class SeedSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # as the broker user `operator`


class SeedFailed(Exception):
    """The demo could not be set up; the text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """A demo customer with his first accounts and what he pays in."""

    username: str
    first_name: str
    last_name: str
    gender: Gender
    phone: str
    deposits_minor: dict[AccountType, int]

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"


@dataclass(frozen=True, slots=True)
class Login:
    username: str
    role: Role
    customer_id: int | None = None


PRODUCTS = {
    AccountType.SAVINGS: "Savings account",
    AccountType.CURRENT: "Current account",
    AccountType.FIXED_DEPOSIT: "Fixed deposit",
    AccountType.RECURRING_DEPOSIT: "Recurring deposit",
}
STAFF = (
    Login("admin", Role.ADMIN),
    Login("manager", Role.MANAGER),
    Login("teller", Role.TELLER),
    Login("auditor", Role.AUDITOR),
)
PEOPLE = (
    Person(
        "alice", "Alice", "Anand", Gender.FEMALE, "+919800000001",
        {AccountType.SAVINGS: 50_000_00, AccountType.CURRENT: 1_000_000_00},
    ),
    Person("bob", "Bob", "Bhat", Gender.MALE, "+919800000002", {AccountType.SAVINGS: 10_000_00}),
)  # fmt: skip


class Seeder:
    """Asks on behalf of the operator, patiently."""

    def __init__(self, client: AskClient) -> None:
        self._client = client
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS

    async def make(self, command: Command, what: str) -> Message:
        """The owner's answer to a command of this fixed name: done now, before, or refused."""
        return await self._answer(command, what)

    async def find(self, query: Query, kind: type[M]) -> M:
        found = await self._answer(query, None)
        if not isinstance(found, kind):
            raise SeedFailed(f"{type(query).__name__} was answered with {found!r}")
        return found

    async def _answer(self, message: Command | Query, what: str | None) -> Message:
        message_id = uuid5(DEMO, f"{type(message).__name__}:{what}") if what else None
        while True:
            try:
                reply = await self._client.ask(
                    message,
                    subject=Subject(id=OPERATOR),
                    message_id=message_id,
                    wait_seconds=ANSWER_SECONDS,
                )
            except (Unavailable, NoAnswer) as error:
                problem = f"no answer to {type(message).__name__}: {error}"
            else:
                refused = reply.message
                if not (isinstance(refused, Refused) and refused.kind is Kind.UNAVAILABLE):
                    return refused
                problem = f"{type(message).__name__}: {refused.detail}"
            if time.monotonic() > self._give_up_at:
                raise SeedFailed(problem)
            await asyncio.sleep(0.5)


async def seed(seeder: Seeder) -> tuple[list[Login], list[Account]]:
    """Set up the demo, or find it as it was set up; its log-ins and accounts."""
    branch = CreateBranch(code=BRANCH, name="Main branch", city="Mumbai")
    _check(await seeder.make(branch, BRANCH), but="branch-exists")
    for account_type, name in PRODUCTS.items():
        product = CreateProduct(code=account_type.value, name=name, account_type=account_type)
        _check(await seeder.make(product, account_type), but="product-exists")
    logins, accounts = list(STAFF), []
    for person in PEOPLE:
        customer = await _customer(seeder, person)
        logins.append(Login(person.username, Role.CUSTOMER, customer.id))
        accounts += await _accounts(seeder, person, customer)
    for login in logins:
        _check(await seeder.make(_user(login), login.username), but="username-taken")
    return logins, accounts


async def _customer(seeder: Seeder, person: Person) -> Customer:
    command = CreateCustomer(
        first_name=person.first_name,
        last_name=person.last_name,
        date_of_birth=date(1990, 1, 1),
        gender=person.gender,
        email=person.email,
        phone=person.phone,
        address_line1="1 Marine Drive",
        city="Mumbai",
        state="Maharashtra",
        postal_code="400001",
    )
    made = await seeder.make(command, person.username)
    if isinstance(made, CustomerCreated):
        return made.customer
    _check(made, but="customer-exists")
    found = await seeder.find(ListCustomers(search=person.email), Customers)
    if not found.items:
        raise SeedFailed(f"{person.email} exists and cannot be found")
    return found.items[0]


async def _accounts(seeder: Seeder, person: Person, customer: Customer) -> list[Account]:
    """One account of each type he is to have, opened unless he has one."""
    present = (await seeder.find(ListAccounts(customer_id=customer.id), Accounts)).items
    accounts = []
    for account_type, deposit_minor in person.deposits_minor.items():
        # The oldest: lists are newest first, and visitors may have opened more.
        own = [account for account in present if account.account_type is account_type][-1:]
        if not own:
            command = OpenAccount(
                customer_id=customer.id,
                account_type=account_type,
                branch_code=BRANCH,
                ifsc_code=IFSC,
                initial_deposit_minor=deposit_minor,
            )
            opened = await seeder.make(command, f"{person.username}:{account_type}")
            _check(opened)
            assert isinstance(opened, AccountOpened)
            own = [opened.account]
        accounts += own
    return accounts


def _user(login: Login) -> CreateUser:
    return CreateUser(
        username=login.username,
        password=SecretStr(PASSWORD),
        role=login.role,
        customer_id=login.customer_id,
        branch_code=None if login.role is Role.CUSTOMER else BRANCH,
    )


def _check(answer: Message, *, but: str | None = None) -> None:
    """Go on unless it was refused for another reason than that it is there already."""
    if isinstance(answer, Refused) and answer.code != but:
        raise SeedFailed(f"refused: {answer.code}: {answer.detail}")


def report(logins: list[Login], accounts: list[Account]) -> Table:
    """Who can sign in, and with which accounts; passwords are all the same."""
    table = Table(title="Demo log-ins", box=None, title_justify="left")
    for heading in ("user", "password", "role", "account", "type", "opened with"):
        table.add_column(heading, justify="right" if heading == "opened with" else "left")
    deposits = {person.username: person.deposits_minor for person in PEOPLE}
    for login in logins:
        own = [account for account in accounts if account.customer_id == login.customer_id]
        table.add_row(login.username, PASSWORD, login.role.value, end_section=not own)
        for account in own:
            minor = deposits[login.username][account.account_type]
            amount = f"{Currency.INR} {format_minor(minor, Currency.INR)}"
            number, kind = account.account_number, account.account_type.value
            table.add_row("", "", "", number, kind, amount)
    return table


async def main() -> int:
    client = AskClient(SeedSettings().amqp_url, OPERATOR)
    try:
        await client.start()
        logins, accounts = await seed(Seeder(client))
    except (SeedFailed, OSError) as error:
        Console(stderr=True).print(f"The demo was not set up: {error}")
        return 1
    finally:
        await client.stop()
    Console(width=100).print(report(logins, accounts))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
