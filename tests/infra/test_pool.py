"""Connections between two units of work: nothing is put back, because nothing is left behind."""

import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from infra.data.database import Pool, open_pool
from tests.architecture.house import ROOT
from tests.fixtures.servers import Database

# What would outlive a transaction: settings, channels, locks and cursors of a session.
OF_A_SESSION = re.compile(
    r"""["']\s*(set (?!local)\w+|listen \w+|prepare \w+ as)|\bpg_advisory_lock|\bwith hold\b"""
    r"|\bset_config\([^)]*, false\)|\bcreate temp"
)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    pool = await open_pool(database.url("account"), "one-of-the-tests", 1)
    yield pool
    await pool.close()


@pytest.mark.integration
async def test_a_transaction_that_somebody_left_open_is_ended(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("begin; select pg_current_xact_id()")

    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("select pg_current_xact_id_if_assigned()") is None


@pytest.mark.integration
async def test_a_unit_of_work_costs_its_own_statements_and_no_other(
    pool: Pool, database: Database
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("select 1")

    watcher = await asyncpg.connect(database.admin_url)
    last = await watcher.fetchval(
        "select query from pg_stat_activity where application_name = 'one-of-the-tests'"
    )
    await watcher.close()
    assert last == "COMMIT;"


@pytest.mark.parametrize(
    "statement", ['"set role x"', '"listen news"', '"select pg_advisory_lock(1)"']
)
def test_a_statement_that_would_change_its_session_is_known(statement: str) -> None:
    assert OF_A_SESSION.search(statement)


def test_no_unit_of_work_changes_its_session() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), match.group())
        for room in ("services", "infra")
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and "deployment" not in path.parts
        for match in OF_A_SESSION.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []
