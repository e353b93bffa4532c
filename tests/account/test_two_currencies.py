"""One entry in two currencies: it sums to zero in each of them, or it is not booked."""

from collections import defaultdict
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.books import AccountCredited, AccountDebited, GetTrialBalance
from contracts.account.movements import (
    EntryItem,
    GetEntry,
    MakeDeposit,
    PostEntries,
    PostEntry,
    ReverseEntry,
)
from contracts.account.values import EntryKind, Leg, LineClass
from contracts.envelope import DomainError, Role
from contracts.money import Currency, CurrencyMismatch
from services.account.domain.ledger.references import fingerprint_of
from services.account.domain.refusals import (
    PartialReversalNeedsTwoLegs,
    ReferenceReused,
    UnbalancedEntry,
)
from tests.account.bank import Bank
from tests.account.examples import (
    BANK,
    CAROL,
    CLEARING,
    INCOME,
    as_stored,
    balance,
    decide,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB, inr, staff

MANAGER = staff(Role.MANAGER)
INR, USD = Currency.INR, Currency.USD
DOLLARS, RUPEES = "GL-SUSPENSE-USD", "GL-SUSPENSE-INR"


def dollars(number: str, minor: int) -> Leg:
    return Leg(account_number=number, amount_minor=minor, currency=USD)


def rupees(number: str, minor: int, **fields: str) -> Leg:
    return Leg(account_number=number, amount_minor=minor, **fields)


def exchange(*legs: Leg, reference: str = "fx-1", currency: Currency = INR) -> PostEntry:
    return PostEntry(reference=reference, legs=legs, currency=currency)


# Alice pays 835.00 rupees, Carol's account in dollars gets 10.00.
BOUGHT = (
    rupees(ALICE, -83_500),
    rupees(RUPEES, 83_500),
    dollars("GL-CASH-USD", -1_000),
    dollars(CAROL, 1_000),
)


def test_an_entry_moves_both_currencies_and_tells_its_amount_in_its_own() -> None:
    books = some_books()

    decide(books, exchange(*BOUGHT), BANK)

    assert (balance(books), balance(books, CAROL)) == (16_500, 1_000)
    [entry] = books.entries
    assert (entry.row.currency, entry.row.amount_minor) == (INR, 83_500)
    assert [each.currency for each in entry.postings] == [INR, INR, USD, USD]


@pytest.mark.parametrize(
    ("legs", "refusal"),
    [
        # Of as many minor units, but not of one currency.
        ((rupees(ALICE, -1_000), dollars(CAROL, 1_000)), UnbalancedEntry),
        ((*BOUGHT[:3], dollars(CAROL, 999)), UnbalancedEntry),
        ((rupees(ALICE, -83_499), *BOUGHT[1:]), UnbalancedEntry),
        ((dollars(ALICE, -1_000), dollars(CAROL, 1_000)), CurrencyMismatch),
        ((dollars("GL-CASH-USD", -1_000), dollars(CAROL, 1_000)), CurrencyMismatch),
    ],
    ids=["across", "dollars", "rupees", "of another account", "none in the entry's own"],
)
def test_an_entry_that_is_not_balanced_in_each_currency_changes_nothing(
    legs: tuple[Leg, ...], refusal: type[DomainError]
) -> None:
    refuses(refusal, some_books(), exchange(*legs), BANK)


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from([ALICE, BOB, CLEARING, INCOME, CAROL, "GL-CASH-USD"]),
            st.integers(-3, 3).filter(bool),
        ),
        min_size=2,
        max_size=6,
        unique_by=lambda move: move[0],
    )
)
def test_what_is_booked_sums_to_zero_in_each_currency(moves: list[tuple[str, int]]) -> None:
    books = some_books()
    books.accounts[BOB].posted_minor = books.accounts[CAROL].posted_minor = 100
    currency_of = {number: books.accounts[number].currency for number, _ in moves}
    totals: defaultdict[Currency, int] = defaultdict(int)
    for number, minor in moves:
        totals[currency_of[number]] += minor
    is_balanced = not any(totals.values())
    wish = exchange(
        *[
            Leg(account_number=number, amount_minor=minor, currency=currency_of[number])
            for number, minor in moves
        ],
        currency=currency_of[moves[0][0]],
    )

    if is_balanced:
        decide(books, wish, BANK)
        assert [each.amount_minor for each in books.entries[0].postings] == [m for _, m in moves]
    else:
        refuses(UnbalancedEntry, books, wish, BANK)


