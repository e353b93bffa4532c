"""The notification handlers and the timer on a real database, under the service's own rights."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from contracts.account.accounts import Account, AccountStatusChanged
from contracts.account.books import Moved
from contracts.account.values import AccountStatus
from contracts.customer import (
    Customer,
    CustomerCreated,
    CustomerStatusChanged,
    CustomerUpdated,
)
from contracts.envelope import Subject
from contracts.notification import DeliveryState, ListNotifications, Notifications
from infra.data.database import Connection
from services.notification import handlers
from services.notification.store import NotificationStore
from tests.builders import ALICE_ID, BOB, BOB_ID, an, customer, staff
from tests.fixtures.postings import NOON, asked_by, cash_posting, heard, message_id_of, posting
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Connection]:
    async with databases.fresh(["notification"]) as database:
        connection = await asyncpg.connect(database.url("notification"))
        yield connection
        await connection.close()


@pytest.fixture(autouse=True)
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BANK_DATA", str(tmp_path))
    return tmp_path / "mailbox"


async def hear(db: Connection, *events: Moved) -> None:
    async with db.transaction():
        await handlers.on_moved(heard(*events), NotificationStore(db))


async def introduce(db: Connection, version: int = 1, **fields: Any) -> None:
    """Alice's address becomes known."""
    alice = an(Customer, id=ALICE_ID, version=version, **fields)
    store, context = NotificationStore(db), asked_by(staff())
    if version == 1:
        await handlers.on_customer_created(CustomerCreated(customer=alice), store, context)
    else:
        await handlers.on_customer_updated(CustomerUpdated(customer=alice), store, context)


async def tick(db: Connection, seconds: float = 0) -> None:
    async with db.transaction():
        moment = NOON + timedelta(seconds=seconds)
        context = asked_by(Subject(id="notification"), moment)
        await handlers.send_waiting(NotificationStore(db), context)


async def listed(db: Connection, subject: Subject | None = None, **wanted: Any) -> Notifications:
    async with db.transaction(readonly=True):
        answer = await handlers.list_notifications(
            ListNotifications(**wanted), NotificationStore(db), asked_by(subject or staff())
        )
    assert isinstance(answer, Notifications)
    return answer


async def states(db: Connection) -> list[str]:
    return [each.state for each in (await listed(db)).items]


def mails(mailbox: Path) -> dict[str, str]:
    """File names and texts."""
    files = mailbox.iterdir() if mailbox.exists() else ()
    return {file.name: file.read_text("utf-8") for file in files}


def block(mailbox: Path) -> None:
    """A file stands where the folder belongs."""
    mailbox.write_text("in the way")


def unblock(mailbox: Path) -> None:
    mailbox.unlink()


async def test_each_posting_of_a_customer_s_account_makes_one_e_mail(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db, email="alice@example.com")
    told = [posting(1, 500), posting(2, -100)]

    await hear(db, *told, cash_posting(1, -500))
    await tick(db)

    sent = mails(mailbox)
    assert set(sent) == {f"{message_id_of(event)}.eml" for event in told}
    assert all("<alice@example.com>" in text for text in sent.values())
    assert await states(db) == ["sent", "sent"]


async def test_a_posting_told_again_makes_no_second_e_mail(db: Connection, mailbox: Path) -> None:
    await introduce(db)
    await hear(db, posting(1, 500))
    await tick(db)
    under_another_id = replace(heard(posting(1, 500))[0], context=heard(posting(2, 500))[0].context)

    await hear(db, posting(1, 500))
    async with db.transaction():
        await handlers.on_moved([under_another_id], NotificationStore(db))
    await tick(db, 1)

    assert len(mails(mailbox)) == 1
    assert await states(db) == ["sent"]


async def test_another_status_of_an_account_makes_one_e_mail_that_keeps_its_reason_back(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db)
    account = an(Account, account_number=BOB, customer_id=ALICE_ID)
    event = an(
        AccountStatusChanged, account_number=BOB, customer_id=ALICE_ID, account=account,
        status=AccountStatus.FROZEN, reason="a fraud is looked into",
    )  # fmt: skip
    asked = asked_by(Subject(id="account"))

    for _ in range(2):
        await handlers.on_account_status_changed(event, NotificationStore(db), asked)
    await tick(db)

    [text] = mails(mailbox).values()
    assert "Your account XXXX0002 is frozen since 1 January 2026." in text
    assert "fraud" not in text
    assert await states(db) == ["sent"]


