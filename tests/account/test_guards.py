"""What the database refuses, whoever writes: the service's role or the owner of the tables."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from contracts.account.values import EntryKind, HoldState, LineClass
from contracts.money import Currency
from infra.data.database import Connection
from infra.runtime.clock import new_id
from services.account.domain.ledger.chart import GROUP_OF_LINE
from services.account.domain.ledger.entries import EntryRow, PostingRow
from tests.account.bank import Bank
from tests.account.examples import CLEARING, NOON, TODAY, VAULT, a_hold
from tests.builders import ALICE, BOB

pytestmark = pytest.mark.integration

Refusal = type[Exception]


@dataclass
class Pen:
    """Someone who writes to the ledger by hand."""

    db: Connection

    async def account(self, number: str) -> tuple[int, int, int]:
        """Id, last sequence and balance."""
        row = await self.db.fetchrow(
            "select a.id, b.sequence, b.posted_minor from accounts a"
            " join balances b on b.account_id = a.id where a.number = $1",
            number,
        )
        assert row is not None
        return row[0], row[1], row[2]

    async def entry(self, amount_minor: int = 500, **fields: Any) -> UUID:
        """An entry's row, still without postings."""
        entry_id = new_id()
        known: dict[str, Any] = {
            "entry_id": entry_id, "reference": f"by-hand-{entry_id}", "fingerprint": None,
            "kind": EntryKind.MANUAL, "currency": Currency.INR, "amount_minor": amount_minor,
            "description": "", "booked_on": TODAY, "value_date": TODAY, "booked_at": NOON,
            "caused_by": entry_id, "actor": "somebody", "reverses": None, "hold_id": None,
            "owner": "gateway", "channel": None, "trace_id": None,
        }  # fmt: skip
        await self.write("entries", EntryRow, [EntryRow(**(known | fields))])
        return entry_id

    async def posting(
        self, entry_id: UUID, leg: int, number: str, minor: int, **fields: Any
    ) -> Any:
        account_id, sequence, posted_minor = await self.account(number)
        known: dict[str, Any] = {
            "account_id": account_id, "sequence": sequence + 1, "entry_id": entry_id, "leg": leg,
            "currency": Currency.INR, "amount_minor": minor,
            "balance_after_minor": posted_minor + minor, "booked_on": TODAY, "value_date": TODAY,
            "branch_code": None, "product_code": None,
        }  # fmt: skip
        return PostingRow(**(known | fields))

    async def write(self, table: str, shape: Any, rows: Sequence[Any]) -> None:
        await self.db.copy_records_to_table(table, columns=shape._fields, records=rows)

    async def post(self, *postings: PostingRow) -> None:
        await self.write("postings", PostingRow, postings)


@pytest.fixture(params=["the service", "the owner"])
async def pen(request: pytest.FixtureRequest, bank: Bank) -> AsyncIterator[Pen]:
    """Writes within a transaction that is rolled back."""
    owner = request.param == "the owner"
    url = bank.database.admin_url if owner else bank.database.url("account")
    db = await asyncpg.connect(url)
    if owner:
        await db.execute("set role migrator; set search_path to account")
    transaction = db.transaction()
    await transaction.start()
    yield Pen(db)
    await transaction.rollback()
    await db.close()


async def test_a_balanced_entry_can_be_written_by_hand_and_moves_the_balances(pen: Pen) -> None:
    entry_id = await pen.entry(500)

    await pen.post(
        await pen.posting(entry_id, 1, ALICE, -500), await pen.posting(entry_id, 2, BOB, 500)
    )

    assert (await pen.account(ALICE))[1:] == (2, 99_500)
    assert (await pen.account(BOB))[1:] == (1, 500)


Change = Callable[[list[PostingRow]], list[PostingRow]]

