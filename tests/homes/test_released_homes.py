"""The newest code on the tables of a bank that released code has made: everything is found again.

`<version>.sql.gz` is `pg_dump --inserts` (without its backslash lines) of a bank that ran that
version, in which every process had the secret of the tests (`5e` 32 times, written into
`secrets.json` before the first start). To add the next one: check the version out, start it in such
a home, make the same customer, accounts, entries, hold and payments, and dump it.
"""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from contracts.account.accounts import Balance, GetBalance
from contracts.account.products import Branches, ListBranches
from contracts.auth import LoggedIn, LogIn
from contracts.customer import Customer, GetCustomer
from contracts.envelope import Command, Message, Query, Role
from contracts.money import Currency
from contracts.payment.payments import GetPayment, Payment
from contracts.sagas import GetSaga, SagaDetails, SagaState
from contracts.topology import SERVICES
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from infra.deployment.migrations import migrate
from infra.deployment.provisioning import on_database, provision
from tests.builders import staff
from tests.fixtures.ledger_laws import ALWAYS
from tests.fixtures.processes import all_running, asking, running
from tests.fixtures.servers import PASSWORD, Database, Databases, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

HOMES = sorted(Path(__file__).parent.glob("*.sql.gz"))
ASKED = ("auth", "customer", "account", "payment")

MONEY = """
    select number, posted_minor, held_minor, customer_id is not null as is_customers
    from account.accounts join account.balances on account_id = id
    order by number
"""
KEPT = """
    select account_id, business_date, balance_minor, sequence from account.daily_balances
    order by 1, 2
"""
FOLD = """
    select distinct on (account_id, booked_on) account_id, booked_on,
        sum(amount_minor) over (partition by account_id order by sequence)::bigint, sequence
    from account.postings order by account_id, booked_on, sequence desc
"""
TOTALLED = "select distinct business_date from account.line_totals order by 1"
BOOKED = "select distinct booked_on from account.postings order by 1"
# As if the bank had been stopped for long.
DAYS_AGO = """
    set session_replication_role = replica;
    update account.postings set booked_on = booked_on - 40, value_date = value_date - 40;
    update account.accounts set opened_at = opened_at - interval '40 days';
"""
CAUGHT_UP = """
    select (select business_date from account.business_days where closed_at is null),
        (select min(newest) from (
            select max(business_date) as newest from account.job_parts group by job) of_each_job),
        count(distinct job), count(*) filter (where state <> 'done')
    from account.job_parts
"""
SESSIONS = """
    select s.*, t.token_digest, t.issued_at, t.expires_at as ends_at, t.used_by
    from auth.sessions s left join auth.refresh_tokens t using (session_id)
    order by s.session_id, t.token_digest
"""


# The saga of the completed payment as it stood before it heard that its hold was captured; what the
# account service has answered is remembered for some days more.
INTERRUPTED = """
    update payment.saga_steps set state = 'waiting', ended_at = null
    where at = 2 and saga_id in (select saga_id from payment.sagas where phase = 'completed');
    update payment.sagas
    set phase = 'forward', awaits = 'answer', deadline = now() - interval '1 hour'
    where phase = 'completed';
    delete from payment.inbox where type = 'account.hold-captured.v1';
    update account.inbox set handled_at = now();
"""


@dataclass
class Home:
    """A released bank's tables after they were brought to the newest revisions."""

    database: Database
    money: list[asyncpg.Record]  # before that
    sessions: list[asyncpg.Record]  # before that


@asynccontextmanager
async def restored(path: Path, databases: Databases, before: str = "") -> AsyncIterator[Home]:
    """A released bank in a database of its own; `before` is done to its tables as they were."""
    name = f"home_{token_hex(6)}"
    url, passwords = on_database(databases.server_url, name), dict.fromkeys(SERVICES, PASSWORD)
    await provision(databases.server_url, passwords, name)
    drops = "; ".join(f"drop schema {service}" for service in SERVICES)
    dump = gzip.decompress(path.read_bytes()).decode()
    await _execute(url, f"{drops}; {dump}\n{before}")
    money, sessions = await _found(url, MONEY), await _found(url, SESSIONS)
    await provision(databases.server_url, passwords, name)
    await migrate(url)
    yield Home(Database(url), money, sessions)
    await _execute(databases.server_url, f"drop database {name} with (force)")


@pytest.fixture(params=HOMES, ids=lambda path: path.name.removesuffix(".sql.gz"))
async def home(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Home]:
    """Each released bank as it was left."""
    async with restored(request.param, databases) as home:
        yield home


