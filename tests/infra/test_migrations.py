"""Schemas grow forward, whole or not at all, and services cannot change them."""

import asyncio
from pathlib import Path
from secrets import token_hex

import asyncpg
import pytest

from contracts.topology import SERVICES
from infra.deployment import migrations
from infra.deployment.migrations import MigrationFailed, UnknownTables, migrate, newest, render
from infra.deployment.migrations.shapes import LIST, listed, shape
from infra.deployment.provisioning import as_user, on_database, provision
from tests.fixtures.servers import PASSWORD, Database, Databases

FIRST = """
from alembic import op
revision, down_revision = "0001", None
def upgrade() -> None:
    op.execute("create table coins (id int primary key, note text default '100 %');"
               "grant select, insert on coins to toy")
"""
SECOND = """
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade() -> None:
    op.execute("alter table coins add column weight int")
    op.execute("{statement}")
"""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations folder of a service that only this test has."""
    folder = tmp_path / "services" / "toy" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_mint.py").write_text(FIRST)
    monkeypatch.setattr(migrations, "ROOT", tmp_path)
    return folder


@pytest.fixture
async def admin_url(databases: Databases) -> str:
    """A database that has the toy's schema and nothing in it."""
    name = f"toy_{token_hex(6)}"
    await provision(databases.server_url, {"toy": PASSWORD}, name)
    return on_database(databases.server_url, name)


@pytest.mark.parametrize("service", SERVICES)
def test_the_last_file_of_a_service_is_its_newest_revision(service: str) -> None:
    head = newest(service)

    assert head is not None
    assert f"'{head}'" in render(service)


@pytest.mark.integration
async def test_what_is_missing_is_run_once(toy: Path, admin_url: str) -> None:
    assert await migrate(admin_url, ["toy"]) == ["toy"]
    assert await migrate(admin_url, ["toy"]) == []

    (toy / "0002_weigh.py").write_text(SECOND.format(statement="select 1"))
    assert await migrate(admin_url, ["toy"]) == ["toy"]
    assert await _columns(admin_url) == ["id", "note", "weight"]


@pytest.mark.integration
async def test_a_revision_that_fails_changes_nothing_and_names_its_service(
    toy: Path, admin_url: str
) -> None:
    await migrate(admin_url, ["toy"])
    (toy / "0002_weigh.py").write_text(SECOND.format(statement="alter table nothing add x int"))

    with pytest.raises(MigrationFailed, match='migration of toy failed: relation "nothing"'):
        await migrate(admin_url, ["toy"])

    assert await _columns(admin_url) == ["id", "note"]


@pytest.mark.integration
async def test_a_service_uses_its_tables_and_cannot_change_them(toy: Path, admin_url: str) -> None:
    await migrate(admin_url, ["toy"])
    path = admin_url.rpartition("/")[2]
    connection = await asyncpg.connect(as_user(admin_url, "toy", PASSWORD, path))

    await connection.execute("insert into coins (id) values (1)")
    assert await connection.fetchval("select note from coins") == "100 %"
    for forbidden in (
        "delete from coins", "truncate coins", "drop table coins", "create table more (id int)",
        "create table public.more (id int)", "update alembic_version set version_num = '0009'",
        "alter schema toy rename to toys", "set role migrator",
    ):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(forbidden)
    await connection.close()


@pytest.mark.integration
async def test_no_service_sees_the_schema_of_another(database: Database) -> None:
    for service in SERVICES:
        connection = await asyncpg.connect(database.url(service))
        for other in set(SERVICES) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"copy {other}.inbox to stdout")
        await connection.close()


@pytest.mark.integration
async def test_the_tables_of_every_revision_are_listed(databases: Databases) -> None:
    name = f"shapes_{token_hex(6)}"
    await provision(databases.server_url, dict.fromkeys(SERVICES, PASSWORD), name)
    connection = await asyncpg.connect(on_database(databases.server_url, name))
    found = {}
    for service in SERVICES:
        before = None
        for revision in sorted(migrations._revisions(service)):
            await connection.execute(render(service, before, revision))
            found[service, revision] = await shape(connection, service)
            before = revision
    await connection.close()

    lines = [f"{digest} {' '.join(key)}" for key, digest in found.items()]
    assert found == listed(), f"{LIST.name} should be:\n" + "\n".join(lines)


@pytest.mark.integration
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("alter table outbox add column x int", "are not those of revision"),
        ("alter table outbox drop constraint outbox_pkey cascade", "are not those of revision"),
        ("update alembic_version set version_num = '9999'", "have revision 9999, which this code"),
    ],
)
async def test_tables_that_the_code_does_not_know_are_refused_and_named(
    database: Database, service: str, change: str, refusal: str
) -> None:
    connection = await asyncpg.connect(database.admin_url)
    await connection.execute(f"set search_path to {service}; {change}; create view v as select 1")
    await connection.close()

    with pytest.raises(UnknownTables, match=f"^the tables of {service} {refusal}"):
        await migrate(database.admin_url)


async def _columns(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select column_name from information_schema.columns"
        " where table_schema = 'toy' and table_name = 'coins' order by ordinal_position"
    )
    await connection.close()
    return [row[0] for row in rows]


@pytest.mark.integration
async def test_two_may_provision_a_server_at_the_same_time(databases: Databases) -> None:
    names = [f"twice_{token_hex(4)}_{number}" for number in range(4)]
    role = f"role_{token_hex(4)}"

    try:
        await asyncio.gather(
            *(provision(databases.server_url, {role: PASSWORD}, name) for name in names)
        )
        for name in names:
            connection = await asyncpg.connect(as_user(databases.server_url, role, PASSWORD, name))
            assert await connection.fetchval("select current_schema()") == role
            await connection.close()
    finally:
        admin = await asyncpg.connect(databases.server_url)
        for name in names:
            await admin.execute(f"drop database if exists {name}")
        await admin.execute(f"drop role if exists {role}")
        await admin.close()
