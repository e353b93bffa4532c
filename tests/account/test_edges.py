"""Nobody at a counter brings an account of the bank to the end of its range and stops all cash."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import MakeDeposit, MakeTransfer, MakeWithdrawal, ReverseEntry
from contracts.envelope import DomainError, Message, Role
from contracts.money import MINOR_MAX, Money
from services.account.domain.commands.cash import CASH_MINOR_MAX
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.accounts import BALANCE_MINOR_MAX
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import CashTooLarge
from tests.account.examples import (
    VAULT,
    a_hold,
    as_stored,
    balance,
    decide,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB

LARGEST = Money(minor=MINOR_MAX)
MOST_CASH = Money(minor=CASH_MINOR_MAX)
# What people may send; the others are for our own services alone.
OF_PEOPLE = {kind for kind in DECISIONS if kind.roles - {Role.SYSTEM}}

Wish = Callable[[Books], Message]


def entry_of(books: Books, command: Message) -> UUID:
    return as_stored(books, decide(books, command).entry_id)


def hold_of(books: Books) -> UUID:
    return decide(books, a_hold("1000")).hold_id  # type: ignore[no-any-return]


def reversed_deposit(books: Books) -> Message:
    deposit = MakeDeposit(account_number=ALICE, amount=MOST_CASH)
    return ReverseEntry(entry_id=entry_of(books, deposit), reason="wrong account")


# The largest that each command can ask for.
LARGEST_OF: dict[type[Message], tuple[Wish, ...]] = {
    MakeDeposit: (lambda books: MakeDeposit(account_number=ALICE, amount=LARGEST),),
    MakeWithdrawal: (lambda books: MakeWithdrawal(account_number=ALICE, amount=LARGEST),),
    MakeTransfer: (
        lambda books: MakeTransfer(from_account=ALICE, to_account=VAULT, amount=LARGEST),
        lambda books: MakeTransfer(from_account=VAULT, to_account=ALICE, amount=LARGEST),
    ),
    PlaceHold: (
        lambda books: a_hold(LARGEST),
        lambda books: a_hold(LARGEST, VAULT),
    ),
    CaptureHold: (lambda books: CaptureHold(hold_id=hold_of(books), to_account=VAULT),),
    ReleaseHold: (lambda books: ReleaseHold(hold_id=hold_of(books), reason="not used"),),
    ReverseEntry: (reversed_deposit,),
}


def test_every_command_of_people_about_money_has_its_largest_here() -> None:
    without_money = {kind for kind in OF_PEOPLE if kind.__name__ == "ChangeAccountStatus"}

    assert set(LARGEST_OF) >= OF_PEOPLE - without_money


@pytest.mark.parametrize(
    "wish",
    [pytest.param(wish, id=kind.__name__) for kind in LARGEST_OF for wish in LARGEST_OF[kind]],
)
def test_no_instruction_moves_an_account_of_the_bank_further_than_cash_may(wish: Wish) -> None:
    books = some_books()
    command = wish(books)
    before = balances_of_the_bank(books)

    with suppress(DomainError):
        decide(books, command)

    after = balances_of_the_bank(books)
    assert all(abs(after[number] - before[number]) <= CASH_MINOR_MAX for number in before)


def test_cash_goes_up_to_its_limit_and_not_a_paisa_further() -> None:
    books = some_books()
    more: Any = Money(minor=CASH_MINOR_MAX + 1)

    refuses(CashTooLarge, books, MakeDeposit(account_number=ALICE, amount=more))
    decide(books, MakeDeposit(account_number=ALICE, amount=MOST_CASH))
    refuses(CashTooLarge, books, MakeWithdrawal(account_number=ALICE, amount=more))
    decide(books, MakeWithdrawal(account_number=ALICE, amount=MOST_CASH))

    assert BALANCE_MINOR_MAX // CASH_MINOR_MAX >= 10**9
    assert CashTooLarge().code == "cash-too-large"


def test_after_whatever_somebody_pays_in_others_still_pay_in() -> None:
    books = some_books()

    for digits in reversed(range(16)):
        amount = Money(minor=10**digits)
        with suppress(DomainError):
            for _ in range(1000):
                decide(books, MakeDeposit(account_number=ALICE, amount=amount))

    decide(books, MakeDeposit(account_number=BOB, amount=MOST_CASH))
    assert balance(books, BOB) == CASH_MINOR_MAX


def balances_of_the_bank(books: Books) -> dict[str, int]:
    return {
        number: each.posted_minor
        for number, each in books.accounts.items()
        if each.customer_id is None
    }
