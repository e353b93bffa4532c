"""From when interest counts: not before the account was there, and for a reversal as before it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.account.holds import CaptureHold
from contracts.account.movements import (
    EntryItem,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseEntry,
)
from contracts.envelope import OPERATOR, Command, Role
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import InvalidValueDate, ValueDateBeforeOpening
from tests.account.bank import Bank
from tests.account.examples import (
    CLEARING,
    INCOME,
    TODAY,
    a_hold,
    an_item,
    as_stored,
    balance,
    decide,
    legs,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB, inr, staff

MANAGER = staff(Role.MANAGER)
OPENED = TODAY - timedelta(days=5)
EVE = OPENED - timedelta(days=1)
LATER = TODAY + timedelta(days=45)  # beyond what a wish may reach back

Dated = Callable[[date | None], Command]

CASH: dict[str, Any] = {"account_number": ALICE, "amount": inr("10")}
TO_ALICE = ((INCOME, -1_000), (ALICE, 1_000))
# What may carry a value date, about an account of Alice's.
DATED: dict[str, Dated] = {
    "MakeDeposit": lambda day: MakeDeposit(**CASH, value_date=day),
    "MakeWithdrawal": lambda day: MakeWithdrawal(**CASH, value_date=day),
    "PostEntry to": lambda day: PostEntry(reference="r", legs=legs(*TO_ALICE), value_date=day),
    "PostEntry from": lambda day: PostEntry(
        reference="r", legs=legs((ALICE, -1_000), (BOB, 1_000)), value_date=day
    ),
}


def captured(books: Books) -> Command:
    hold_id = decide(books, a_hold("10")).hold_id
    return CaptureHold(hold_id=hold_id, to_account=BOB)


# What has the value date of the day.
OF_THE_DAY: dict[str, Callable[[Books], Command]] = {
    "MakeTransfer": lambda _: MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr("10")),
    "CaptureHold": captured,
    "ReceivePayment": lambda _: ReceivePayment(
        reference="r", from_account=CLEARING, account_number=ALICE, amount=inr("10")
    ),
}


def young_books() -> Books:
    """Alice's account is five days old."""
    return some_books(opened_on=OPENED)


def test_every_command_that_books_is_looked_at_here() -> None:
    not_booking = {"PlaceHold", "ReleaseHold", "ChangeAccountStatus"}
    # By an item's outcome; as of its original; in test_ordered_transfers.py.
    elsewhere = {"PostEntries", "ReverseEntry", "ReverseCapture", "MakeOrderedTransfer"}
    looked_at = {name.partition(" ")[0] for name in (*DATED, *OF_THE_DAY)}

    assert {kind.__name__ for kind in DECISIONS} == looked_at | elsewhere | not_booking
    assert {kind.__name__ for kind in DECISIONS if "value_date" in kind.model_fields} == {
        name.partition(" ")[0] for name in DATED
    }
    assert "value_date" in EntryItem.model_fields


@pytest.mark.parametrize("wish", DATED.values(), ids=list(DATED))
def test_nothing_is_valued_before_its_account_was_opened(wish: Dated) -> None:
    books = young_books()

    refuses(ValueDateBeforeOpening, books, wish(EVE))
    decide(books, wish(OPENED))

    assert books.entries[-1].row.value_date == OPENED


def test_an_item_that_is_valued_too_early_harms_no_other() -> None:
    books = young_books()
    early = an_item("early", *TO_ALICE, value_date=EVE)
    in_time = an_item("in-time", *TO_ALICE, value_date=OPENED)

    made = decide(books, PostEntries(items=(early, in_time)), sender=OPERATOR)

    assert [each.code for each in made.outcomes] == ["value-date-before-opening", None]
    assert balance(books) == 101_000


@pytest.mark.parametrize("wish", DATED.values(), ids=list(DATED))
def test_the_bounds_of_a_wish_stay_for_an_old_account(wish: Dated) -> None:
    books = some_books()

    for day in (TODAY - timedelta(days=31), TODAY + timedelta(days=1)):
        refuses(InvalidValueDate, books, wish(day))
    decide(books, wish(TODAY - timedelta(days=30)))


