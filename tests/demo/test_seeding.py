"""The demo is set up once, exactly, and goes on where it was cut off, however long ago that was."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from rich.console import Console
from rich.table import Table

from contracts.account.accounts import OpenAccount
from contracts.account.values import AccountType
from contracts.customer import CreateCustomer
from contracts.envelope import Command, Message, Subject
from demo.seed.asking import Seeder, SeedFailed
from demo.seed.marking import SeedSettings, remember, seeded_once
from demo.seed.people import BRANCH, PASSWORD, PEOPLE
from demo.seed.report import report
from demo.seed.seeding import Demo, seed
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Database, Databases, Vhosts

pytestmark = pytest.mark.integration

SERVICES = ("auth", "customer", "account", "loan")
COMMANDS = 1 + 2 + 1 + 2 + 3 + 6  # branch, products, loan products, customers, accounts, users
OPERATOR = Subject(id="operator")


@dataclass
class World:
    """An empty bank, asked by the operator."""

    client: AskClient
    database: Database

    async def seed(self) -> Demo:
        return await seed(Seeder(self.client))

    async def forget_outcomes(self) -> None:
        """As two weeks later: a command that comes again is new to everybody."""
        await self._run(*(f"truncate {name}.inbox" for name in SERVICES))

    async def count(self, table: str) -> int:
        db = await asyncpg.connect(self.database.admin_url)
        found = await db.fetchval(f"select count(*) from {table}")  # noqa: S608
        await db.close()
        return int(found)

    async def do(self, command: Command) -> Message:
        reply = await self.client.ask(
            command, subject=OPERATOR, message_id=uuid4(), wait_seconds=10.0
        )
        return reply.message

    async def _run(self, *statements: str) -> None:
        db = await asyncpg.connect(self.database.admin_url)
        await db.execute("; ".join(statements))
        await db.close()


class CutOff(Seeder):
    """One that is killed after so many commands."""

    def __init__(self, client: AskClient, after: int) -> None:
        super().__init__(client)
        self._left = after

    async def make(self, command: Command, what: str) -> Message:
        if not self._left:
            raise SeedFailed("killed")
        self._left -= 1
        return await super().make(command, what)


@pytest.fixture
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    services = load_services(SERVICES)
    async with (
        databases.fresh(SERVICES) as database,
        vhosts.fresh(services) as vhost,
        all_running(services, database, vhost),
        asking(vhost, "operator") as operator,
    ):
        yield World(operator, database)


async def test_two_weeks_later_visitors_with_like_addresses_and_many_accounts_confuse_nothing(
    world: World,
) -> None:
    first = await world.seed()
    alice = next(login for login in first.logins if login.username == "alice")
    assert alice.customer_id is not None
    for number in range(26):
        await world.do(_visitor(number))
        await world.do(_savings(alice.customer_id))
    await world.forget_outcomes()

    second = await world.seed()

    assert second.logins == first.logins
    assert _numbers(second) == _numbers(first)


async def test_a_seeding_that_is_cut_off_anywhere_goes_on_where_it_was(world: World) -> None:
    for after in range(COMMANDS):
        with suppress(SeedFailed):
            await seed(CutOff(world.client, after))
        await world.forget_outcomes()

    demo = await world.seed()

    assert len(demo.accounts) == sum(len(person.deposits_minor) for person in PEOPLE)
    assert await world.count("customer.customers") == len(PEOPLE)
    assert await world.count("account.accounts where customer_id is not null") == 3
    assert await world.count("auth.users") == len(demo.logins) == 6


async def test_what_was_set_up_once_is_not_asked_for_again(world: World, tmp_path: Path) -> None:
    demo = await world.seed()
    remember(tmp_path / "seeded.json", demo)

    settings = SeedSettings(amqp_url="amqp://nobody@127.0.0.1:1/", data=tmp_path)
    assert await seeded_once(settings) == (demo, False)


async def test_passwords_are_shown_only_when_all_log_ins_are_new(world: World) -> None:
    first, second = Seeder(world.client), Seeder(world.client)

    demo = await seed(first)
    await seed(second)

    assert (first.has_met_users, second.has_met_users) == (False, True)
    assert PASSWORD in _shown(report(demo, is_new=True))
    assert f" {PASSWORD} " not in _shown(report(demo, is_new=False))


async def test_a_customer_who_has_a_demo_phone_is_named_as_the_reason(world: World) -> None:
    phone = PEOPLE[0].phone
    await world.do(_visitor(1).model_copy(update={"phone": phone}))

    with pytest.raises(SeedFailed, match="somebody else has the phone number of alice@example"):
        await world.seed()


def _shown(table: Table) -> str:
    """The rows alone, without title and headings."""
    console = Console(width=100, record=True, file=StringIO())
    console.print(table)
    return "\n".join(console.export_text().splitlines()[2:])


def _numbers(demo: Demo) -> list[str]:
    return [account.account_number for account in demo.accounts]


def _visitor(number: int) -> CreateCustomer:
    """Whoever searches for alice@example.com finds this one too, and first."""
    return CreateCustomer.model_validate(
        {
            "first_name": "Alice", "last_name": "Visitor", "date_of_birth": "1990-01-01",
            "gender": "FEMALE", "email": f"alice@example.company{number}.in",
            "phone": f"+9197000000{number:02}", "address_line1": "1 Test Road", "city": "Mumbai",
            "state": "Maharashtra", "postal_code": "400001",
        }
    )  # fmt: skip


def _savings(customer_id: int) -> OpenAccount:
    return OpenAccount(
        customer_id=customer_id, account_type=AccountType.SAVINGS, branch_code=BRANCH,
    )  # fmt: skip
