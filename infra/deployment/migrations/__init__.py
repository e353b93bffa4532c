"""Each service's schema brought to its newest revision: forward only, one transaction a service.

Revisions are modules `services/<name>/migrations/NNNN_what.py` of plain SQL. Alembic orders them
and renders the SQL; it is sent as one script, so that a revision happens whole or not at all. The
number of the last one is in `<schema>.alembic_version`, and the tables are compared with what that
revision makes: code that does not know them would do harm, or hang.
"""

import asyncio
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import asyncpg

from contracts.topology import SERVICES
from infra.data.database import Connection
from infra.deployment.migrations.shapes import listed, shape

ROOT = Path(__file__).parents[3]
OWNER = "migrator"  # the role that owns schemas and tables; nobody can log in as it
LOCK = 8_000_001  # the advisory lock that keeps two migrations of one database apart


class MigrationFailed(Exception):
    """A revision was refused by the database; its service's schema is as it was before."""


class UnknownTables(MigrationFailed):
    """The tables of a service are not those that this code, or an older one, has made."""


async def migrate(admin_url: str, services: Sequence[str] = SERVICES) -> list[str]:
    """Run what is missing; the services that were changed. Safe to repeat and to run twice at once.

    Raises:
        UnknownTables: before anything is changed; its text says of which service, and what to do.
        MigrationFailed: with the service and PostgreSQL's words.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        for name in services:
            await _require_known(connection, name)
        return [name for name in services if await _migrate_one(connection, name)]
    finally:
        await connection.close()


def newest(service: str) -> str | None:
    """The number of the service's last revision, read from the file names."""
    return max(_revisions(service), default=None)


def _revisions(service: str) -> list[str]:
    return [file.name.partition("_")[0] for file in _folder(service).glob("[0-9]*.py")]


async def _require_known(connection: Connection, service: str) -> None:
    """Refuse the tables of newer code, and those that somebody has changed by hand or otherwise."""
    present = await _present(connection, service)
    if present is None:
        return
    if present not in _revisions(service):
        raise UnknownTables(
            f"the tables of {service} have revision {present}, which this code does not know: "
            "run the newer code that made them, or restore a backup of before"
        )
    expected = listed().get((service, present))
    if expected is not None and await shape(connection, service) != expected:
        raise UnknownTables(
            f"the tables of {service} are not those of revision {present}: other code or somebody "
            "has changed them; run the code that made them, or restore a backup"
        )


async def _migrate_one(connection: Connection, service: str) -> bool:
    head = newest(service)
    if head is None:
        return False
    present = await _present(connection, service)
    if present == head:
        return False
    script = await asyncio.to_thread(render, service, present)
    try:
        await connection.execute(script)
    except asyncpg.PostgresError as error:
        await connection.execute("rollback; reset role; reset search_path")
        raise MigrationFailed(f"migration of {service} failed: {error}") from error
    return True


async def _present(connection: Connection, service: str) -> str | None:
    table = f'"{service}".alembic_version'
    if await connection.fetchval("select to_regclass($1)", table) is None:
        return None
    found = await connection.fetchval(f"select version_num from {table}")  # noqa: S608
    return None if found is None else str(found)


def render(service: str, present: str | None = None, until: str = "head") -> str:
    """The SQL from revision `present` to `until`, as the owner, in one transaction."""
    # Imported here: a start that has nothing to migrate is half a second faster without them.
    from alembic import command
    from alembic.config import Config

    sql = StringIO()
    config = Config(output_buffer=sql)
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(_folder(service)))
    config.set_main_option("path_separator", "os")
    config.attributes["schema"] = service
    command.upgrade(config, f"{present or 'base'}:{until}", sql=True)
    before = f'begin; set local role {OWNER}; set local search_path to "{service}";'
    return f"{before}\n{sql.getvalue()}\ncommit;"


def _folder(service: str) -> Path:
    return ROOT / "services" / service / "migrations"
