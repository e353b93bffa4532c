"""The notification service at work: events from the broker become files in the mailbox."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.customer import Customer, CustomerCreated
from contracts.notification import DeliveryState, ListNotifications, Notifications
from infra.bus.ask import AskClient
from services.notification.handlers import service
from tests.builders import ALICE_ID, an, customer
from tests.fixtures.postings import cash_posting, message_id_of, posting, tell
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BANK_DATA", str(tmp_path))
    return tmp_path / "mailbox"


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(["notification"]) as database:
        yield database


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh([service]) as vhost:
        yield vhost


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def all_sent(client: AskClient, count: int) -> Notifications:
    """Alice's notifications, as soon as `count` of them are sent."""

    async def told() -> Notifications | None:
        reply = await client.ask(ListNotifications(limit=200), subject=customer(), wait_seconds=5)
        assert isinstance(reply.message, Notifications)
        sent = [each for each in reply.message.items if each.state is DeliveryState.SENT]
        return reply.message if len(sent) >= count else None

    return await until(told, 60)


async def test_there_is_one_e_mail_per_event_whatever_is_told_again(
    mailbox: Path, database: Database, vhost: Vhost
) -> None:
    account, told = vhost.url("account"), [posting(n, (-1) ** n * 100) for n in range(1, 31)]
    alice = CustomerCreated(customer=an(Customer, id=ALICE_ID, version=1))
    async with running(service, database, vhost), asking(vhost) as client:
        await tell(account, *told, cash_posting(1, -5))
        await tell(vhost.url("customer"), alice, owner="customer")
        await tell(account, *told, *told)
        await tell(account, *told, ids=[uuid4() for _ in told])
        found = await all_sent(client, 30)
    async with running(service, database, vhost), asking(vhost) as client:
        await tell(account, *told)
        await tell(account, last := posting(31, 5))
        await all_sent(client, 31)

    assert len(found.items) == 30
    assert names_in(mailbox) == sorted(f"{message_id_of(each)}.eml" for each in [*told, last])
