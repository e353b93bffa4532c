"""The business day: which date is booked on, how it turns, and who may not turn it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.day import BusinessDay, BusinessDayClosed, CloseBusinessDay, GetBusinessDay
from contracts.account.movements import PostEntries
from contracts.envelope import OPERATOR, Command, Message, Query, Refused, Role, Subject
from infra.bus.ask import AskClient
from infra.data.database import Connection
from infra.deployment.definitions import load_services
from infra.runtime.clock import business_date, utc_now
from services.account.store import AccountStore
from services.account.store.days import open_day
from tests.account.examples import VAULT, an_item
from tests.builders import staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Database, Databases, Vhost
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

MANAGER = staff(Role.MANAGER)
SERVICES = ["account", "payment"]
DAY = timedelta(days=1)
SUSPENSE = "GL-SUSPENSE-INR"
KEPT = """
    select balance_minor, sequence from account.daily_balances
    join account.accounts on id = account_id where number = $1 and business_date = $2
"""
BOOKED = """
    select sum(amount_minor)::bigint, max(sequence) from account.postings
    join account.accounts on id = account_id where number = $1 and booked_on <= $2
"""


@dataclass
class Bank:
    """Two services at work, and their tables as an administrator sees them."""

    client: AskClient
    operator: AskClient
    admin: Connection

    async def ask(self, message: Command | Query, message_id: UUID | None = None) -> Message:
        answer = await self.client.ask(
            message, subject=MANAGER, message_id=message_id, wait_seconds=10
        )
        return answer.message

    async def today(self) -> date:
        day = await self.ask(GetBusinessDay())
        assert isinstance(day, BusinessDay), day
        return day.business_date

    async def close(self, day: date, message_id: UUID | None = None) -> Message:
        return await self.ask(CloseBusinessDay(business_date=day), message_id)

    async def days(self, service: str = "account") -> list[date]:
        rows = await self.admin.fetch(
            f"select business_date from {service}.business_days order by 1"  # noqa: S608
        )
        return [row["business_date"] for row in rows]

    async def has_days(self, days: list[date], service: str) -> bool:
        return await self.days(service) == days

    async def book(self) -> None:
        """One entry between two of the bank's own accounts."""
        item = an_item(f"T-{uuid4().hex}", (VAULT, -1), (SUSPENSE, 1))
        answer = await self.operator.ask(
            PostEntries(items=(item,)), subject=Subject(id=OPERATOR), wait_seconds=10
        )
        assert not isinstance(answer.message, Refused), answer.message

    async def is_kept(self, day: date) -> bool:
        """Whether the work behind this day is done."""
        done: bool | None = await self.admin.fetchval(
            "select bool_and(state = 'done') from account.job_parts where business_date = $1", day
        )
        return done is True

    async def booked_on(self, day: date) -> int:
        count: int = await self.admin.fetchval(
            "select count(*) from account.entries where booked_on = $1", day
        )
        return count


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(SERVICES) as database:
        yield database


@asynccontextmanager
async def open_bank(database: Database, vhost: Vhost) -> AsyncIterator[Bank]:
    """The bank, whose first day is open."""
    admin = await asyncpg.connect(database.admin_url)
    try:
        async with (
            all_running(load_services(SERVICES), database, vhost),
            asking(vhost) as client,
            asking(vhost, OPERATOR) as operator,
        ):
            bank = Bank(client, operator, admin)
            await until(bank.days)
            yield bank
    finally:
        await admin.close()


async def missed(database: Database, days: int) -> None:
    """As if the bank had been stopped that many days ago."""
    admin = await asyncpg.connect(database.admin_url)
    try:
        await admin.execute(
            "insert into account.business_days values ($1, $2)",
            business_date(utc_now()) - days * DAY,
            utc_now() - days * DAY,
        )
    finally:
        await admin.close()


async def test_the_first_day_is_the_calendars_and_payments_hear_of_it(
    database: Database, vhost: Vhost
) -> None:
    async with open_bank(database, vhost) as bank:
        assert await bank.days() == [business_date(utc_now())]
        assert await bank.today() == business_date(utc_now())
        await until(lambda: bank.has_days([business_date(utc_now())], "payment"))


