"""A currency that contradicts the account or the entry is refused, wherever one can be named."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contracts.account.accounts import OpenAccount
from contracts.account.holds import CaptureHold
from contracts.account.movements import (
    MakeDeposit,
    MakeOrderedTransfer,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReverseEntry,
)
from contracts.envelope import Command, Message, Role
from contracts.money import Currency, CurrencyMismatch, Money, Whole
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.books import Books
from tests.account.bank import Bank
from tests.account.examples import (
    CAROL,
    a_hold,
    an_item,
    as_stored,
    balance,
    decide,
    legs,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB, inr, money, staff

MANAGER = staff(Role.MANAGER)
USD = Currency.USD
DOLLAR, RUPEE = money("1", USD), inr("1")
ALL_DOLLARS = Whole(currency=USD)


def captured(books: Books, amount: Money | Whole | None, to_account: str = BOB) -> CaptureHold:
    hold_id = decide(books, a_hold("4")).hold_id
    return CaptureHold(hold_id=hold_id, to_account=to_account, amount=amount)


def reversal(books: Books, amount: Money | Whole | None) -> ReverseEntry:
    made = decide(books, MakeDeposit(account_number=ALICE, amount=inr("4")))
    entry_id = as_stored(books, made.entry_id)
    return ReverseEntry(entry_id=entry_id, reason="wrong", amount=amount)


def placed_again(books: Books) -> Message:
    hold = a_hold("1")
    decide(books, hold)
    return hold.model_copy(update={"amount": DOLLAR})


Wish = Callable[[Books], Message]

# Each way to name another currency than the accounts of an instruction have.
CONTRADICTIONS: dict[str, Wish] = {
    "MakeDeposit": lambda _: MakeDeposit(account_number=ALICE, amount=DOLLAR),
    "MakeWithdrawal": lambda _: MakeWithdrawal(account_number=ALICE, amount=DOLLAR),
    "MakeTransfer": lambda _: MakeTransfer(from_account=ALICE, to_account=BOB, amount=DOLLAR),
    "MakeOrderedTransfer": lambda _: MakeOrderedTransfer(
        from_account=ALICE, to_account=BOB, amount=DOLLAR
    ),
    "MakeTransfer to": lambda _: MakeTransfer(from_account=ALICE, to_account=CAROL, amount=RUPEE),
    "PostEntry": lambda _: PostEntry(
        reference="r-1", currency=USD, legs=legs((ALICE, -100), (BOB, 100))
    ),
    "PlaceHold": lambda _: a_hold(DOLLAR),
    "PlaceHold again": placed_again,
    "CaptureHold": lambda books: captured(books, DOLLAR),
    "CaptureHold whole": lambda books: captured(books, ALL_DOLLARS),
    "CaptureHold to": lambda books: captured(books, None, CAROL),
    "ReverseEntry": lambda books: reversal(books, DOLLAR),
    "ReverseEntry whole": lambda books: reversal(books, ALL_DOLLARS),
}
# Told in an outcome or an answer (test_receiving.py); judged by the product.
ELSEWHERE = {"PostEntries", "ReceivePayment", "OpenAccount"}


def names_a_currency(kind: Any) -> bool:
    """Whether a message has a currency anywhere within."""
    if kind is Currency:
        return True
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return any(names_a_currency(field.annotation) for field in kind.model_fields.values())
    return any(names_a_currency(inner) for inner in get_args(kind))


def test_every_command_that_names_a_currency_is_looked_at_here() -> None:
    commands: list[type[Command]] = [*DECISIONS, OpenAccount]
    named = {kind.__name__ for kind in commands if names_a_currency(kind)}

    assert named == {name.partition(" ")[0] for name in CONTRADICTIONS} | ELSEWHERE


@pytest.mark.parametrize("wish", CONTRADICTIONS.values(), ids=list(CONTRADICTIONS))
def test_another_currency_than_the_objects_is_refused_and_changes_nothing(wish: Wish) -> None:
    books = some_books()
    command = wish(books)

    refuses(CurrencyMismatch, books, command, MANAGER)


def test_an_entry_of_many_in_another_currency_is_refused_in_its_outcome() -> None:
    books = some_books()
    item = an_item("r-1", (ALICE, -100), (BOB, 100), currency=USD)

    [outcome] = decide(books, PostEntries(items=(item,)), sender="operator").outcomes

    assert (outcome.code, outcome.entry_id, books.entries) == ("currency-mismatch", None, [])


def test_the_whole_in_the_right_currency_is_all_that_is_left() -> None:
    books = some_books()
    all_rupees = Whole(currency=Currency.INR)
    capture = captured(books, all_rupees)

    assert decide(books, capture).captured_minor == 400
    assert decide(books, reversal(books, all_rupees), MANAGER).amount_minor == 400
    assert balance(books) == 100_000 - 400


@pytest.mark.integration
async def test_a_hold_and_an_entry_in_rupees_end_in_rupees_alone(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)
    hold = a_hold("60", alice.number)
    await bank.do(hold)
    made = await bank.do(MakeDeposit(account_number=bob.number, amount=inr("5")))
    capture = CaptureHold(hold_id=hold.hold_id, to_account=bob.number, amount=ALL_DOLLARS)
    take_back = ReverseEntry(entry_id=made.entry_id, reason="wrong", amount=ALL_DOLLARS)

    for wish in (capture, take_back):
        with pytest.raises(CurrencyMismatch):
            await bank.do(wish, MANAGER)

    assert (await bank.balance(alice), await bank.balance(bob)) == ((10_000, 6_000), (500, 0))
