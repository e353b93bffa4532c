"""The database as the services find it: one role and one schema each, and rights to nothing else.

Roles own nothing and create nothing, large objects and temporary tables included; the schemas
belong to the migration owner, and each migration grants its service what the service needs on each
table. PostgreSQL lets everybody into its own databases `postgres` and `template1`. On a server that
has none but ours we take that right from everybody, on another one it is its owner's to decide.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from infra.data.database import Connection
from infra.deployment.migrations import OWNER

DATABASE = "bank"


def on_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def as_user(url: str, user: str, password: str, path: str) -> str:
    """The same server, another user, and another database or vhost."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}", path=f"/{path}"))


async def provision(admin_url: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Make the database, and a role and a schema for each name in `passwords`. Safe to repeat, and
    to do from several places at once."""
    async with _alone(admin_url) as server:
        await _create_owner(server)
        for role, password in passwords.items():
            await _create_role(server, role, password)
        if not await _exists(server, "pg_database where datname", database):
            await server.execute(f'create database "{database}"')
        connection = await asyncpg.connect(on_database(admin_url, database))
        try:
            async with connection.transaction():
                await _create_schemas(connection, list(passwords), database)
                await _close_large_objects(connection)
        finally:
            await connection.close()


async def close_other_databases(admin_url: str) -> None:
    """Let administrators alone into the databases that a server has of itself.

    For a server that is ours alone; safe to repeat.
    """
    async with _alone(admin_url) as server:
        for database in ("postgres", "template1"):
            await server.execute(f"revoke connect, temporary on database {database} from public")


@asynccontextmanager
async def _alone(admin_url: str) -> AsyncIterator[Connection]:
    """Roles belong to the whole server, and making one is not safe beside another who makes it."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("select pg_advisory_lock(hashtext('bank.provision'))")
        yield connection
    finally:
        await connection.close()


async def _create_owner(connection: Connection) -> None:
    if not await _exists(connection, "pg_roles where rolname", OWNER):
        await connection.execute(f"create role {OWNER} nologin")
    await connection.execute(f"grant {OWNER} to current_user")


async def _create_role(connection: Connection, role: str, password: str) -> None:
    if not await _exists(connection, "pg_roles where rolname", role):
        await connection.execute(f'create role "{role}" login')
    # DDL takes no parameters; the server quotes the password, which is ours and random anyway.
    secret = await connection.fetchval("select quote_literal($1::text)", password)
    await connection.execute(f'alter role "{role}" password {secret}')
    await connection.execute(f'alter role "{role}" set search_path to "{role}"')


async def _create_schemas(connection: Connection, roles: list[str], database: str) -> None:
    await connection.execute(f'revoke all on database "{database}" from public')
    await connection.execute("revoke all on schema public from public")
    for role in roles:
        await connection.execute(
            f'create schema if not exists "{role}" authorization {OWNER};'
            f'grant connect on database "{database}" to "{role}";'
            f'grant usage on schema "{role}" to "{role}"'
        )


async def _close_large_objects(connection: Connection) -> None:
    """They belong to no schema, so the rights on schemas do not stop a role from filling a disk.

    The functions are the superuser's; an administrator of less rank cannot take them away.
    """
    if await connection.fetchval("select current_setting('is_superuser')") != "on":
        return
    functions = await connection.fetch(
        "select oid::regprocedure::text from pg_proc"
        " where pronamespace = 'pg_catalog'::regnamespace"
        " and (proname like 'lo\\_%' or proname in ('loread', 'lowrite'))"
    )
    for (function,) in functions:
        await connection.execute(f"revoke execute on function {function} from public")


async def _exists(connection: Connection, where: str, name: str) -> bool:
    found = await connection.fetchval(f"select true from {where} = $1", name)  # noqa: S608
    return bool(found)