FAULTS: dict[str, Change] = {
    "it does not sum to zero": lambda legs: [
        legs[0],
        legs[1]._replace(amount_minor=499, balance_after_minor=499),
    ],
    "it is half an entry": lambda legs: legs[:1],
    "a leg is missing": lambda legs: [legs[0], legs[1]._replace(leg=3)],
    "it belongs to no entry": lambda legs: [each._replace(entry_id=new_id()) for each in legs],
    "its amount is not that of the entry": lambda legs: [
        legs[0]._replace(amount_minor=-1, balance_after_minor=99_999),
        legs[1]._replace(amount_minor=1, balance_after_minor=1),
    ],
    "its day is not that of the entry": lambda legs: [
        legs[0],
        legs[1]._replace(booked_on=date(2026, 3, 1)),
    ],
    "its value date is not that of the entry": lambda legs: [
        legs[0],
        legs[1]._replace(value_date=date(2026, 3, 1)),
    ],
    "its currency is not that of the entry": lambda legs: [
        each._replace(currency=Currency.USD) for each in legs
    ],
    "its account does not exist": lambda legs: [legs[0], legs[1]._replace(account_id=10**6)],
    "a number is left out": lambda legs: [legs[0], legs[1]._replace(sequence=2)],
    "a number is taken": lambda legs: [legs[0]._replace(sequence=1), legs[1]],
    "the running balance is wrong": lambda legs: [
        legs[0]._replace(balance_after_minor=99_501),
        legs[1],
    ],
    "a leg is empty": lambda legs: [*legs, legs[1]._replace(leg=3, sequence=2, amount_minor=0)],
}


# Which rule of the database says no; all others are refused by `entry_is_balanced`.
RULES = {
    "its account does not exist": "chain_is_whole",
    "a number is left out": "chain_is_whole",
    "a number is taken": "postings_pkey",
    "the running balance is wrong": "chain_is_whole",
    "a leg is empty": "postings_amount_minor_check",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_posting_is_written_when(pen: Pen, fault: str) -> None:
    entry_id = await pen.entry(500)
    legs = [await pen.posting(entry_id, 1, ALICE, -500), await pen.posting(entry_id, 2, BOB, 500)]

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await pen.post(*FAULTS[fault](legs))

    assert refused.value.constraint_name == RULES.get(fault, "entry_is_balanced")


async def two_currencies(pen: Pen) -> list[PostingRow]:
    """Alice gives rupees, a till takes dollars; the entry is told in rupees."""
    entry_id = await pen.entry(500)
    return [
        await pen.posting(entry_id, 1, ALICE, -500),
        await pen.posting(entry_id, 2, "GL-SUSPENSE-INR", 500),
        await pen.posting(entry_id, 3, "GL-SUSPENSE-USD", -6, currency=Currency.USD),
        await pen.posting(entry_id, 4, "GL-CASH-USD", 6, currency=Currency.USD),
    ]


async def test_an_entry_in_two_currencies_can_be_written_by_hand(pen: Pen) -> None:
    await pen.post(*await two_currencies(pen))

    assert (await pen.account("GL-CASH-USD"))[2] == 6


IN_ONE_CURRENCY_WRONG: dict[str, Change] = {
    "rupees and dollars sum to zero together only": lambda legs: [legs[0], legs[1], legs[3]],
    "the dollars do not sum to zero": lambda legs: [
        *legs[:3],
        legs[3]._replace(amount_minor=5, balance_after_minor=5),
    ],
    "the rupees are missing": lambda legs: [
        legs[2]._replace(leg=1),
        legs[3]._replace(leg=2),
    ],
    "a dollar leg bears another day": lambda legs: [
        *legs[:3],
        legs[3]._replace(booked_on=date(2026, 3, 1)),
    ],
    "a leg is missing between the currencies": lambda legs: [
        *legs[:2],
        legs[2]._replace(leg=4),
        legs[3]._replace(leg=5),
    ],
}


@pytest.mark.parametrize("change", IN_ONE_CURRENCY_WRONG.values(), ids=IN_ONE_CURRENCY_WRONG)
async def test_no_posting_of_two_currencies_is_written_when(pen: Pen, change: Change) -> None:
    legs = await two_currencies(pen)

    with pytest.raises(asyncpg.CheckViolationError, match="is not whole"):
        await pen.post(*change(legs))


async def test_nothing_is_added_to_an_entry_that_is_written(pen: Pen) -> None:
    entry_id = await pen.db.fetchval("select entry_id from entries limit 1")
    amount = await pen.db.fetchval("select amount_minor from entries limit 1")

    with pytest.raises(asyncpg.UniqueViolationError):
        await pen.post(
            await pen.posting(entry_id, 1, ALICE, -amount),
            await pen.posting(entry_id, 2, BOB, amount),
        )


async def test_a_posting_in_another_currency_than_its_account_is_refused(pen: Pen) -> None:
    entry_id = await pen.entry(500, currency=Currency.USD)

    with pytest.raises(asyncpg.CheckViolationError):
        await pen.post(
            await pen.posting(entry_id, 1, ALICE, -500, currency=Currency.USD),
            await pen.posting(entry_id, 2, BOB, 500, currency=Currency.USD),
        )


async def test_no_customer_goes_below_zero_but_the_bank_may(pen: Pen) -> None:
    entry_id = await pen.entry(500)
    await pen.post(
        await pen.posting(entry_id, 1, CLEARING, -500), await pen.posting(entry_id, 2, ALICE, 500)
    )

    entry_id = await pen.entry(500)
    with pytest.raises(asyncpg.CheckViolationError, match="available_not_negative"):
        await pen.post(
            await pen.posting(entry_id, 1, BOB, -500), await pen.posting(entry_id, 2, ALICE, 500)
        )


async def test_held_money_cannot_be_posted_away(bank: Bank, pen: Pen) -> None:
    saver = await bank.person("1000")
    await bank.do(a_hold("999", saver.number))
    entry_id = await pen.entry(200)

    with pytest.raises(asyncpg.CheckViolationError, match="available_not_negative"):
        await pen.post(
            await pen.posting(entry_id, 1, saver.number, -200),
            await pen.posting(entry_id, 2, VAULT, 200),
        )


@pytest.mark.parametrize("table", ["entries", "postings"])
@pytest.mark.parametrize(
    "statement", ["update {} set value_date = value_date", "delete from {}", "truncate {} cascade"]
)
async def test_what_is_booked_stays(pen: Pen, statement: str, table: str) -> None:
    is_service = await pen.db.fetchval("select current_user = 'account'")
    no_right, no_way = asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError

    with pytest.raises(no_right if is_service else no_way):
        await pen.db.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "update balances set posted_minor = 0",
        "update balances set held_minor = 0",
        "update balances set overdraft_minor = 1000000",
        "delete from balances",
        "update accounts set customer_id = 2",
        "delete from accounts",
        "update holds set amount_minor = 1",
        "delete from holds",
        "update products set name = name",
        "update terms set terms = '{}'",
        "update accounts set product_version = 1",
        "insert into gl_accounts values ('MINE', 'Mine', 'ASSET')",
        "insert into balances (account_id, currency, status, posted_minor, updated_at)"
        " values (1, 'INR', 'ACTIVE', 5, now())",
        "alter table postings disable trigger all",
        "create table loot (a int)",
    ],
)
async def test_the_service_has_no_right_to(bank: Bank, statement: str) -> None:
    async with bank.connection() as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(statement)


