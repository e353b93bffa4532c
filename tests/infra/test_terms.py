"""Dated terms on a real database: versions that follow one another and stay as they were made."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from infra.data.database import Connection
from infra.data.terms import (
    Terms,
    TermsInThePast,
    TermsOverlap,
    Version,
    all_in_force,
    in_force,
    versions,
)
from infra.data.terms import add as add_terms
from tests.fixtures.servers import Database, Databases

pytestmark = pytest.mark.integration

TODAY = date(2026, 3, 2)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)
NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
PRICE: Terms = {"price_minor": 10_00, "of": ["tea"]}
HIGHER: Terms = {"price_minor": 12_00, "of": ["tea"]}


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """`account` lends its tables."""
    async with databases.fresh(("account",)) as database:
        yield database


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.url("account"))
    yield connection
    await connection.close()


async def add(db: Connection, terms: Terms, valid_from: date, what: str = "tea") -> Version:
    return await add_terms(
        db, what, terms, valid_from=valid_from, today=TODAY, made_by="alice", now=NOW
    )


async def test_a_version_is_in_force_from_its_date_until_the_next_one(db: Connection) -> None:
    first = await add(db, PRICE, TODAY)
    second = await add(db, HIGHER, TOMORROW)

    assert first == Version("tea", 1, TODAY, PRICE, "alice", NOW)
    assert await in_force(db, "tea", YESTERDAY) is None
    assert await in_force(db, "tea", TODAY) == first
    assert await in_force(db, "tea", TOMORROW) == second
    assert await in_force(db, "tea", date(2099, 1, 1)) == second
    assert await versions(db, "tea") == [first, second]


async def test_many_things_are_asked_for_at_once(db: Connection) -> None:
    tea, coffee = await add(db, PRICE, TODAY), await add(db, HIGHER, TODAY, "coffee")
    await add(db, PRICE, TOMORROW, "coffee")
    await add(db, PRICE, TOMORROW, "cocoa")

    found = await all_in_force(db, ["tea", "coffee", "cocoa", "water"], TODAY)

    assert found == {"tea": tea, "coffee": coffee}
    assert await versions(db, "water") == []


@pytest.mark.parametrize("has_versions", [False, True])
async def test_terms_of_days_that_are_over_are_refused(db: Connection, has_versions: bool) -> None:
    if has_versions:
        await add(db, PRICE, TODAY)
    before = await versions(db, "tea")

    with pytest.raises(TermsInThePast) as refused:
        await add(db, HIGHER, YESTERDAY)

    assert refused.value.code == "terms-in-the-past"
    assert await versions(db, "tea") == before


@pytest.mark.parametrize("valid_from", [TODAY, TOMORROW])
async def test_terms_from_no_later_than_the_last_ones_are_refused(
    db: Connection, valid_from: date
) -> None:
    first = await add(db, PRICE, TOMORROW)

    with pytest.raises(TermsOverlap) as refused:
        await add(db, HIGHER, valid_from)

    assert refused.value.code == "terms-overlap"
    assert await versions(db, "tea") == [first]


async def test_of_two_who_add_at_once_one_is_to_be_done_again(
    database: Database, db: Connection
) -> None:
    other = await asyncpg.connect(database.url("account"))
    async with db.transaction():
        await add(db, PRICE, TODAY)
        late = asyncio.create_task(add(other, HIGHER, TODAY))
        await asyncio.wait([late], timeout=0.2)
    with pytest.raises(asyncpg.UniqueViolationError):
        await late
    await other.close()

    assert [each.terms for each in await versions(db, "tea")] == [PRICE]


@pytest.mark.parametrize(
    "statement",
    ["update terms set valid_from = valid_from", "delete from terms", "truncate terms cascade"],
)
@pytest.mark.parametrize("by", ["the service", "a superuser"])
async def test_terms_stay_as_they_were_made(
    database: Database, db: Connection, by: str, statement: str
) -> None:
    await add(db, PRICE, TODAY)
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("set search_path to account")

    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
        await (db if by == "the service" else admin).execute(statement)
    await admin.close()


@pytest.mark.parametrize(
    ("version", "valid_from"), [(1, TOMORROW), (3, TOMORROW), (2, TODAY), (2, YESTERDAY)]
)
async def test_the_database_takes_no_version_that_does_not_follow(
    db: Connection, version: int, valid_from: date
) -> None:
    await add(db, PRICE, TODAY)

    with pytest.raises(asyncpg.CheckViolationError, match="does not follow the last one"):
        await db.execute(
            "insert into terms values ('tea', $1, $2, '{}', 'alice', now())", version, valid_from
        )
