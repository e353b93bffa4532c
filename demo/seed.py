"""The demo's branch, products, people and accounts: `python -m demo.seed`, as often as you like.

Everything is done by ordinary commands over the bus. Their message ids are fixed, so that a command
that was handled is only answered again; and what is there already is looked up and not made twice,
however long ago that was. When all is there, a mark in the seed's own folder says so, and from then
on nothing is asked any more; a seeding that was cut off has no mark and goes on where it was.
"""

import asyncio
import sys
import time
from datetime import date
from pathlib import Path
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from rich.table import Table

from contracts.account import (
    Account,
    AccountOpened,
    Accounts,
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
    CustomerStatus,
    ListCustomers,
)
from contracts.envelope import OPERATOR, Command, Kind, Message, Query, Refused, Role, Subject
from contracts.money import Currency, format_minor
from demo.people import BRANCH, IFSC, PASSWORD, PEOPLE, PRODUCTS, STAFF, Login, Person
from infra.ask import AskClient, NoAnswer, Unavailable

ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 90.0  # the services may still be starting
PAGE = 200
DEMO = uuid5(NAMESPACE_URL, "bank-demo")

M = TypeVar("M", bound=Message)


class SeedSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # as the broker user `operator`
    data: Path | None = None  # the folder for the mark; None: look at everything each time


class SeedFailed(Exception):
    """The demo could not be set up; the text says why."""


class Demo(BaseModel, frozen=True):
    """What the demo has in this bank; as JSON, the mark of a seeding that was finished."""

    logins: tuple[Login, ...]
    accounts: tuple[Account, ...]


class Seeder:
    """Asks on behalf of the operator, patiently."""

    def __init__(self, client: AskClient) -> None:
        self._client = client
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS
        self.has_met_users = False  # who may have passwords of their own by now

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


async def seed(seeder: Seeder) -> Demo:
    """Set up the demo, or what is missing of it."""
    branch = CreateBranch(code=BRANCH, name="Main branch", city="Mumbai", ifsc_code=IFSC)
    _check(await seeder.make(branch, BRANCH), but="branch-exists")
    for account_type, name in PRODUCTS.items():
        product = CreateProduct(code=account_type.value, name=name, account_type=account_type)
        _check(await seeder.make(product, account_type), but="product-exists")
    logins, accounts = list(STAFF), []
    for person in PEOPLE:
        customer = await _customer(seeder, person)
        username, role = person.username, Role.CUSTOMER
        logins.append(Login(username=username, role=role, customer_id=customer.id))
        accounts += await _accounts(seeder, person, customer)
    for login in logins:
        answer = await seeder.make(_user(login), login.username)
        _check(answer, but="username-taken")
        seeder.has_met_users |= isinstance(answer, Refused)
    return Demo(logins=tuple(logins), accounts=tuple(accounts))


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
    found = await _customer_of(seeder, person.email)
    if found is None:
        raise SeedFailed(f"somebody else has the phone number of {person.email}")
    return found


async def _customer_of(seeder: Seeder, email: str) -> Customer | None:
    """Who has exactly this address; a search finds all whose words begin like it."""
    query = ListCustomers(search=email, limit=PAGE)
    while True:
        page = await seeder.find(query, Customers)
        for customer in page.items:
            if customer.email.lower() == email and customer.status is not CustomerStatus.CLOSED:
                return customer
        if page.next_cursor is None:
            return None
        query = query.model_copy(update={"cursor": page.next_cursor})


async def _accounts(seeder: Seeder, person: Person, customer: Customer) -> list[Account]:
    """One account of each type he is to have, opened unless he has one."""
    present = await _accounts_of(seeder, customer.id)
    accounts = []
    for account_type, deposit_minor in person.deposits_minor.items():
        # The oldest: lists are newest first, and visitors may have opened more.
        own = [account for account in present if account.account_type is account_type][-1:]
        if not own:
            command = OpenAccount(
                customer_id=customer.id,
                account_type=account_type,
                branch_code=BRANCH,
                initial_deposit_minor=deposit_minor,
            )
            opened = await seeder.make(command, f"{person.username}:{account_type}")
            _check(opened)
            assert isinstance(opened, AccountOpened)
            own = [opened.account]
        accounts += own
    return accounts


async def _accounts_of(seeder: Seeder, customer_id: int) -> list[Account]:
    """All that he has, newest first."""
    query, found = ListAccounts(customer_id=customer_id, limit=PAGE), list[Account]()
    while True:
        page = await seeder.find(query, Accounts)
        found += page.items
        if page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})


def _user(login: Login) -> CreateUser:
    return CreateUser(
        username=login.username,
        password=SecretStr(PASSWORD),
        role=login.role,
        customer_id=login.customer_id,
        branch_code=None if login.role is Role.CUSTOMER else BRANCH,
        is_demo=True,
    )


def _check(answer: Message, *, but: str | None = None) -> None:
    """Go on unless it was refused for another reason than that it is there already."""
    if isinstance(answer, Refused) and answer.code != but:
        raise SeedFailed(f"refused: {answer.code}: {answer.detail}")


def report(demo: Demo, *, is_new: bool) -> Table:
    """Who can sign in, and with which accounts. The passwords are shown once: whoever has changed
    his since knows it himself."""
    title = "Demo log-ins" if is_new else f"Demo log-ins (password at first: {PASSWORD})"
    table = Table(title=title, box=None, title_justify="left")
    for heading in ("user", "password", "role", "account", "type", "opened with"):
        table.add_column(heading, justify="right" if heading == "opened with" else "left")
    deposits = {person.username: person.deposits_minor for person in PEOPLE}
    password = PASSWORD if is_new else ""
    for login in demo.logins:
        own = [account for account in demo.accounts if account.customer_id == login.customer_id]
        table.add_row(login.username, password, login.role.value, end_section=not own)
        for account in own:
            minor = deposits[login.username][account.account_type]
            amount = f"{Currency.INR} {format_minor(minor, Currency.INR)}"
            number, kind = account.account_number, account.account_type.value
            table.add_row("", "", "", number, kind, amount)
    return table


def remembered(mark: Path) -> Demo | None:
    """The demo that was set up in this bank; None: not yet, or not to the end."""
    try:
        return Demo.model_validate_json(mark.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def remember(mark: Path, demo: Demo) -> None:
    unfinished = mark.with_suffix(".unfinished")
    unfinished.write_text(demo.model_dump_json(indent=1))
    unfinished.rename(mark)


async def seeded_once(settings: SeedSettings) -> tuple[Demo, bool]:
    """The demo, and whether all its log-ins were made only now.

    Raises:
        SeedFailed, OSError: it was not set up, or not to the end.
    """
    mark = settings.data / "seeded.json" if settings.data else None
    known = remembered(mark) if mark else None
    if known is not None:
        return known, False
    client = AskClient(settings.amqp_url, OPERATOR)
    try:
        await client.start()
        seeder = Seeder(client)
        demo = await seed(seeder)
    finally:
        await client.stop()
    if mark:
        remember(mark, demo)
    return demo, not seeder.has_met_users


async def main() -> int:
    try:
        demo, is_new = await seeded_once(SeedSettings())
    except (SeedFailed, OSError) as error:
        print(f"the demo was not set up: {error}", file=sys.stderr)  # noqa: T201
        return 1
    Console(width=100).print(report(demo, is_new=is_new))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
