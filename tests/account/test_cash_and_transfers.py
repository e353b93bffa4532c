"""Deposits, withdrawals and transfers, decided on books in memory."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.account.movements import MakeDeposit, MakeTransfer, MakeWithdrawal
from contracts.account.values import AccountStatus, EntryKind
from contracts.envelope import Message
from contracts.money import Currency, CurrencyMismatch
from services.account.domain.commands.transfers import make_transfer
from services.account.domain.refusals import (
    AccountClosed,
    AccountDebitBlocked,
    AccountDormant,
    AccountFrozen,
    AlreadyBooked,
    InsufficientFunds,
    InvalidValueDate,
    SameAccount,
    UnknownAccount,
    UnknownCounterparty,
)
from services.account.domain.telling import moved
from tests.account.examples import (
    CAROL,
    NOON,
    TODAY,
    VAULT,
    asked_by,
    available,
    balance,
    decide,
    refuses,
    some_books,
)
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, customer, inr, money


def deposit(amount: str, number: str = ALICE, **fields: Any) -> MakeDeposit:
    return MakeDeposit(account_number=number, amount=inr(amount), **fields)


def withdrawal(amount: str, number: str = ALICE, **fields: Any) -> MakeWithdrawal:
    return MakeWithdrawal(account_number=number, amount=inr(amount), **fields)


def transfer(amount: str, to_account: str = BOB, from_account: str = ALICE) -> MakeTransfer:
    return MakeTransfer(from_account=from_account, to_account=to_account, amount=inr(amount))


def test_a_deposit_credits_the_customer_and_debits_the_vault() -> None:
    books = some_books()

    made = decide(books, deposit("250.50", description="salary"))

    assert (balance(books), balance(books, VAULT)) == (125_050, -125_050)
    assert (made.kind, made.amount_minor, made.balance_after_minor) == (
        EntryKind.DEPOSIT,
        25_050,
        125_050,
    )
    assert (made.description, made.booked_at, made.value_date) == ("salary", NOON, TODAY)


def test_a_withdrawal_takes_all_there_is_and_not_a_paisa_more() -> None:
    books = some_books()

    refuses(InsufficientFunds, books, withdrawal("1000.01"))
    made = decide(books, withdrawal("1000"))

    assert (made.balance_after_minor, balance(books, VAULT)) == (0, 0)


def test_an_overdraft_can_be_used_up() -> None:
    books = some_books(overdraft_minor=50_000)

    decide(books, withdrawal("1500"))

    assert (balance(books), available(books)) == (-50_000, 0)
    refuses(InsufficientFunds, books, withdrawal("0.01"))


def test_held_money_is_not_there_to_be_withdrawn() -> None:
    books = some_books(held_minor=60_000)

    refuses(InsufficientFunds, books, withdrawal("400.01"))
    decide(books, withdrawal("400"))


def test_a_transfer_is_one_entry_with_two_postings() -> None:
    books = some_books()

    made = decide(books, transfer("300"), customer(ALICE_ID))

    assert (balance(books), balance(books, BOB)) == (70_000, 30_000)
    [entry] = books.entries
    assert entry.row.entry_id == made.entry_id
    assert [posting.amount_minor for posting in entry.postings] == [-30_000, 30_000]


def test_every_posting_is_told_with_its_running_balance_and_the_other_side() -> None:
    books = some_books()
    decide(books, deposit("1"))
    decide(books, transfer("300"))

    [_, _, debited, credited] = moved(books.entries)

    assert (type(debited).__name__, debited.account_number) == ("AccountDebited", ALICE)
    assert (debited.sequence, debited.amount_minor, debited.balance_after_minor) == (
        2,
        30_000,
        70_100,
    )
    assert (debited.counterparty, credited.counterparty) == (BOB, ALICE)
    assert (type(credited).__name__, credited.sequence) == ("AccountCredited", 1)


@pytest.mark.parametrize("number", ["AC-20990101-000001", VAULT])
@pytest.mark.parametrize("wish", [deposit, withdrawal])
def test_cash_moves_on_customers_accounts_only(wish: Any, number: str) -> None:
    refuses(UnknownAccount, some_books(), wish("1", number))


def test_somebody_elses_account_looks_like_none_at_all() -> None:
    books = some_books()

    refuses(UnknownAccount, books, transfer("1"), customer(BOB_ID))
    refuses(UnknownAccount, books, withdrawal("1"), customer(BOB_ID))


@pytest.mark.parametrize("number", ["AC-20990101-000001", VAULT])
def test_a_transfer_to_no_customer_is_refused_as_such(number: str) -> None:
    refuses(UnknownCounterparty, some_books(), transfer("1", number))


def test_a_transfer_to_the_same_account_is_refused() -> None:
    refuses(SameAccount, some_books(), transfer("1", ALICE))


def test_the_currency_is_the_accounts() -> None:
    books = some_books()
    dollars = money("1", Currency.USD)

    refuses(CurrencyMismatch, books, MakeDeposit(account_number=ALICE, amount=dollars))
    refuses(CurrencyMismatch, books, transfer("1", CAROL))
    refuses(
        CurrencyMismatch,
        books,
        MakeTransfer(from_account=ALICE, to_account=BOB, amount=dollars),
    )


@pytest.mark.parametrize(
    ("status", "credit", "debit"),
    [
        (AccountStatus.ACTIVE, None, None),
        (AccountStatus.FROZEN, AccountFrozen, AccountFrozen),
        (AccountStatus.DEBIT_BLOCKED, None, AccountDebitBlocked),
        (AccountStatus.DORMANT, None, AccountDormant),
        (AccountStatus.CLOSED, AccountClosed, AccountClosed),
    ],
)
def test_status_decides_what_may_come_and_go(
    status: AccountStatus, credit: Any, debit: Any
) -> None:
    wishes: list[tuple[Message, Any]] = [
        (deposit("1"), credit),
        (transfer("1", to_account=ALICE, from_account=BOB), credit),
        (withdrawal("1"), debit),
        (transfer("1"), debit),
    ]
    for wish, refusal in wishes:
        books = some_books(status=status)
        books.accounts[BOB].posted_minor = 100
        if refusal is None:
            decide(books, wish)
        else:
            refuses(refusal, books, wish)
        assert books.accounts[ALICE].status is status


def test_a_value_date_may_lie_thirty_days_back_and_never_ahead() -> None:
    books = some_books()

    made = decide(books, deposit("1", value_date=TODAY - timedelta(days=30)))

    assert made.value_date == TODAY - timedelta(days=30)
    for wished in (TODAY - timedelta(days=31), TODAY + timedelta(days=1)):
        refuses(InvalidValueDate, books, deposit("1", value_date=wished))
        refuses(InvalidValueDate, books, withdrawal("1", value_date=wished))


def test_a_message_whose_answer_was_forgotten_moves_nothing_again() -> None:
    books = some_books()
    wish, context = transfer("1"), asked_by()

    make_transfer(books, wish, context)

    with pytest.raises(AlreadyBooked):
        make_transfer(books, wish, context)
    assert balance(books, BOB) == 100