@pytest.fixture(params=HOMES, ids=lambda path: path.name.removesuffix(".sql.gz"))
async def interrupted(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[Home]:
    """Each released bank, stopped while the answer to a capture was on its way."""
    async with restored(request.param, databases, INTERRUPTED) as home:
        yield home


async def test_a_released_home_keeps_every_balance_and_session(home: Home) -> None:
    url = home.database.admin_url

    numbers = {row["number"] for row in home.money}
    found = await _found(url, MONEY)
    assert [row for row in found if row["number"] in numbers] == home.money
    assert not any(row["posted_minor"] for row in found if row["number"] not in numbers)
    assert await _found(url, SESSIONS) == home.sessions
    assert home.sessions
    for fault, question in ALWAYS.items():
        assert await _found(url, question) == [], fault


async def test_a_released_home_can_take_fees_and_tax_in_every_currency(home: Home) -> None:
    found = {row["number"] for row in await _found(home.database.admin_url, MONEY)}

    for line in ("FEE-INCOME", "GST-PAYABLE"):
        assert {f"GL-{line}-{currency}" for currency in Currency} <= found


async def test_a_released_home_is_answered_from_as_before(home: Home, vhosts: Vhosts) -> None:
    payments = await _found(home.database.admin_url, "select payment_id from payment.payments")
    accounts = [row for row in home.money if row["is_customers"]]
    services = load_services(ASKED)
    async with (
        vhosts.fresh() as vhost,
        all_running(services, home.database, vhost),
        asking(vhost) as client,
    ):
        balances = [await _money(client, row["number"]) for row in accounts]
        customer = await _ask(client, GetCustomer(id=3))
        paid = [await _payment(client, row["payment_id"]) for row in payments]
        branches = await _ask(client, ListBranches())
        session = await _ask(client, LogIn(username="admin", password=SecretStr("password")))

    assert balances == [(row["posted_minor"], row["held_minor"]) for row in accounts]
    assert (950_00, 100_00) in balances
    assert isinstance(customer, Customer)
    assert customer.pan is not None  # sealed then, opened now
    assert customer.pan.endswith("234F")
    assert sorted(each.state for each in paid) == ["completed", "failed"]
    assert {(each.fee_minor, each.gst_minor) for each in paid} == {(0, 0)}
    assert isinstance(session, LoggedIn)
    assert isinstance(branches, Branches)
    assert [(each.code, each.ifsc_code) for each in branches.items] == [("BR001", "BANK0000001")]


async def test_a_released_home_catches_up_the_ends_of_its_days(home: Home, vhosts: Vhosts) -> None:
    [account] = load_services(["account"])
    url = home.database.admin_url
    await _execute(url, DAYS_AGO)

    async with vhosts.fresh() as vhost, running(account, home.database, vhost):
        await until(lambda: _is_caught_up(url))

    assert await _found(url, "select from account.job_faults") == []
    assert await _found(url, KEPT) == await _found(url, FOLD) != []
    assert await _found(url, TOTALLED) == await _found(url, BOOKED) != []
    for fault in ALWAYS:
        if "totals" in fault:
            assert await _found(url, ALWAYS[fault]) == [], fault


async def _is_caught_up(url: str) -> bool:
    """Every date before the open day is done."""
    [[open_day, newest, jobs, undone]] = await _found(url, CAUGHT_UP)
    is_planned = jobs == 2 and newest == open_day - timedelta(days=1)
    return is_planned and not undone


async def test_a_saga_of_a_released_home_that_was_under_way_is_continued(
    interrupted: Home, vhosts: Vhosts
) -> None:
    url = interrupted.database.admin_url
    [row] = await _found(url, "select saga_id from payment.sagas where phase = 'forward'")
    services = load_services(("account", "payment"))
    async with (
        vhosts.fresh() as vhost,
        all_running(services, interrupted.database, vhost),
        asking(vhost) as client,
    ):

        async def is_completed() -> bool:
            return await _state(client, row["saga_id"]) == "completed"

        await until(is_completed, what="the end of the payment")
        reply = await client.ask(
            GetSaga(saga_id=row["saga_id"]), subject=staff(Role.AUDITOR), wait_seconds=10.0,
            owner="payment",
        )  # fmt: skip

    assert isinstance(reply.message, SagaDetails)
    assert (reply.message.state, reply.message.version) == (SagaState.COMPLETED, 1)
    assert [step.state for step in reply.message.steps] == ["done"] * 3
    numbers = {each["number"] for each in interrupted.money}
    found = await _found(url, MONEY)
    assert [each for each in found if each["number"] in numbers] == interrupted.money


async def _money(client: AskClient, account_number: str) -> tuple[int, int]:
    balance = await _ask(client, GetBalance(account_number=account_number))
    assert isinstance(balance, Balance)
    return balance.balance_minor, balance.held_minor


async def _state(client: AskClient, payment_id: UUID) -> str:
    return (await _payment(client, payment_id)).state.value


async def _payment(client: AskClient, payment_id: UUID) -> Payment:
    payment = await _ask(client, GetPayment(payment_id=payment_id))
    assert isinstance(payment, Payment)
    return payment


async def _ask(client: AskClient, message: Command | Query) -> Message:
    reply = await client.ask(
        message, subject=staff(Role.MANAGER), message_id=uuid4(), wait_seconds=10.0
    )
    return reply.message


async def _execute(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(script)
    await connection.close()


async def _found(url: str, question: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(question)
    await connection.close()
    return list(rows)