async def test_days_that_were_missed_are_turned_one_after_the_other(
    database: Database, vhost: Vhost
) -> None:
    await missed(database, 3)
    today = business_date(utc_now())
    days = [today - 3 * DAY, today - 2 * DAY, today - DAY, today]

    async with open_bank(database, vhost) as bank:
        await until(lambda: bank.has_days(days, "account"))
        await until(lambda: bank.has_days(days[1:], "payment"))
        assert await bank.today() == today
        still_open = "select business_date from account.business_days where closed_at is null"
        assert await bank.admin.fetchval(still_open) == today


async def test_after_a_close_by_hand_entries_bear_the_next_date(
    database: Database, vhost: Vhost
) -> None:
    async with open_bank(database, vhost) as bank:
        today = await bank.today()
        await bank.book()

        closed = await bank.close(today)
        await bank.book()

        assert isinstance(closed, BusinessDayClosed)
        assert (closed.business_date, closed.next_business_date) == (today, today + DAY)
        assert await bank.today() == today + DAY
        assert [await bank.booked_on(day) for day in (today, today + DAY)] == [1, 1]
        await until(lambda: bank.has_days([today, today + DAY], "payment"))


async def test_a_close_that_names_another_than_the_open_day_changes_nothing(
    database: Database, vhost: Vhost
) -> None:
    async with open_bank(database, vhost) as bank:
        today = await bank.today()
        message_id = uuid4()
        assert isinstance(await bank.close(today, message_id), BusinessDayClosed)
        tries = {
            today: "day-already-closed",
            today - DAY: "day-not-open",
            today + 2 * DAY: "day-not-open",
            today + DAY: "day-not-begun",
        }

        refused = [await bank.close(day) for day in tries]
        repeated = await bank.close(today, message_id)

        assert [isinstance(each, Refused) and each.code for each in refused] == list(tries.values())
        assert isinstance(repeated, BusinessDayClosed)
        assert await bank.days() == [today, today + DAY]


async def test_of_many_closes_at_once_one_succeeds_and_nothing_is_booked_afterwards(
    database: Database, vhost: Vhost
) -> None:
    async with open_bank(database, vhost) as bank:
        today = await bank.today()

        async with asyncio.TaskGroup() as group:
            closing = [group.create_task(bank.close(today)) for _ in range(5)]
            for _ in range(100):
                group.create_task(bank.book())
        before = await bank.booked_on(today)
        await asyncio.gather(*[bank.book() for _ in range(20)])

        assert (
            sum(isinstance(each, BusinessDayClosed) for each in [task.result() for task in closing])
            == 1
        )
        assert await bank.days() == [today, today + DAY]
        assert await bank.booked_on(today) == before
        assert await bank.booked_on(today) + await bank.booked_on(today + DAY) == 120


async def test_every_posting_lands_in_the_balance_of_exactly_one_day(
    database: Database, vhost: Vhost
) -> None:
    async with open_bank(database, vhost) as bank:
        today = await bank.today()
        await bank.book()  # bulk work lets the close go first

        async with asyncio.TaskGroup() as group:
            for number in range(99):
                group.create_task(bank.book())
                if number == 50:
                    closing = group.create_task(bank.close(today))
        assert isinstance(closing.result(), BusinessDayClosed)
        await until(lambda: bank.is_kept(today))

        kept = await bank.admin.fetchrow(KEPT, VAULT, today)
        booked = await bank.admin.fetchrow(BOOKED, VAULT, today)
        assert kept == booked
        assert await bank.booked_on(today) + await bank.booked_on(today + DAY) == 100


async def test_a_close_waits_for_what_was_begun_and_what_comes_then_waits_for_the_close(
    database: Database,
) -> None:
    await missed(database, 0)
    now, today = utc_now(), business_date(utc_now())
    early, closer, late, reader = [await asyncpg.connect(database.url("account")) for _ in range(4)]
    try:
        begun = early.transaction()
        await begun.start()
        assert await open_day(early, now) == today
        async with closer.transaction():
            store = AccountStore(closer)
            holding = asyncio.create_task(store.hold_the_day())
            assert not (await asyncio.wait([holding], timeout=0.3))[0]
            await begun.commit()
            await holding
            await store.end_day(today, now)
            await store.begin_day(today + DAY, now)
            async with reader.transaction(readonly=True):
                assert await open_day(reader, now) == today
            waiting = asyncio.create_task(open_day(late, now))
            assert not (await asyncio.wait([waiting], timeout=0.3))[0]
        assert await waiting == today + DAY
    finally:
        for connection in (early, closer, late, reader):
            await connection.close()
