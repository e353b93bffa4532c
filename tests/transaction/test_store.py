"""The history on a real database, under the service's own rights."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from contracts.account.values import EntryKind
from contracts.envelope import Subject
from contracts.transaction.history import Movement, Movements, SearchMovements
from infra.data.database import Connection
from services.transaction.handlers.history import on_moved, search_movements
from services.transaction.store import TransactionStore
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, customer, staff
from tests.fixtures.postings import (
    NOON,
    asked_by,
    business_day,
    cash_posting,
    heard,
    posting,
)
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration


@pytest.fixture
async def db(databases: Databases) -> AsyncIterator[Connection]:
    async with databases.fresh(["transaction"]) as database:
        connection = await asyncpg.connect(database.url("transaction"))
        yield connection
        await connection.close()


async def hear(db: Connection, *events: Any) -> None:
    async with db.transaction():
        await on_moved(heard(*events), TransactionStore(db))


async def search(db: Connection, subject: Subject | None = None, **wanted: Any) -> Movements:
    async with db.transaction(readonly=True):
        answer = await search_movements(
            SearchMovements(**wanted), TransactionStore(db), asked_by(subject or staff())
        )
    assert isinstance(answer, Movements)
    return answer


async def pages(db: Connection, **wanted: Any) -> list[tuple[Movement, ...]]:
    found: list[tuple[Movement, ...]] = []
    cursor: str | None = None
    while not found or cursor:
        page = await search(db, cursor=cursor, **wanted)
        found.append(page.items)
        cursor = page.next_cursor
    return found


def read_at_most(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.transaction.store.history.READ_ROWS_MAX", rows)


def sequences(movements: Movements) -> list[int]:
    return [each.sequence for each in movements.items]


async def test_a_movement_says_all_that_the_event_said(db: Connection) -> None:
    told = posting(1, -250, description="rent", counterparty=BOB)

    await hear(db, told)

    [movement] = (await search(db)).items
    assert movement.amount_minor == -250
    assert movement.model_dump(exclude={"amount_minor"}) == told.model_dump(
        include=set(Movement.model_fields) - {"amount_minor"}
    )


async def test_the_same_posting_stands_in_the_history_once(db: Connection) -> None:
    await hear(db, posting(1, 10), posting(2, 20), posting(1, 10))
    await hear(db, posting(2, 20), posting(3, 30))

    assert sequences(await search(db)) == [3, 2, 1]


async def test_the_bank_s_own_accounts_have_no_history_here(db: Connection) -> None:
    await hear(db, cash_posting(1, -10))

    assert (await search(db)).items == ()


async def test_a_customer_finds_his_own_movements_only(db: Connection) -> None:
    await hear(db, posting(1, 10), posting(1, 20, BOB, customer_id=BOB_ID))

    own = await search(db, customer(ALICE_ID))
    somebody_else_s = await search(db, customer(ALICE_ID), account_number=BOB)
    unknown = await search(db, customer(ALICE_ID), account_number="AC-20260101-999999")

    assert [each.account_number for each in own.items] == [ALICE]
    assert somebody_else_s == unknown == Movements(items=(), next_cursor=None)


async def test_pages_follow_each_other_without_gap_or_repeat(db: Connection) -> None:
    # Two accounts, moments that coincide, and a moment that lies on the next business date.
    late = {"booked_at": NOON + timedelta(hours=1), **business_day(16)}
    await hear(db, *(posting(n, 10, booked_at=NOON) for n in range(1, 8)))
    await hear(db, *(posting(n, 10, BOB, booked_at=NOON) for n in range(1, 5)))
    await hear(db, posting(5, 10, BOB, **late))

    found = await pages(db, limit=3)

    places = [(each.account_number, each.sequence) for page in found for each in page]
    assert places == [(BOB, n) for n in range(5, 0, -1)] + [(ALICE, n) for n in range(7, 0, -1)]
    assert [len(page) for page in found] == [3, 3, 3, 3]


async def test_in_one_account_the_numbers_decide_whatever_the_clocks_said(db: Connection) -> None:
    # Two processes booked them, and the clock of one was an hour behind.
    hours = {1: 0, 2: 1, 3: 0, 4: 1, 5: 0}
    await hear(db, *(posting(n, 10, booked_at=NOON + timedelta(hours=h)) for n, h in hours.items()))

    found = await pages(db, account_number=ALICE, limit=2)

    assert [[each.sequence for each in page] for page in found] == [[5, 4], [3, 2], [1]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"account_number": ALICE}, [5, 4, 3, 2, 1]),
        ({"kind": EntryKind.DEPOSIT}, [1]),
        ({"booked_from": "2026-01-03"}, [5, 4, 3]),
        ({"booked_to": "2026-01-02"}, [2, 1]),
        ({"booked_from": "2026-01-02", "booked_to": "2026-01-03"}, [3, 2]),
        ({"booked_from": "2026-01-03", "booked_to": "2026-01-02"}, []),
        ({"min_amount_minor": 300, "currency": "INR"}, [4, 3]),
        ({"min_amount_minor": 300, "currency": "JPY"}, [5]),
        ({"max_amount_minor": 200, "currency": "INR"}, [2, 1]),
        ({"min_amount_minor": 200, "max_amount_minor": 300, "currency": "INR"}, [3, 2]),
        ({"min_amount_minor": 301, "max_amount_minor": 299, "currency": "INR"}, []),
        ({"account_number": ALICE, "max_amount_minor": 200, "currency": "INR"}, [2, 1]),
        ({"currency": "JPY"}, [5]),
        ({"search": "RENT"}, [2]),
        ({"search": "ref-3"}, [3]),
        ({"search": "000002"}, [4]),
        ({"search": "50%_"}, [3]),
        ({"search": "%"}, [3]),
        ({"search": "nothing like it"}, []),
        (
            {"search": "r", "min_amount_minor": 200, "currency": "INR", "booked_to": "2026-01-03"},
            [3, 2],
        ),
    ],
    ids=str,
)
async def test_every_condition_narrows_the_search(
    db: Connection, wanted: dict[str, Any], found: list[int]
) -> None:
    await hear(
        db,
        posting(1, 100, kind="DEPOSIT", **business_day(1)),
        posting(2, -200, description="January Rent", **business_day(2)),
        posting(3, 300, description="50%_off", **business_day(3)),
        posting(4, -400, counterparty=BOB, **business_day(4)),
        posting(5, 500, currency="JPY", kind="PAYMENT", **business_day(5)),
    )

    assert sequences(await search(db, **wanted)) == found


@pytest.mark.parametrize("number", [None, ALICE])
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("D'Souza", [1]),
        ("d\u2019souza", [1]),
        ("JOSE", [1]),
        ("jose\u0301", [1]),
        ("jos\u00e9 d", [1]),
        ("\u092b\u093c\u0930", [2]),
        ("\u095e\u0930", [2]),
        ("\u092b\u0930\u091c\u093e", [2]),
        ("rent-nov", [3]),
        ("rent\u2013nov", [3]),
        (" rent \u00a0 nov ", [3]),
        ("\u0930\u094d\u200d\u092f", [4]),
        ("\u0930\u094d\u092f", [4]),
        (" ", []),
        ("-", []),
        ("'\u2019 . _", []),
        ("ref-1 ", [1]),
    ],
)
async def test_a_text_is_found_however_it_is_spelt_and_by_separators_nothing(
    db: Connection, number: str | None, wanted: str, found: list[int]
) -> None:
    await hear(
        db,
        posting(1, 100, description="Jos\u00e9 D\u2019Souza", reference="REF-1"),
        posting(2, 100, description="\u095e\u0930\u091c\u093c\u093e\u0928\u093e"),
        posting(3, 100, description="rent \u2014 Nov"),
        posting(4, 100, description="\u0930\u094d\u200d\u092f\u0915"),
    )

    page = await search(db, account_number=number, search=wanted)
    assert sequences(page) == found


@pytest.mark.parametrize("number", [None, ALICE])
async def test_an_amount_is_compared_with_amounts_of_its_own_currency(
    db: Connection, number: str | None
) -> None:
    await hear(db, posting(1, 500, currency="JPY"), posting(2, 40_000), posting(3, 50_000))

    found = await search(db, account_number=number, min_amount_minor=500, currency="JPY")

    assert sequences(found) == [1]


async def test_a_search_for_a_rare_word_reads_a_bounded_part_and_goes_on_from_there(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_most(10, monkeypatch)
    await hear(db, *(posting(n, 10, description="rare" * (n == 3)) for n in range(1, 26)))

    found = await pages(db, search="rare")

    assert [[each.sequence for each in page] for page in found] == [[], [], [3]]


async def test_a_page_that_ends_where_the_reading_ends_loses_nothing(
    db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_most(4, monkeypatch)
    await hear(db, *(posting(n, 10, description="odd" * (n % 2)) for n in range(1, 12)))

    found = await pages(db, search="odd", limit=2)

    assert [each.sequence for page in found for each in page] == [11, 9, 7, 5, 3, 1]


@pytest.mark.parametrize(
    "statement", ["delete from movements", "update movements set sequence = 9"]
)
async def test_the_service_may_not_rewrite_history(db: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(statement)