async def test_a_hold_that_has_ended_does_not_change(bank: Bank) -> None:
    saver = await bank.person("1000")
    hold = await bank.do(a_hold("10", saver.number))
    ending = "update holds set state = $2, released_minor = 1000, ended_at = $3 where hold_id = $1"
    async with bank.connection() as db:
        await db.execute(ending, hold.hold_id, HoldState.RELEASED, NOON)
        assert await bank.balance(saver) == (100_000, 0)

        with pytest.raises(asyncpg.CheckViolationError, match="has ended"):
            await db.execute(ending, hold.hold_id, HoldState.EXPIRED, NOON)


async def test_a_closed_account_is_empty(bank: Bank) -> None:
    async with bank.connection() as db:
        with pytest.raises(asyncpg.CheckViolationError, match="closed_is_empty"):
            await db.execute("update balances set status = 'CLOSED' where posted_minor > 0")


async def test_every_currency_of_the_bank_has_the_banks_own_accounts(bank: Bank) -> None:
    async with bank.connection() as db:
        rows = await db.fetch(
            "select gl_code, array_agg(currency order by currency) from accounts"
            " where customer_id is null group by gl_code"
        )

    assert {row[0] for row in rows} == set(GROUP_OF_LINE)
    assert all(row[1] == sorted(Currency) for row in rows)


async def test_the_database_knows_every_kind_of_entry(bank: Bank) -> None:
    rule = await bank.value(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'entries_kind_check'"
    )

    assert all(f"'{kind}'" in rule for kind in EntryKind)


async def test_the_database_knows_on_which_side_each_class_grows(bank: Bank) -> None:
    async with bank.connection() as db:
        rows = await db.fetch("select class, min(normal_side) from gl_accounts group by 1")

    assert {row[0]: row[1] for row in rows} == {
        each: "DEBIT" if each.is_debit_normal else "CREDIT" for each in LineClass
    }
