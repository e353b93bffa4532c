"""Banks of before, whose accounts bore each an IFSC of its own: now the branch has one."""

from collections.abc import AsyncIterator
from secrets import token_hex

import asyncpg
import pytest

from infra.data.database import Connection
from infra.deployment.migrations import render
from infra.deployment.provisioning import on_database, provision
from tests.fixtures.servers import PASSWORD, Databases

pytestmark = pytest.mark.integration

BRANCHES = "insert into branches values ($1, $1, 'Mumbai')"
ACCOUNT = """
insert into accounts (uuid, requested_by, number, customer_id, gl_code, product_code, account_type,
    currency, branch_code, ifsc_code, opened_at)
values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid()::text, 1, 'SAVINGS', 'SAVINGS',
    'SAVINGS', 'INR', $1, $2, now())
"""
PRODUCT = """
insert into products (code, name, account_type, currency, overdraft_limit_minor)
values ('SAVINGS', 'Savings', 'SAVINGS', 'INR', 0)
"""


@pytest.fixture
async def before(databases: Databases) -> AsyncIterator[Connection]:
    """The account service's tables as they were, with a product and nothing else."""
    name = f"branches_{token_hex(6)}"
    await provision(databases.server_url, {"account": PASSWORD}, name)
    db = await asyncpg.connect(on_database(databases.server_url, name))
    await db.execute(render("account", None, "0005"))
    await db.execute(f"set search_path to account; {PRODUCT}")
    yield db
    await db.close()
    admin = await asyncpg.connect(databases.server_url)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def migrated(db: Connection, branches: dict[str, list[str]]) -> dict[str, str]:
    """The IFSC of each branch whose accounts bore these, after the newest revision."""
    for code, borne in branches.items():
        await db.execute(BRANCHES, code)
        for ifsc in borne:
            await db.execute(ACCOUNT, code, ifsc)
    await db.execute(render("account", "0005", "0006"))
    rows = await db.fetch("select code, ifsc_code from account.branches")
    return {row["code"]: row["ifsc_code"] for row in rows}


async def test_a_branch_gets_the_ifsc_that_most_of_its_accounts_bore(before: Connection) -> None:
    borne = ["BANK0000009", "BANK0000007", "BANK0000007", *["HDFC0002255"] * 3]

    assert await migrated(before, {"BR001": borne}) == {"BR001": "BANK0000007"}


async def test_of_two_branches_with_one_ifsc_the_larger_keeps_it(before: Connection) -> None:
    ours = "BANK0000001"
    branches = {"BR001": [ours], "BR002": [ours, ours], "BR003": [], "BR004": ["HDFC0002255"]}

    assert await migrated(before, branches) == {
        "BR002": ours,
        "BR001": "BANK0000002",
        "BR003": "BANK0000003",
        "BR004": "BANK0000004",
    }


async def test_a_bank_without_branches_or_accounts_stays_without(before: Connection) -> None:
    assert await migrated(before, {}) == {}
