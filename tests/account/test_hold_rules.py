"""Holds placed, captured, released and expired, decided on books in memory."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import MakeWithdrawal
from contracts.account.values import AccountStatus, EntryKind, HoldState
from contracts.envelope import GATEWAY, Refused
from contracts.money import Currency, CurrencyMismatch
from infra.bus.wire import parse
from services.account.domain.commands.holds import expire_due_holds
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import (
    AccountFrozen,
    CaptureExceedsHold,
    ExpiryInThePast,
    HoldAlreadyCaptured,
    HoldAlreadyExpired,
    HoldAlreadyReleased,
    HoldIdReused,
    HoldNotFound,
    InsufficientFunds,
    ReservedKind,
    SameAccount,
    UnknownAccount,
    UnknownCounterparty,
)
from tests.account.examples import (
    BANK,
    CAROL,
    CLEARING,
    LATER,
    NOON,
    VAULT,
    a_hold,
    available,
    balance,
    decide,
    refuses,
    some_books,
)
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, customer, inr, money

ENDS: dict[type[Exception], Callable[[Books, Any], Any]] = {
    HoldAlreadyCaptured: lambda books, hold_id: decide(books, capture(hold_id)),
    HoldAlreadyReleased: lambda books, hold_id: decide(books, ReleaseHold(hold_id=hold_id)),
    HoldAlreadyExpired: lambda books, hold_id: expire(books),
}


def capture(hold_id: Any, amount: str | None = None, **fields: Any) -> CaptureHold:
    money = inr(amount) if amount else None
    return CaptureHold(**{"hold_id": hold_id, "to_account": BOB, "amount": money, **fields})


def expire(books: Books) -> None:
    books.now = LATER
    expire_due_holds(books)


def held(books: Books, amount: str = "400", *, sender: str = GATEWAY, **fields: Any) -> Any:
    """The id of a hold that ends in an hour."""
    wish = a_hold(amount, **{"expires_at": LATER, **fields})
    return decide(books, wish, sender=sender).hold_id


def test_a_hold_for_one_customer_finds_no_account_of_another() -> None:
    books = some_books()
    refuses(UnknownAccount, books, a_hold("5", customer_id=BOB_ID))

    decide(books, a_hold("5", customer_id=ALICE_ID))


def test_a_hold_leaves_the_balance_and_takes_the_available() -> None:
    books = some_books()

    placed = decide(books, a_hold("400"), customer(ALICE_ID))

    assert (balance(books), available(books)) == (100_000, 60_000)
    assert (placed.state, placed.amount_minor, placed.expires_at) == (HoldState.OPEN, 40_000, None)
    refuses(InsufficientFunds, books, a_hold("600.01"))
    refuses(InsufficientFunds, books, MakeWithdrawal(account_number=ALICE, amount=inr("600.01")))


def test_a_final_capture_moves_its_part_and_frees_the_rest() -> None:
    books = some_books()
    hold_id = held(books)

    captured = decide(books, capture(hold_id, "250", kind=EntryKind.PAYMENT), BANK)

    assert (balance(books), available(books), balance(books, BOB)) == (75_000, 75_000, 25_000)
    assert (captured.state, captured.captured_minor, captured.released_minor) == (
        HoldState.CAPTURED,
        25_000,
        15_000,
    )
    assert books.entries[-1].row.entry_id == captured.entry_id
    assert books.entries[-1].row.hold_id == hold_id
    assert books.entries[-1].row.kind is EntryKind.PAYMENT


def test_captures_in_parts_end_with_the_last_of_the_money() -> None:
    books = some_books()
    hold_id = held(books)

    first = decide(books, capture(hold_id, "100", final=False))
    assert (first.state, available(books)) == (HoldState.OPEN, 60_000)
    refuses(CaptureExceedsHold, books, capture(hold_id, "300.01"))
    last = decide(books, capture(hold_id, final=False))

    assert (last.state, last.captured_minor, last.released_minor) == (
        HoldState.CAPTURED,
        40_000,
        0,
    )
    assert (balance(books), available(books)) == (60_000, 60_000)


def test_a_release_after_a_partial_capture_frees_what_is_left() -> None:
    books = some_books()
    hold_id = held(books)
    decide(books, capture(hold_id, "100", final=False))

    released = decide(books, ReleaseHold(hold_id=hold_id))

    assert (released.state, released.captured_minor, released.released_minor) == (
        HoldState.RELEASED,
        10_000,
        30_000,
    )
    assert (balance(books), available(books)) == (90_000, 90_000)


def test_an_expired_hold_is_free_as_soon_as_anybody_looks() -> None:
    books = some_books()
    hold_id = held(books)

    expire(books)

    assert (books.holds[hold_id].state, available(books)) == (HoldState.EXPIRED, 100_000)
    assert books.holds[hold_id].ended_at == LATER


@pytest.mark.parametrize("refusal", ENDS)
def test_a_hold_ends_once(refusal: Any) -> None:
    books = some_books()
    hold = a_hold("400", expires_at=LATER)
    decide(books, hold)
    ENDS[refusal](books, hold.hold_id)

    refuses(refusal, books, capture(hold.hold_id))
    refuses(refusal, books, ReleaseHold(hold_id=hold.hold_id))
    refuses(refusal, books, hold)


def test_a_compensation_may_be_repeated_but_takes_no_captured_money_back() -> None:
    books = some_books()
    released, expired, captured = [held(books, amount, sender="payment") for amount in "123"]
    decide(books, ReleaseHold(hold_id=released), BANK, sender="payment")
    decide(books, capture(captured, to_account=CLEARING), BANK, sender="payment")
    expire(books)

    again = decide(books, ReleaseHold(hold_id=released), BANK, sender="payment")
    late = decide(books, ReleaseHold(hold_id=expired), BANK, sender="payment")

    assert (again.state, late.state) == (HoldState.RELEASED, HoldState.EXPIRED)
    refuses(HoldAlreadyCaptured, books, ReleaseHold(hold_id=captured), BANK, sender="payment")


def test_a_release_that_overtakes_its_hold_keeps_the_hold_away() -> None:
    books = some_books()
    hold = a_hold("400")

    early = decide(books, ReleaseHold(hold_id=hold.hold_id), BANK, sender="payment")

    assert (early.state, early.amount_minor, early.account_number) == (HoldState.RELEASED, 0, "")
    refuses(HoldAlreadyReleased, books, hold, customer(ALICE_ID), sender="payment")
    refuses(HoldNotFound, books, capture(hold.hold_id))
    refuses(HoldNotFound, books, ReleaseHold(hold_id=hold.hold_id))


def test_people_do_not_release_what_is_not_there() -> None:
    refuses(HoldNotFound, some_books(), ReleaseHold(hold_id=uuid4()))


def test_a_repeated_step_finds_its_own_hold() -> None:
    books = some_books()
    hold = a_hold("400")

    first = decide(books, hold)

    assert decide(books, hold) == first
    assert available(books) == 60_000


@pytest.mark.parametrize("other", [{"amount": inr("401")}, {"account_number": BOB}])
def test_one_id_names_one_hold(other: dict[str, Any]) -> None:
    books = some_books()
    hold = a_hold("400")
    decide(books, hold)

    refuses(HoldIdReused, books, hold.model_copy(update=other))


def test_the_hold_of_another_customer_is_not_there() -> None:
    books = some_books()
    hold_id = held(books, sender="payment")

    refuses(UnknownAccount, books, a_hold("1"), customer(BOB_ID), sender="payment")
    refuses(HoldNotFound, books, capture(hold_id), customer(BOB_ID), sender="payment")
    stranger = ReleaseHold(hold_id=hold_id)
    refuses(HoldNotFound, books, stranger, customer(BOB_ID), sender="payment")


@pytest.mark.parametrize(
    ("owner", "other", "to_account"), [("payment", GATEWAY, CLEARING), (GATEWAY, "payment", BOB)]
)
def test_a_hold_is_there_only_for_who_placed_it(owner: str, other: str, to_account: str) -> None:
    books = some_books()
    hold = a_hold("400")
    decide(books, hold, sender=owner)

    refuses(HoldNotFound, books, capture(hold.hold_id, "1", final=False), BANK, sender=other)
    refuses(HoldNotFound, books, ReleaseHold(hold_id=hold.hold_id), BANK, sender=other)
    refuses(HoldIdReused, books, hold, sender=other)

    decide(books, capture(hold.hold_id, to_account=to_account), BANK, sender=owner)
    assert balance(books) == 60_000


def test_a_hold_says_whose_account_it_is_on() -> None:
    books, hold = some_books(), a_hold("400")

    assert decide(books, hold).customer_id == decide(books, hold).customer_id == ALICE_ID


@pytest.mark.parametrize(
    "moment",
    [
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59.999999Z",
        "9999-12-31T22:59:59.999999-01:00",
    ],
)
def test_a_moment_that_cannot_be_stored_as_it_is_is_malformed(moment: str) -> None:
    wish = a_hold("1").model_dump(mode="json") | {"expires_at": moment}

    refused = parse(PlaceHold, wish)

    assert isinstance(refused, Refused)
    assert (refused.code, refused.errors[0].pointer) == ("malformed-message", "/expires_at")


def test_a_moment_means_the_same_in_every_zone() -> None:
    wish = a_hold("1").model_dump(mode="json") | {"expires_at": "2026-03-02T13:00:00+05:30"}

    placed = parse(PlaceHold, wish)

    assert isinstance(placed, PlaceHold)
    assert placed.expires_at == LATER
    assert placed.expires_at.utcoffset() == timedelta(0)


def test_money_is_held_on_customers_accounts_only() -> None:
    refuses(UnknownAccount, some_books(), a_hold("1", VAULT))


def test_a_hold_must_end_in_the_future() -> None:
    for moment in (NOON, NOON - timedelta(seconds=1)):
        refuses(ExpiryInThePast, some_books(), a_hold("1", expires_at=moment))


def test_a_freeze_stops_new_holds_and_leaves_old_ones_their_end() -> None:
    books = some_books()
    captured, released = held(books), held(books)
    books.accounts[ALICE].status = AccountStatus.FROZEN

    refuses(AccountFrozen, books, a_hold("1"))
    decide(books, capture(captured))
    decide(books, ReleaseHold(hold_id=released))

    assert (balance(books), available(books)) == (60_000, 60_000)


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"to_account": ALICE}, SameAccount),
        ({"to_account": "AC-20990101-000001"}, UnknownCounterparty),
        ({"to_account": CAROL}, CurrencyMismatch),
        ({"amount": money("1", Currency.USD)}, CurrencyMismatch),
        ({"kind": EntryKind.REVERSAL}, ReservedKind),
    ],
)
def test_a_capture_that_breaks_a_rule_is_refused(wish: dict[str, Any], refusal: Any) -> None:
    books = some_books()
    hold_id = held(books)

    refuses(refusal, books, capture(hold_id).model_copy(update=wish))


def test_held_money_can_be_captured_for_another_customer_unless_he_is_frozen() -> None:
    books = some_books()
    hold_id = held(books)
    wish = capture(hold_id, to_account=BOB)

    books.accounts[BOB].status = AccountStatus.FROZEN
    refuses(AccountFrozen, books, wish)
    books.accounts[BOB].status = AccountStatus.ACTIVE
    decide(books, wish)

    assert balance(books, BOB) == 40_000