async def test_a_crash_between_sending_and_noting_it_makes_no_second_e_mail(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db)
    await hear(db, posting(1, 500))
    crashed = db.transaction()
    await crashed.start()
    context = asked_by(Subject(id="notification"))
    await handlers.send_waiting(NotificationStore(db), context)
    await crashed.rollback()
    sent_before = mails(mailbox)

    await tick(db, 1)

    assert mails(mailbox) == sent_before
    assert len(sent_before) == 1
    assert await states(db) == ["sent"]


async def test_an_e_mail_waits_until_an_address_is_known(db: Connection, mailbox: Path) -> None:
    await hear(db, posting(1, 500))
    await tick(db, 1)
    assert (mails(mailbox), await states(db)) == ({}, ["waiting"])

    await introduce(db)
    await tick(db, 5)
    assert await states(db) == ["waiting"]
    await tick(db, 12)

    assert await states(db) == ["sent"]
    assert (await listed(db)).items[0].attempts == 1


async def test_an_older_version_of_a_customer_does_not_bring_back_his_old_address(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db, 3, email="new@example.com")
    await introduce(db, 2, email="old@example.com")
    await introduce(db, 1, email="older@example.com")

    await hear(db, posting(1, 500))
    await tick(db)

    [text] = mails(mailbox).values()
    assert "<new@example.com>" in text


async def test_a_change_of_status_makes_a_customer_known_and_is_a_version_like_any_other(
    db: Connection, mailbox: Path
) -> None:
    alice = an(Customer, id=ALICE_ID, version=2, email="new@example.com")
    changed = CustomerStatusChanged(customer=alice, reason="she asked for it")

    await handlers.on_customer_status_changed(changed, NotificationStore(db), asked_by(staff()))
    await introduce(db, 1, email="old@example.com")
    await hear(db, posting(1, 500))
    await tick(db)

    [text] = mails(mailbox).values()
    assert "<new@example.com>" in text


async def test_an_unusable_address_fails_at_once_and_keeps_nobody_waiting(
    db: Connection, mailbox: Path
) -> None:
    await introduce(db, email="ü@example.com")
    store, context = NotificationStore(db), asked_by(staff())
    bob = an(Customer, id=BOB_ID, version=1)
    await handlers.on_customer_created(CustomerCreated(customer=bob), store, context)

    await hear(db, posting(1, 500), posting(1, 500, BOB, customer_id=BOB_ID))
    await tick(db)

    assert await states(db) == ["sent", "failed"]
    assert len(mails(mailbox)) == 1


async def test_a_failure_is_tried_again_after_its_delay(db: Connection, mailbox: Path) -> None:
    await introduce(db)
    await hear(db, posting(1, 500))
    block(mailbox)
    await tick(db)
    unblock(mailbox)

    await tick(db, 5)
    early = (await listed(db)).items[0]
    await tick(db, 11)
    late = (await listed(db)).items[0]

    assert (early.state, early.attempts) == (DeliveryState.WAITING, 1)
    assert (late.state, late.attempts) == (DeliveryState.SENT, 2)
    assert late.sent_at == NOON + timedelta(seconds=11)


async def test_one_tick_sends_a_bounded_number_the_oldest_first(
    db: Connection, mailbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "LETTERS_PER_TICK", 3)
    await introduce(db)
    async with db.transaction():
        for second in range(5):
            told = heard(posting(second + 1, 100), now=NOON + timedelta(seconds=second))
            await handlers.on_moved(told, NotificationStore(db))

    await tick(db, 10)
    assert await states(db) == ["waiting", "waiting", "sent", "sent", "sent"]
    await tick(db, 11)

    assert set(await states(db)) == {"sent"}


async def test_the_log_is_paged_newest_first_and_a_customer_sees_his_own(db: Connection) -> None:
    await hear(db, *(posting(n, n) for n in range(1, 6)))
    await hear(db, posting(1, 9, BOB, customer_id=BOB_ID))

    first = await listed(db, customer(ALICE_ID), limit=3)
    second = await listed(db, customer(ALICE_ID), limit=3, cursor=first.next_cursor)
    all_of_them = await listed(db)

    found = [*first.items, *second.items]
    assert [each.notification_id for each in found] == [
        message_id_of(posting(n, n)) for n in range(5, 0, -1)
    ]
    assert second.next_cursor is None
    assert [each.customer_id for each in all_of_them.items] == [BOB_ID] + [ALICE_ID] * 5
    assert (await listed(db, customer_id=BOB_ID)).items == all_of_them.items[:1]
    assert (await listed(db, customer(ALICE_ID), customer_id=BOB_ID)).items == ()


@pytest.mark.parametrize("statement", ["delete from deliveries", "truncate contacts"])
async def test_the_service_may_not_forget_what_it_sent(db: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(statement)
