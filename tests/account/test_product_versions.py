"""Terms of products in versions: from when on they hold, and for which accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

import pytest

from contracts.account.accounts import Account, OpenAccount
from contracts.account.books import GetTrialBalance, TrialBalance
from contracts.account.movements import MakeWithdrawal
from contracts.account.products import (
    AddProductVersion,
    CreateProduct,
    GetProduct,
    ListProducts,
    Products,
    ProductShown,
)
from contracts.account.values import AccountType, Channel
from contracts.customer import Customer, CustomerStatus
from contracts.envelope import DomainError, Message, Query, Role
from infra.data.database import Connection
from infra.handling.context import Context
from infra.handling.telling import Told
from services.account.handlers.opening import open_account
from services.account.handlers.products import (
    add_product_version,
    create_product,
    get_product,
    list_products,
)
from services.account.store import AccountStore
from tests.account.bank import Bank
from tests.account.examples import TODAY
from tests.builders import an, inr, staff

pytestmark = pytest.mark.integration

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


class Counter:
    """A product of its own for one test, on a bank whose day can be chosen."""

    def __init__(self, bank: Bank, code: str) -> None:
        self.bank = bank
        self.code = code

    @asynccontextmanager
    async def at_work(self, on: date) -> AsyncIterator[tuple[AccountStore, Context]]:
        context = replace(self.bank.context(staff(Role.ADMIN), "gateway"), business_date=on)
        async with self.bank.connection() as db, db.transaction():
            yield AccountStore(db), context

    async def create(self, on: date = TODAY, **terms: Any) -> None:
        known = {"code": self.code, "name": "Plus", "account_type": AccountType.SAVINGS}
        async with self.at_work(on) as (store, context):
            await create_product(CreateProduct(**(known | terms)), store, context)

    async def change(self, valid_from: date, on: date = TODAY, **terms: Any) -> None:
        wish = AddProductVersion(**({"code": self.code, "valid_from": valid_from} | terms))
        async with self.at_work(on) as (store, context):
            await add_product_version(wish, store, context)

    async def shown(self, on: date = TODAY) -> ProductShown:
        async with self.at_work(on) as (store, context):
            found = await get_product(GetProduct(code=self.code), store, context)
        assert isinstance(found, ProductShown)
        return found

    async def listed(self, on: date) -> Products:
        async with self.at_work(on) as (store, context):
            found = await list_products(ListProducts(), store, context)
        assert isinstance(found, Products)
        return found

    async def opened(self, on: date, deposit_minor: int = 100_000) -> Account:
        wish = an(
            OpenAccount, customer_id=next(self.bank.people), account_type=AccountType.SAVINGS,
            product_code=self.code, initial_deposit_minor=deposit_minor,
        )  # fmt: skip

        async def customers(query: Query) -> Message:
            return an(Customer, id=wish.customer_id, status=CustomerStatus.ACTIVE)

        async with self.at_work(on) as (store, context):
            told = await open_account(wish, store, context, customers)
        assert isinstance(told, Told)
        return told.reply.account


@pytest.fixture
async def counter(bank: Bank) -> Counter:
    return Counter(bank, f"P_{token_hex(6).upper()}")


async def test_an_account_keeps_the_terms_that_it_was_opened_on(counter: Counter) -> None:
    await counter.create(transaction_limit_minor=100_00, overdraft_limit_minor=50_00)
    await counter.change(TOMORROW, transaction_limit_minor=200_00)

    older, newer = await counter.opened(TODAY), await counter.opened(TOMORROW)

    assert (older.product_version, older.overdraft_limit_minor) == (1, 50_00)
    assert (newer.product_version, newer.overdraft_limit_minor) == (2, 0)
    wish = MakeWithdrawal(account_number=older.account_number, amount=inr("100.01"))
    with pytest.raises(DomainError) as refused:
        await counter.bank.do(wish)
    assert refused.value.code == "limit-exceeded"
    await counter.bank.do(wish.model_copy(update={"account_number": newer.account_number}))


@pytest.mark.parametrize("limits_first", [True, False])
async def test_a_limit_that_comes_or_goes_with_a_version_holds_for_its_accounts_only(
    counter: Counter, limits_first: bool
) -> None:
    limit: dict[str, Any] = {"channel_daily_limits_minor": {Channel.BRANCH: 10_00}}
    await counter.create(**(limit if limits_first else {}))
    await counter.change(TOMORROW, **({} if limits_first else limit))
    accounts = [await counter.opened(TODAY), await counter.opened(TOMORROW)]

    outcomes = await counter.bank.batch(
        *(MakeWithdrawal(account_number=each.account_number, amount=inr("11")) for each in accounts)
    )

    refused = [isinstance(each, DomainError) for each in outcomes]
    assert refused == [limits_first, not limits_first]


async def test_a_product_shows_all_versions_and_which_is_in_force(counter: Counter) -> None:
    await counter.create(daily_limit_minor=500_00)
    await counter.change(TOMORROW, daily_limit_minor=600_00)

    today, tomorrow = await counter.shown(), await counter.shown(TOMORROW)

    assert [each.version for each in today.versions] == [1, 2]
    assert [each.valid_from for each in today.versions] == [TODAY, TOMORROW]
    assert [each.daily_limit_minor for each in today.versions] == [500_00, 600_00]
    assert [each.is_in_force for each in today.versions] == [True, False]
    assert [each.is_in_force for each in tomorrow.versions] == [False, True]
    assert (today.version, today.daily_limit_minor, today.valid_from) == (1, 500_00, TODAY)
    assert (tomorrow.version, tomorrow.daily_limit_minor) == (2, 600_00)
    listed = {each.code: each for each in (await counter.listed(TOMORROW)).items}
    assert (listed[counter.code].version, listed[counter.code].valid_from) == (2, TOMORROW)


@pytest.mark.parametrize(
    ("change", "code", "kind"),
    [
        ({"valid_from": YESTERDAY}, "terms-in-the-past", "refused"),
        ({"valid_from": TODAY}, "terms-overlap", "conflict"),
        ({"valid_from": TOMORROW}, "terms-overlap", "conflict"),
        ({"code": "NO_SUCH"}, "product-not-found", "not-found"),
        ({"currency": "USD"}, "currency-mismatch", "refused"),
        ({"ledger_line": "NO-SUCH-LINE"}, "unknown-ledger-line", "refused"),
        ({"ledger_line": "CASH"}, "unknown-ledger-line", "refused"),
        ({"ledger_line": "SUSPENSE"}, "unknown-ledger-line", "refused"),
        ({"ledger_line": "INTEREST-EXPENSE"}, "unknown-ledger-line", "refused"),
    ],
)
async def test_terms_that_cannot_hold_are_refused_and_change_nothing(
    counter: Counter, change: dict[str, Any], code: str, kind: str
) -> None:
    await counter.create()
    await counter.change(TOMORROW, daily_limit_minor=1)
    before = await counter.shown()

    with pytest.raises(DomainError) as refused:
        await counter.change(**({"valid_from": TOMORROW + timedelta(days=1)} | change))

    assert (refused.value.code, refused.value.kind) == (code, kind)
    assert await counter.shown() == before


async def test_no_product_is_made_on_a_line_that_is_not_for_deposits(counter: Counter) -> None:
    with pytest.raises(DomainError) as refused:
        await counter.create(ledger_line="FEE-INCOME")

    assert refused.value.code == "unknown-ledger-line"
    with pytest.raises(DomainError) as missing:
        await counter.shown()
    assert missing.value.code == "product-not-found"


async def test_the_line_of_the_books_is_part_of_the_terms(counter: Counter) -> None:
    await counter.create(ledger_line="CURRENT")
    await counter.change(TOMORROW, ledger_line="RECURRING_DEPOSIT")
    await counter.change(TOMORROW + timedelta(days=1))
    before = await _credits(counter)

    await counter.opened(TODAY, 7_00)
    await counter.opened(TOMORROW, 11_00)
    await counter.opened(TOMORROW + timedelta(days=1), 13_00)

    after = await _credits(counter)
    risen = {line: after[line] - before.get(line, 0) for line in after}
    assert {line: minor for line, minor in risen.items() if minor} == {
        "CURRENT": 7_00,
        "RECURRING_DEPOSIT": 24_00,
    }


async def test_without_a_line_a_product_belongs_to_that_of_its_type(counter: Counter) -> None:
    await counter.create()

    assert (await counter.shown()).ledger_line == "SAVINGS"


async def test_accounts_on_several_versions_are_locked_in_as_few_statements_as_on_one(
    counter: Counter,
) -> None:
    await counter.create(transaction_limit_minor=100_00)
    await counter.change(TOMORROW, transaction_limit_minor=200_00)
    one = [await counter.opened(TODAY), await counter.opened(TODAY)]
    several = [await counter.opened(TODAY), await counter.opened(TOMORROW)]

    assert await _statements(counter.bank, several) == await _statements(counter.bank, one)


async def _credits(counter: Counter) -> dict[str, int]:
    balance = await counter.bank.ask(GetTrialBalance())
    assert isinstance(balance, TrialBalance)
    return {line.gl_code: line.credit_minor for line in balance.lines}


async def _statements(bank: Bank, accounts: list[Account]) -> int:
    """How many it takes to withdraw from all of them in one batch."""
    seen: list[str] = []

    def note(asked: Any) -> None:
        seen.append(asked.query)

    wishes = [
        MakeWithdrawal(account_number=each.account_number, amount=inr("1")) for each in accounts
    ]
    async with bank.connection() as db:
        connection: Connection = db
        connection.add_query_logger(note)
    try:
        await bank.batch(*wishes)
    finally:
        connection.remove_query_logger(note)
    return len(seen)
