"""Pictures of tables in docs/, from PostgreSQL's catalogue: `python -m infra.deployment.tables`.

A page has a mark that names a service and those of its tables that it wants to see; the diagram
stands below the mark. A solid line is a foreign key. A dotted one is a column that has the name of
another table's primary key and no foreign key: triggers or the code keep those.
"""

import asyncio
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp

import asyncpg

from contracts.topology import SERVICES
from infra.data.database import Connection
from infra.deployment.local.postgres import Postgres
from infra.deployment.migrations import ROOT, migrate
from infra.deployment.provisioning import DATABASE, on_database, provision

PAGES = ROOT / "docs"
MARK = re.compile(r"(<!-- tables of (\w+): ([\w ]+) -->\n)(?:```mermaid\n.*?\n```\n)?", re.DOTALL)
SHORT = {"int8": "bigint", "int4": "integer", "int2": "smallint", "bool": "boolean"}

_COLUMNS = """
    select relname as table, attname as name, typname as type, attnotnull as required,
        attnum as place
    from pg_class join pg_attribute on attrelid = pg_class.oid
        join pg_type on pg_type.oid = atttypid
    where relnamespace = $1::regnamespace and relname = any($2::text[])
        and attnum > 0 and not attisdropped
    order by attnum
"""
_KEYS = """
    select src.relname as table, contype::text as kind, conname as name,
        dst.relname as target,
        array(select attname::text from unnest(conkey) with ordinality k(num, place)
            join pg_attribute on attrelid = conrelid and attnum = num order by place) as columns
    from pg_constraint
        join pg_class src on src.oid = conrelid
        left join pg_class dst on dst.oid = confrelid
    where src.relnamespace = $1::regnamespace and src.relname = any($2::text[])
        and contype in ('p', 'f', 'u')
    order by src.relname, contype, conname collate "C"
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the diagram shows it."""

    name: str
    type: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A primary (`p`), unique (`u`) or foreign (`f`) key; `target` is the table it points at."""

    kind: str
    columns: tuple[str, ...]
    target: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table with its keys."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...]

    @property
    def primary(self) -> tuple[str, ...]:
        return next((key.columns for key in self.keys if key.kind == "p"), ())

    def marks(self, column: str) -> str:
        """PK, FK, UK: what the column is part of."""
        kinds = {key.kind for key in self.keys if column in key.columns}
        return ", ".join(f"{kind.upper()}K" for kind in "pfu" if kind in kinds)

    def is_unique(self, columns: Sequence[str]) -> bool:
        """True when no two rows agree in these columns."""
        return any(key.kind in "pu" and set(key.columns) <= set(columns) for key in self.keys)

    def may_be_null(self, columns: Sequence[str]) -> bool:
        return any(not each.is_required for each in self.columns if each.name in columns)


async def filled(text: str, connection: Connection) -> str:
    """The page with the diagram of today's tables below each of its marks."""
    blocks = {}
    for head, service, names in MARK.findall(text):
        tables = await tables_of(connection, service, names.split())
        blocks[head] = "\n".join([f"{head}```mermaid", *diagram(tables), "```", ""])
    return MARK.sub(lambda found: blocks[found[1]], text)


async def tables_of(connection: Connection, schema: str, names: Sequence[str]) -> list[Table]:
    """These tables, in this order, as the catalogue has them."""
    columns = await connection.fetch(_COLUMNS, schema, names)
    keys = await connection.fetch(_KEYS, schema, names)
    return [
        Table(
            name,
            tuple(
                Column(row["name"], SHORT.get(row["type"], row["type"]), row["required"])
                for row in columns
                if row["table"] == name
            ),
            tuple(
                Key(row["kind"], tuple(row["columns"]), row["target"])
                for row in keys
                if row["table"] == name
            ),
        )
        for name in names
    ]


def diagram(tables: Sequence[Table]) -> list[str]:
    """The lines of the diagram: how the tables belong together, then what is in each."""
    lines = ["erDiagram"]
    for table in tables:
        lines += [f"    {line}" for line in _relations(table, tables)]
    for table in tables:
        lines += [f"    {table.name} {{", *(f"        {line}" for line in _rows(table)), "    }"]
    return lines


def _relations(table: Table, tables: Sequence[Table]) -> Iterator[str]:
    shown = {each.name for each in tables}
    foreign = [key for key in table.keys if key.kind == "f"]
    for key in foreign:
        if key.target in shown:
            yield _line(table, key.target or "", key.columns, "--")
    bound = {column for key in foreign for column in key.columns}
    for other in tables:
        names = {each.name for each in table.columns} - bound
        is_named = len(other.primary) == 1 and set(other.primary) <= names
        if is_named and other.primary != table.primary:
            yield _line(table, other.name, other.primary, "..")


def _line(table: Table, target: str, columns: Sequence[str], stroke: str) -> str:
    """One row of the target and how many of the table's."""
    left = "|o" if table.may_be_null(columns) else "||"
    right = "o|" if table.is_unique(columns) else "o{"
    return f'{target} {left}{stroke}{right} {table.name} : "{", ".join(columns)}"'


def _rows(table: Table) -> Iterator[str]:
    for column in table.columns:
        words = [column.type, column.name, table.marks(column.name)]
        if not column.is_required:
            words.append('"or null"')
        yield " ".join(word for word in words if word)


@asynccontextmanager
async def passing_server() -> AsyncIterator[str]:
    """The address of a new PostgreSQL, which is gone when the block ends."""
    folder = _open_folder()
    server = Postgres(folder / "server", _free_port(), token_hex(16))
    try:
        await server.start()
        yield server.url()
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _open_folder() -> Path:
    """One that the server may enter, which runs as another user."""
    folder = Path(mkdtemp(prefix="bank-tables-"))
    folder.chmod(0o711)
    return folder


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def main() -> None:
    """Draw anew what the pages want to see."""
    pages = [page for page in sorted(PAGES.glob("*.md")) if MARK.search(page.read_text("utf-8"))]
    async with passing_server() as server_url:
        await provision(server_url, dict.fromkeys(SERVICES, token_hex(16)))
        url = on_database(server_url, DATABASE)
        await migrate(url)
        connection = await asyncpg.connect(url)
        for page in pages:
            text = await filled(page.read_text("utf-8"), connection)
            page.write_text(text, "utf-8")
            sys.stdout.write(f"tables drawn in docs/{page.name}\n")
        await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
