"""What the role of a service cannot do, tried with every service's own password."""

import asyncpg
import pytest

from contracts.topology import SERVICES
from infra.deployment.provisioning import as_user
from tests.fixtures.servers import PASSWORD, Database

pytestmark = pytest.mark.integration

# Each is refused for want of a right, whatever else might be wrong with it.
FORBIDDEN = (
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'x')",
    "select lo_import('/etc/hostname')",
    "select lo_export(1, '/tmp/x')",
    "select lo_open(1, 131072)",
    "select lo_put(1, 0, 'x')",
    "select lo_get(1)",
    "select lo_unlink(1)",
    "create temporary table note (id int)",
    "create schema mine",
    "create table mine (id int)",
    "create table public.mine (id int)",
    "create function mine() returns int language sql as 'select 1'",
    "create role mine",
    "alter role {other} superuser",
    "set role migrator",
    "set role {other}",
    "select pg_read_file('/etc/hostname')",
    "select pg_ls_dir('/')",
    "copy (select 1) to program 'id'",
    "copy (select 1) to '/tmp/x'",
    "select * from {other}.inbox",
    "delete from {other}.outbox",
    "select passwd from pg_shadow",
    "select pg_reload_conf()",
    "drop schema {service} cascade",
    "drop table {service}.inbox",
    "alter table {service}.inbox disable trigger all",
    "truncate {service}.inbox",
)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_role_has_its_own_tables_and_nothing_else(database: Database, service: str) -> None:
    done = []
    connection = await asyncpg.connect(database.url(service))
    try:
        for statement in FORBIDDEN:
            if not await _is_refused(connection, statement, service):
                done.append(statement)
    finally:
        await connection.close()

    assert done == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("other", ["postgres", "template1"])
async def test_a_role_connects_to_the_banks_database_alone(
    database: Database, service: str, other: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(as_user(database.admin_url, service, PASSWORD, other))


async def _is_refused(
    connection: "asyncpg.Connection[asyncpg.Record]", statement: str, service: str
) -> bool:
    other = SERVICES[SERVICES.index(service) - 1]
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement.format(service=service, other=other))
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await transaction.rollback()
    return False