def test_it_is_taken_back_whole_and_not_in_part() -> None:
    books = some_books()
    entry_id = as_stored(books, decide(books, exchange(*BOUGHT), BANK, sender="operator").entry_id)
    part = ReverseEntry(entry_id=entry_id, reason="wrong", amount=inr("1"))

    refuses(PartialReversalNeedsTwoLegs, books, part, MANAGER)
    decide(books, ReverseEntry(entry_id=entry_id, reason="wrong"), MANAGER)

    assert (balance(books), balance(books, CAROL)) == (100_000, 0)


def test_what_a_leg_counts_for_is_part_of_what_a_reference_stands_for() -> None:
    books = some_books()
    plain = rupees(ALICE, -100), rupees(INCOME, 100)
    marked = rupees(ALICE, -100), rupees(INCOME, 100, branch_code="BR001")
    decide(books, exchange(*plain), BANK)

    refuses(ReferenceReused, books, exchange(*marked), BANK)


def test_a_leg_that_names_nothing_more_has_the_fingerprint_that_it_always_had() -> None:
    item = EntryItem(
        reference="r-1",
        kind=EntryKind.FEE,
        legs=(rupees(ALICE, -100), rupees(INCOME, 100)),
        description="annual fee",
    )

    assert fingerprint_of(item).hex() == "d1e9eb24bc948372f38b976627d79431"


@pytest.mark.parametrize("kind", LineClass)
def test_a_class_grows_on_one_side(kind: LineClass) -> None:
    assert kind.is_debit_normal == (kind in {LineClass.ASSET, LineClass.EXPENSE})


@pytest.mark.integration
async def test_two_currencies_are_booked_told_reported_and_taken_back(bank: Bank) -> None:
    alice = await bank.person("1000")
    item = EntryItem(
        reference=f"fx-{uuid4()}",
        legs=(
            rupees(alice.number, -83_500),
            rupees(RUPEES, 83_500, branch_code="BR001", product_code="SAVINGS_BASIC"),
            dollars("GL-CASH-USD", -1_000),
            dollars(DOLLARS, 1_000),
        ),
    )

    [told] = await bank.told(PostEntries(items=(item,)), subject=BANK)
    [outcome] = told.reply.outcomes
    entry = await bank.ask(GetEntry(entry_id=outcome.entry_id), MANAGER)

    assert [
        (type(each), each.account_number, each.currency, each.amount_minor, each.branch_code)
        for each in told.messages
    ] == [
        (AccountDebited, alice.number, INR, 83_500, "BR001"),
        (AccountCredited, RUPEES, INR, 83_500, "BR001"),
        (AccountDebited, "GL-CASH-USD", USD, 1_000, None),
        (AccountCredited, DOLLARS, USD, 1_000, None),
    ]
    assert [(side.currency, side.branch_code, side.product_code) for side in entry.postings] == [
        (INR, None, None),
        (INR, "BR001", "SAVINGS_BASIC"),
        (USD, None, None),
        (USD, None, None),
    ]
    await bank.do(ReverseEntry(entry_id=outcome.entry_id, reason="wrong rate"), MANAGER)
    assert await bank.balance(alice) == (100_000, 0)
    await _is_sound(bank)


@pytest.mark.integration
async def test_cash_counts_for_the_branch_of_the_till(bank: Bank) -> None:
    alice = await bank.person(None)
    teller = staff(Role.TELLER).model_copy(update={"branch_code": "BR002"})
    deposit = MakeDeposit(account_number=alice.number, amount=inr("10"))

    [told] = await bank.told(deposit, subject=teller)
    entry = await bank.ask(GetEntry(entry_id=told.reply.entry_id), MANAGER)

    assert [side.branch_code for side in entry.postings] == ["BR002", None]
    assert [each.branch_code for each in told.messages] == ["BR002", "BR001"]


async def _is_sound(bank: Bank) -> None:
    """Debits equal credits in each currency, and a line's balance is on its own side."""
    report = await bank.ask(GetTrialBalance(), MANAGER)
    for currency in Currency:
        lines = [line for line in report.lines if line.currency is currency]
        assert sum(line.debit_minor - line.credit_minor for line in lines) == 0
    for line in report.lines:
        assert line.line_class is not None
        sign = 1 if line.line_class.is_debit_normal else -1
        assert line.balance_minor == sign * (line.debit_minor - line.credit_minor)
    await bank.audited()