def test_the_banks_own_accounts_have_no_beginning() -> None:
    books = some_books()
    for account in books.accounts.values():
        if account.customer_id is None:
            account.opened_on = TODAY

    decide(books, MakeDeposit(**CASH, value_date=EVE))

    assert books.entries[-1].row.value_date == EVE


@pytest.mark.parametrize("make", OF_THE_DAY.values(), ids=list(OF_THE_DAY))
def test_what_carries_no_date_is_valued_on_the_day_it_is_booked(
    make: Callable[[Books], Command],
) -> None:
    books = some_books(opened_on=TODAY)

    decide(books, make(books))

    assert books.entries[-1].row.value_date == TODAY


GOING_BACK = {"ReceivePayment"}  # over its rail alone; no manager takes it back
ORIGINALS: dict[str, Callable[[Books], Command]] = {
    **{name: lambda _, wish=wish: wish(EVE) for name, wish in DATED.items()},  # type: ignore[misc]
    **{name: make for name, make in OF_THE_DAY.items() if name not in GOING_BACK},
}


@pytest.mark.parametrize("make", ORIGINALS.values(), ids=list(ORIGINALS))
def test_each_part_of_a_reversal_is_valued_when_its_original_was(
    make: Callable[[Books], Command],
) -> None:
    books = some_books()
    decide(books, make(books))
    original = books.entries[-1].row
    as_stored(books, original.entry_id)
    books.business_date = LATER

    for amount in (inr("4"), None):
        decide(
            books, ReverseEntry(entry_id=original.entry_id, reason="wrong", amount=amount), MANAGER
        )

    assert [each.row.value_date for each in books.entries[-2:]] == [original.value_date] * 2
    assert {each.row.booked_on for each in books.entries[-2:]} == {LATER}


def test_what_was_valued_too_early_in_former_times_can_still_be_taken_back() -> None:
    books = some_books()
    entry_id = as_stored(books, decide(books, MakeDeposit(**CASH, value_date=EVE)).entry_id)
    books.accounts[ALICE].opened_on = OPENED

    decide(books, ReverseEntry(entry_id=entry_id, reason="valued too early"), MANAGER)

    assert books.entries[-1].row.value_date == EVE


@pytest.mark.integration
async def test_the_day_of_an_opening_is_the_banks_day(bank: Bank) -> None:
    before_midnight = bank.now.replace(hour=18, minute=29)  # 23:59 where the bank is
    noon = bank.now
    bank.now = before_midnight
    older = await bank.person("10")
    bank.now = before_midnight + timedelta(minutes=2)
    younger = await bank.person("10")

    await bank.do(_deposit(older.number, TODAY))
    with pytest.raises(ValueDateBeforeOpening, match=younger.number):
        await bank.do(_deposit(younger.number, TODAY))
    bank.now = noon

    assert await bank.balance(older) == (1_100, 0)
    assert await bank.balance(younger) == (1_000, 0)


@pytest.mark.integration
async def test_a_captured_hold_is_taken_back_as_of_its_capture(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)
    placed_at = bank.now
    hold = a_hold("60", alice.number)
    await bank.do(hold)
    bank.now = placed_at + timedelta(days=1)
    captured = await bank.do(CaptureHold(hold_id=hold.hold_id, to_account=bob.number))
    bank.now = placed_at + timedelta(days=45)
    parts = [
        await bank.do(
            ReverseEntry(entry_id=captured.entry_id, reason="wrong", amount=amount), MANAGER
        )
        for amount in (inr("20"), None)
    ]
    bank.now = placed_at

    days = [await _value_date(bank, part.entry_id) for part in parts]
    assert days == [TODAY + timedelta(days=1)] * 2
    assert await bank.balance(alice) == (10_000, 0)


def _deposit(number: str, value_date: date) -> MakeDeposit:
    return MakeDeposit(account_number=number, amount=inr("1"), value_date=value_date)


async def _value_date(bank: Bank, entry_id: UUID) -> Any:
    return await bank.value("select value_date from entries where entry_id = $1", entry_id)
