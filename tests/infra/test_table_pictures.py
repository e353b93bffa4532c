"""The pictures of tables show what PostgreSQL's catalogue has."""

from pathlib import Path

import asyncpg
import pytest

from infra.deployment import tables
from infra.deployment.tables import MARK, PAGES, diagram, filled, main, tables_of
from tests.fixtures.servers import Database

pytestmark = pytest.mark.integration

MARKED = "before\n<!-- tables of toy: coins purses -->\nafter\n"
TOYS = """
create schema toy;
create table toy.purses (purse_id int primary key);
create table toy.coins (
    id bigint primary key, purse_id int references toy.purses, at timestamptz not null unique
);
create table toy.looks (purse_id int not null, number int, primary key (purse_id, number));
"""


async def test_every_picture_of_tables_in_the_documents_is_of_today(database: Database) -> None:
    pages = [page for page in PAGES.glob("*.md") if MARK.search(page.read_text("utf-8"))]
    connection = await asyncpg.connect(database.admin_url)

    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        assert await filled(text, connection) == text, "run `make contracts` and read the diff"
    await connection.close()


async def test_keys_are_solid_lines_and_names_of_keys_dotted_ones(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_url)
    await connection.execute(TOYS)

    drawn = diagram(await tables_of(connection, "toy", ["purses", "coins", "looks"]))

    await connection.close()
    assert drawn[:3] == [
        "erDiagram",
        '    purses |o--o{ coins : "purse_id"',
        '    purses ||..o{ looks : "purse_id"',
    ]
    assert '        integer purse_id FK "or null"' in drawn
    assert "        timestamptz at UK" in drawn
    assert "        integer number PK" in drawn


async def test_a_mark_is_filled_and_filled_again_when_a_table_changes(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_url)
    await connection.execute(TOYS)

    first = await filled(MARKED, connection)
    await connection.execute("alter table toy.coins add column weight int")
    second = await filled(first, connection)

    await connection.close()
    assert first.startswith("before\n<!-- tables of toy: coins purses -->\n```mermaid\nerDiagram\n")
    assert first.endswith("    }\n```\nafter\n")
    assert second != first
    assert second.count("```") == 2
    assert 'integer weight "or null"' in second


async def test_the_command_draws_from_a_server_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- tables of account: postings -->\n", "utf-8")
    monkeypatch.setattr(tables, "PAGES", tmp_path)

    await main()

    assert "balance_after_minor" in page.read_text("utf-8")
