"""Balanced entries posted and taken back, decided on books in memory."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.account.movements import MakeTransfer, PostEntries, ReverseEntry
from contracts.account.movements import PostEntry as Post
from contracts.account.values import AccountStatus, EntryKind
from contracts.envelope import Role
from contracts.money import Currency, CurrencyMismatch
from services.account.domain.ledger.accounts import BALANCE_MINOR_MAX
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import (
    AccountClosed,
    AccountFrozen,
    AlreadyReversed,
    BalanceTooLarge,
    EmptyLeg,
    EntryNotFound,
    EntryNotReversible,
    InsufficientFunds,
    InvalidValueDate,
    OutOfReach,
    PartialReversalNeedsTwoLegs,
    ReferenceReused,
    ReservedKind,
    ReversalExceedsOriginal,
    SameAccount,
    UnbalancedEntry,
    UnknownCounterparty,
)
from tests.account.examples import (
    BANK,
    CAROL,
    CLEARING,
    INCOME,
    TODAY,
    VAULT,
    an_item,
    as_stored,
    balance,
    decide,
    legs,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB, BOB_ID, customer, inr, money, staff

MANAGER = staff(Role.MANAGER)


def post(*moves: tuple[str, int], reference: str = "r-1", **fields: Any) -> Post:
    return Post(reference=reference, legs=legs(*moves), **fields)


def transferred(books: Books, amount: str = "300") -> ReverseEntry:
    """Alice has paid Bob; the wish to take all of it back."""
    made = decide(books, MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr(amount)))
    return ReverseEntry(entry_id=as_stored(books, made.entry_id), reason="wrong account")


def test_an_entry_moves_any_accounts_that_balance() -> None:
    books = some_books()

    decide(books, post((ALICE, -300), (INCOME, 100), (CLEARING, 200), kind=EntryKind.FEE), MANAGER)

    assert (balance(books), balance(books, INCOME), balance(books, CLEARING)) == (99_700, 100, 200)
    assert books.entries[0].row.amount_minor == 300


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (post((ALICE, -300), (BOB, 299)), UnbalancedEntry),
        (post((ALICE, -300), (BOB, 300), (INCOME, 0)), EmptyLeg),
        (post((ALICE, -300), (ALICE, 300)), SameAccount),
        (post((ALICE, -300), (CAROL, 300)), CurrencyMismatch),
        (post((ALICE, -300), (BOB, 300), currency=Currency.USD), CurrencyMismatch),
        (post((ALICE, -300), ("AC-20990101-000001", 300)), UnknownCounterparty),
        (post((BOB, -300), (ALICE, 300)), InsufficientFunds),
        (post((ALICE, -300), (BOB, 300), kind=EntryKind.REVERSAL), ReservedKind),
        (post((ALICE, -300), (BOB, 300), kind=EntryKind.CAPTURE), ReservedKind),
        (
            post((ALICE, -300), (BOB, 300), value_date=TODAY + timedelta(days=1)),
            InvalidValueDate,
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_an_entry_that_breaks_a_rule_is_refused(wish: Post, refusal: Any) -> None:
    refuses(refusal, some_books(), wish, MANAGER)


def test_the_banks_own_accounts_go_below_zero_but_not_out_of_range() -> None:
    books = some_books()

    decide(books, post((CLEARING, -700), (INCOME, 700)), BANK)
    books.accounts[CLEARING].posted_minor = 10 - BALANCE_MINOR_MAX

    refuses(BalanceTooLarge, books, post((CLEARING, -11), (INCOME, 11), reference="r-2"), BANK)


def test_the_same_reference_and_content_is_the_entry_already_posted() -> None:
    books = some_books()

    first = decide(books, post((ALICE, -300), (BOB, 300)), MANAGER)
    again = decide(books, post((ALICE, -300), (BOB, 300)), MANAGER)

    assert again == first
    assert balance(books, BOB) == 300


@pytest.mark.parametrize(
    "other",
    [
        post((ALICE, -301), (BOB, 301)),
        post((BOB, 300), (ALICE, -300)),
        post((ALICE, -300), (BOB, 300), description="else"),
        post((ALICE, -300), (BOB, 300), value_date=TODAY),
        post((ALICE, -300), (BOB, 300), kind=EntryKind.FEE),
    ],
)
def test_the_same_reference_for_something_else_is_refused(other: Post) -> None:
    books = some_books()
    decide(books, post((ALICE, -300), (BOB, 300)), MANAGER)

    refuses(ReferenceReused, books, other, MANAGER)


def test_one_bad_item_harms_no_other() -> None:
    books = some_books()
    items = (
        an_item("r-1", (ALICE, -300), (BOB, 300)),
        an_item("r-2", (ALICE, -300), (BOB, 301)),
        an_item("r-3", (BOB, -301), (ALICE, 301)),
        an_item("r-1", (ALICE, -300), (BOB, 300)),
        an_item("r-1", (ALICE, -400), (BOB, 400)),
        an_item("r-4", (BOB, -300), (INCOME, 300)),
    )

    posted = decide(books, PostEntries(items=items), BANK)

    assert [outcome.code for outcome in posted.outcomes] == [
        None,
        "unbalanced-entry",
        "insufficient-funds",
        None,
        "reference-reused",
        None,
    ]
    assert posted.outcomes[0].entry_id == posted.outcomes[3].entry_id
    assert [outcome.reference for outcome in posted.outcomes] == [item.reference for item in items]
    assert (balance(books), balance(books, BOB), balance(books, INCOME)) == (99_700, 0, 300)


@pytest.mark.parametrize("number", [ALICE, VAULT, INCOME])
@pytest.mark.parametrize("sign", [1, -1])
def test_payments_post_on_suspense_clearing_and_settlement_alone(number: str, sign: int) -> None:
    refuses(
        OutOfReach, some_books(), post((CLEARING, -sign * 300), (number, sign * 300)),
        sender="payment",
    )  # fmt: skip


def test_a_service_debits_for_a_customer_only_what_is_his() -> None:
    refuses(
        UnknownCounterparty,
        some_books(),
        post((ALICE, -300), (BOB, 300)),
        customer(BOB_ID),
    )


def test_interest_from_the_bank_reaches_a_frozen_account_and_nothing_else_does() -> None:
    books = some_books(status=AccountStatus.FROZEN)
    interest = post((INCOME, -50), (ALICE, 50), kind=EntryKind.INTEREST)

    refuses(AccountFrozen, books, interest, MANAGER)
    refuses(AccountFrozen, books, post((INCOME, -50), (ALICE, 50)), BANK)
    decide(books, interest, BANK)

    back = post((INCOME, 50), (ALICE, -50), kind=EntryKind.INTEREST, reference="r-2")
    refuses(AccountFrozen, books, back, BANK)


def test_a_reversal_takes_all_of_it_back_once() -> None:
    books = some_books()
    wish = transferred(books)

    reversed_ = decide(books, wish, MANAGER)

    assert (balance(books), balance(books, BOB)) == (100_000, 0)
    assert (reversed_.reverses, reversed_.remaining_minor) == (wish.entry_id, 0)
    assert books.entries[-1].row.reverses == wish.entry_id
    refuses(AlreadyReversed, books, wish, MANAGER)


def test_a_reversal_in_parts_stops_at_the_original() -> None:
    books = some_books()
    wish = transferred(books)

    first = decide(books, wish.model_copy(update={"amount": inr("120")}), MANAGER)

    assert first.remaining_minor == 18_000
    too_much = wish.model_copy(update={"amount": inr("180.01")})
    refuses(ReversalExceedsOriginal, books, too_much, MANAGER)
    rest = decide(books, wish, MANAGER)
    assert (rest.amount_minor, rest.remaining_minor, balance(books)) == (18_000, 0, 100_000)


def test_an_entry_of_many_legs_is_reversed_in_full_only() -> None:
    books = some_books()
    made = decide(books, post((ALICE, -300), (INCOME, 100), (CLEARING, 200)), MANAGER)
    wish = ReverseEntry(entry_id=as_stored(books, made.entry_id), reason="wrong fee")

    part = wish.model_copy(update={"amount": inr("1")})
    refuses(PartialReversalNeedsTwoLegs, books, part, MANAGER)
    decide(books, wish, MANAGER)

    assert (balance(books), balance(books, INCOME), balance(books, CLEARING)) == (100_000, 0, 0)


def test_what_has_been_spent_is_not_taken_back() -> None:
    books = some_books()
    wish = transferred(books)
    decide(books, MakeTransfer(from_account=BOB, to_account=ALICE, amount=inr("0.01")))

    refuses(InsufficientFunds, books, wish, MANAGER)


def test_a_reversal_passes_a_freeze_but_not_a_closed_account() -> None:
    books = some_books()
    wish = transferred(books)

    books.accounts[ALICE].status = AccountStatus.CLOSED
    refuses(AccountClosed, books, wish, MANAGER)
    books.accounts[ALICE].status = AccountStatus.FROZEN
    books.accounts[BOB].status = AccountStatus.DEBIT_BLOCKED
    decide(books, wish, MANAGER)


def test_a_reversal_is_not_reversed() -> None:
    books = some_books()
    reversed_ = decide(books, transferred(books), MANAGER)
    again = ReverseEntry(entry_id=as_stored(books, reversed_.entry_id), reason="no, it was right")

    refuses(EntryNotReversible, books, again, MANAGER)


def test_what_is_not_there_or_not_his_is_not_found() -> None:
    books = some_books()
    wish = transferred(books)

    refuses(EntryNotFound, books, ReverseEntry(entry_id=uuid4(), reason="?"), MANAGER)
    refuses(EntryNotFound, books, wish, customer(99), sender="payment")


def test_a_reversal_is_in_the_currency_of_the_entry() -> None:
    books = some_books()
    wish = transferred(books).model_copy(update={"amount": money("1", Currency.USD)})

    refuses(CurrencyMismatch, books, wish, MANAGER)


def test_the_vault_is_an_account_like_any_other() -> None:
    books = some_books()

    decide(books, post((VAULT, -500), (CLEARING, 500)), MANAGER)

    assert balance(books, VAULT) == -100_500
