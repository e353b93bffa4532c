"""Products of before had terms and no versions: theirs is the first, and that of their accounts."""

from collections.abc import AsyncIterator
from datetime import date
from secrets import token_hex

import asyncpg
import orjson
import pytest

from infra.data.database import Connection
from infra.deployment.migrations import render
from infra.deployment.provisioning import on_database, provision
from tests.fixtures.servers import PASSWORD, Databases

pytestmark = pytest.mark.integration

PRODUCTS = """
insert into branches values ('BR001', 'Main', 'Mumbai', 'BANK0000001');
insert into products (code, name, account_type, currency, overdraft_limit_minor, daily_limit_minor,
    online_daily_limit_minor)
values ('PLAIN', 'Plain', 'CURRENT', 'INR', 0, null, null),
    ('LIMITED', 'Limited', 'SAVINGS', 'USD', 500, 7000, 3000);
"""
ACCOUNT = """
insert into accounts (uuid, requested_by, number, customer_id, gl_code, product_code, account_type,
    currency, branch_code, opened_at)
values (gen_random_uuid(), gen_random_uuid(), $1, 1, 'SAVINGS', $1, 'SAVINGS', 'INR', 'BR001',
    '2025-12-31T20:00:00Z')
"""
FIRST_VERSIONS = """
select * from account.terms where what in (select code from account.products) order by what
"""


@pytest.fixture
async def before(databases: Databases) -> AsyncIterator[Connection]:
    """The account service's tables as they were."""
    name = f"products_{token_hex(6)}"
    await provision(databases.server_url, {"account": PASSWORD}, name)
    db = await asyncpg.connect(on_database(databases.server_url, name))
    await db.execute(render("account", None, "0014"))
    await db.execute("set search_path to account")
    await db.execute(PRODUCTS)
    yield db
    await db.close()
    admin = await asyncpg.connect(databases.server_url)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def test_a_product_keeps_its_terms_as_its_first_version(before: Connection) -> None:
    await before.execute(ACCOUNT, "LIMITED")

    await before.execute(render("account", "0014", "0015"))

    rows = await before.fetch(FIRST_VERSIONS)
    limited, plain = rows
    assert [(row["what"], row["version"]) for row in rows] == [("LIMITED", 1), ("PLAIN", 1)]
    assert limited["valid_from"] == date(2026, 1, 1)  # in India, when its first account was opened
    assert plain["valid_from"] <= date.today()  # noqa: DTZ011
    assert orjson.loads(limited["terms"]) == {
        "ledger_line": "SAVINGS",
        "overdraft_limit_minor": 500,
        "transaction_limit_minor": None,
        "daily_limit_minor": 7000,
        "channel_daily_limits_minor": {"ONLINE": 3000},
    }
    assert orjson.loads(plain["terms"])["channel_daily_limits_minor"] == {}
    assert orjson.loads(plain["terms"])["ledger_line"] == "CURRENT"


async def test_accounts_have_the_first_version_and_its_limits(before: Connection) -> None:
    for code in ("PLAIN", "LIMITED"):
        await before.execute(ACCOUNT, code)

    await before.execute(render("account", "0014", "0015"))

    rows = await before.fetch(
        "select product_code, product_version, is_limited from account.accounts"
        " where customer_id is not null order by number"
    )
    assert [tuple(row) for row in rows] == [("LIMITED", 1, True), ("PLAIN", 1, False)]
    own = "select count(*) from account.accounts where customer_id is null and is_limited"
    assert await before.fetchval(own) == 0


async def test_a_bank_without_products_stays_without(before: Connection) -> None:
    await before.execute("delete from products")

    await before.execute(render("account", "0014", "0015"))

    assert await before.fetch(FIRST_VERSIONS) == []
