"""Rows of the trail are found by exact words, and pages of all services make one list."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from contracts.audit import AuditRow, AuditRows, SearchAudit
from contracts.envelope import Role
from gateway.routes.audit import ORDER
from infra.data.store import Store
from infra.handling.audit import append
from infra.handling.audit_search import search_audit
from tests.builders import context, staff
from tests.fixtures.servers import Database, Databases
from tests.infra.test_audit_verify import entry

pytestmark = pytest.mark.integration

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICES = ("account", "loan")


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(SERVICES) as database:
        yield database


async def write(database: Database, service: str, second: int, *abouts: str) -> None:
    db = await asyncpg.connect(database.url(service))
    await append(db, [entry(about) for about in abouts], NOON + timedelta(seconds=second))
    await db.close()


async def found(database: Database, service: str, **words: Any) -> AuditRows:
    db = await asyncpg.connect(database.url(service))
    asked = context(staff(Role.AUDITOR), NOON)
    page = await search_audit(service, SearchAudit(**words), Store(db), asked)
    await db.close()
    return page


def objects(page: AuditRows) -> list[str | None]:
    return [row.object for row in page.items]


async def test_rows_are_found_by_exact_words_and_by_time(database: Database) -> None:
    await write(database, "account", 0, "account:1", "account:2")
    await write(database, "account", 9, "account:1")

    by_object = await found(database, "account", object="account:1")
    by_time = await found(database, "account", since=NOON, before=NOON + timedelta(seconds=9))

    assert [row.id for row in by_object.items] == [3, 1]
    assert objects(by_time) == ["account:2", "account:1"]
    assert objects(await found(database, "account", actor="somebody", limit=1)) == ["account:1"]
    for nothing in ({"actor": "some"}, {"object": "account"}, {"command": "account.make"}):
        assert objects(await found(database, "account", **nothing)) == []


async def test_pages_of_two_services_go_on_where_the_last_one_ended(database: Database) -> None:
    for second in range(3):  # both write at the same moments
        await write(database, "account", second, f"account:{second}", f"account:{second}b")
        await write(database, "loan", second, f"loan:{second}")

    shown: list[AuditRow] = []
    cursor = None
    while True:
        pages = [await found(database, each, limit=2, cursor=cursor) for each in SERVICES]
        page = ORDER.merged(pages, 2)
        shown += page.items
        cursor = page.next_cursor
        if cursor is None:
            break

    assert [row.object for row in shown] == [
        f"{name}:{second}{end}"
        for second in (2, 1, 0)
        for name, end in (("loan", ""), ("account", "b"), ("account", ""))
    ]


async def test_a_rare_command_is_found_by_an_index(database: Database) -> None:
    db = await asyncpg.connect(database.url("account"))
    rows = [entry(f"account:{number}") for number in range(20_000)]
    await append(db, [*rows, entry("account:x")._replace(command="account.rare.v1")], NOON)
    await db.close()
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("analyze account.audit")

    plan = await admin.fetchval(
        "explain (format json) select id from account.audit where command = 'account.rare.v1'"
        " order by at desc, id desc limit 26"
    )

    await admin.close()
    assert "audit_by_command" in plan
