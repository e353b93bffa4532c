"""The newest code on the tables of a bank that released code has made: everything is found again.

`<version>.sql.gz` is `pg_dump --inserts` (without its backslash lines) of a bank that ran that
version, in which every process had the secret of the tests (`5e` 32 times, written into
`secrets.json` before the first start). To add the next one: check the version out, start it in such
a home, make the same customer, accounts, entries, hold and payments, and dump it.
"""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from contracts.account import Balance, GetBalance
from contracts.auth import LoggedIn, LogIn
from contracts.customer import Customer, GetCustomer
from contracts.envelope import Command, Message, Query, Role
from contracts.payment import GetPayment, Payment
from contracts.topology import SERVICES
from infra.ask import AskClient
from infra.definitions import load_services
from infra.migrations import migrate
from infra.provisioning import on_database, provision
from tests.builders import staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import PASSWORD, Database, Databases, Vhosts

pytestmark = pytest.mark.integration

HOMES = sorted(Path(__file__).parent.glob("*.sql.gz"))
ASKED = ("auth", "customer", "account", "payment")


@pytest.fixture(params=HOMES, ids=lambda path: path.name.removesuffix(".sql.gz"))
async def home(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Database]:
    """The released bank's tables, brought to the newest revisions."""
    name = f"home_{token_hex(6)}"
    url, passwords = on_database(databases.server_url, name), dict.fromkeys(SERVICES, PASSWORD)
    await provision(databases.server_url, passwords, name)
    drops = "; ".join(f"drop schema {service}" for service in SERVICES)
    await _execute(url, f"{drops}; {gzip.decompress(request.param.read_bytes()).decode()}")
    await provision(databases.server_url, passwords, name)
    await migrate(url)
    yield Database(url)
    await _execute(databases.server_url, f"drop database {name} with (force)")


async def test_a_released_home_is_found_whole(home: Database, vhosts: Vhosts) -> None:
    db = await asyncpg.connect(home.admin_url)
    payments = await db.fetch("select payment_id from payment.payments")
    sessions = await db.fetchval("select count(*) from auth.sessions where revoked_at is null")
    await db.close()
    services = load_services(ASKED)
    async with (
        vhosts.fresh() as vhost,
        all_running(services, home, vhost),
        asking(vhost) as client,
    ):
        balance = await _ask(client, GetBalance(account_number="AC-20261126-000004"))
        customer = await _ask(client, GetCustomer(id=3))
        states = [await _state(client, row["payment_id"]) for row in payments]
        session = await _ask(client, LogIn(username="admin", password=SecretStr("password")))

    assert isinstance(balance, Balance)
    assert (balance.balance_minor, balance.held_minor) == (950_00, 100_00)
    assert isinstance(customer, Customer)
    assert customer.pan is not None  # sealed then, opened now
    assert customer.pan.endswith("234F")
    assert sorted(states) == ["completed", "failed"]
    assert isinstance(session, LoggedIn)
    assert sessions == 1


async def _state(client: AskClient, payment_id: UUID) -> str:
    payment = await _ask(client, GetPayment(payment_id=payment_id))
    assert isinstance(payment, Payment)
    return payment.state.value


async def _ask(client: AskClient, message: Command | Query) -> Message:
    reply = await client.ask(
        message, subject=staff(Role.MANAGER), message_id=uuid4(), wait_seconds=10.0
    )
    return reply.message


async def _execute(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(script)
    await connection.close()
