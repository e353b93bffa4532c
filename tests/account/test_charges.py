"""What the bank keeps of held money is captured with it, in one entry, and given back with it."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.holds import CaptureHold, Charge
from contracts.account.movements import GetEntry, ReverseCapture
from contracts.account.receipts import GetCheckedReceipt, GetReceipt
from contracts.account.values import EntryKind, HoldState
from contracts.envelope import GATEWAY, DomainError, Subject
from contracts.money import Currency, CurrencyMismatch, Money
from infra.bus.wire import dump
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import (
    AlreadyReversed,
    CaptureExceedsHold,
    CaptureNotWhole,
    OutOfReach,
    SameAccount,
    UnknownCounterparty,
)
from tests.account.bank import Bank, together
from tests.account.examples import (
    BANK,
    CLEARING,
    VAULT,
    a_hold,
    an_account,
    as_stored,
    balance,
    decide,
    limits,
    refuses,
    some_books,
)
from tests.builders import ALICE, BOB, inr, money

FEES, TAX, SUSPENSE = "GL-FEE-INCOME-INR", "GL-GST-PAYABLE-INR", "GL-SUSPENSE-INR"
PAYMENT = Subject(id="payment")


def books_with_lines(**alice: Any) -> Books:
    books = some_books(**alice)
    for number in (FEES, TAX, SUSPENSE):
        books.accounts.setdefault(number, an_account(number, None))
    return books


def charge(amount: str, to: str = FEES) -> Charge:
    return Charge(to_account=to, amount=inr(amount))


def held(books: Books, amount: str = "105.90", sender: str = "payment") -> Any:
    return decide(books, a_hold(amount), sender=sender).hold_id


def capture(hold_id: Any, *charges: Charge, **fields: Any) -> CaptureHold:
    values = {"to_account": CLEARING, "amount": inr("100"), "kind": EntryKind.PAYMENT, **fields}
    return CaptureHold(hold_id=hold_id, charges=charges, **values)


def test_one_entry_moves_the_amount_the_fee_and_the_tax() -> None:
    books = books_with_lines()
    hold_id = held(books)

    captured = decide(
        books, capture(hold_id, charge("5"), charge("0.90", TAX)), BANK, sender="payment"
    )

    [entry] = books.entries
    assert [(each.number, side.amount_minor) for each, side in zip(
        entry.accounts, entry.postings, strict=True
    )] == [(ALICE, -10_590), (CLEARING, 10_000), (FEES, 500), (TAX, 90)]  # fmt: skip
    assert (entry.row.amount_minor, entry.row.hold_id) == (10_590, hold_id)
    assert (captured.state, captured.captured_minor, captured.released_minor) == (
        HoldState.CAPTURED, 10_590, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("charges", "fields", "refusal"),
    [
        ([charge("5")], {}, CaptureNotWhole),
        ([charge("5"), charge("0.91", TAX)], {}, CaptureNotWhole),
        ([charge("5.90")], {"amount": None}, CaptureNotWhole),
        ([charge("5.90")], {"amount": inr("105.91")}, CaptureExceedsHold),
        ([charge("5.90", SUSPENSE)], {}, OutOfReach),
        ([charge("5.90", VAULT)], {}, OutOfReach),
        ([charge("5.90", CLEARING)], {}, OutOfReach),
        ([charge("5.90", BOB)], {}, OutOfReach),
        ([charge("5.90", ALICE)], {}, OutOfReach),
        ([charge("5.90", "GL-GOLD-INR")], {}, UnknownCounterparty),
        ([charge("5"), charge("0.90")], {}, SameAccount),
        ([Charge(to_account=FEES, amount=money("5.90", Currency.USD))], {}, CurrencyMismatch),
        ([charge("5.90", "GL-FEE-INCOME-USD")], {}, CurrencyMismatch),
        ([], {"to_account": FEES}, OutOfReach),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_no_trace(
    charges: list[Charge], fields: dict[str, Any], refusal: type[DomainError]
) -> None:
    books = books_with_lines()
    dollars = an_account("GL-FEE-INCOME-USD", None, currency=Currency.USD)
    books.accounts[dollars.number] = dollars

    refuses(refusal, books, capture(held(books), *charges, **fields), BANK, sender="payment")


def test_people_charge_nothing_by_a_hold() -> None:
    books = books_with_lines()
    wish = capture(held(books, sender=GATEWAY), charge("5.90"), to_account=BOB)

    refuses(UnknownCounterparty, books, wish)


def test_taking_back_the_capture_gives_back_all_of_it_and_once() -> None:
    books = books_with_lines(limits=limits(daily=200))
    hold_id = held(books)
    captured = decide(
        books, capture(hold_id, charge("5"), charge("0.90", TAX)), BANK, sender="payment"
    )
    as_stored(books, captured.entry_id)
    wish = ReverseCapture(hold_id=hold_id, reason="it came back")

    decide(books, wish, BANK, sender="payment")

    numbers = (ALICE, CLEARING, FEES, TAX)
    assert [balance(books, number) for number in numbers] == [100_000, 0, 0, 0]
    assert set(books.used.values()) == {0}
    refuses(AlreadyReversed, books, wish, BANK, sender="payment")


def test_a_capture_without_charges_is_the_message_that_it_was_before_there_were_any() -> None:
    told = orjson.loads(dump(CaptureHold(hold_id=uuid4(), to_account=CLEARING, amount=inr("1"))))

    assert list(told) == ["hold_id", "to_account", "amount", "final", "kind", "description"]


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**6), max_size=2, unique=True))
def test_whatever_is_charged_the_entry_sums_to_zero_and_the_hold_is_used_up(
    minor: int, parts: list[int]
) -> None:
    books = books_with_lines(posted_minor=10**10)
    total = minor + sum(parts)
    hold_id = decide(books, a_hold(Money(minor=total)), sender="payment").hold_id
    charges = [
        Charge(to_account=line, amount=Money(minor=part))
        for line, part in zip((FEES, TAX), parts, strict=False)
    ]

    decide(books, capture(hold_id, *charges, amount=Money(minor=minor)), BANK, sender="payment")

    [entry] = books.entries
    assert sum(side.amount_minor for side in entry.postings) == 0
    assert books.accounts[ALICE].held_minor == 0
    assert balance(books) == 10**10 - total
    assert balance(books, CLEARING) == minor


@pytest.mark.integration
async def test_the_ledger_keeps_it_and_its_receipt_says_what_the_bank_has_kept(bank: Bank) -> None:
    alice = await bank.person("200")
    hold = a_hold("105.90", alice.number)
    await bank.do(hold, PAYMENT, sender="payment")
    wish = capture(hold.hold_id, charge("5"), charge("0.90", TAX))
    before = await _lines(bank)

    made = await bank.do(wish, PAYMENT, sender="payment")

    receipt = await bank.ask(GetReceipt(entry_id=made.entry_id), alice.subject)
    assert (receipt.amount_minor, receipt.fee_minor, receipt.gst_minor) == (10_590, 500, 90)
    assert (receipt.from_account, receipt.to_account) == (alice.number, CLEARING)
    checked = await bank.ask(GetCheckedReceipt(code=receipt.code), Subject(id=GATEWAY))
    assert (checked.amount_minor, checked.from_account_ends) == (10_590, alice.number[-4:])
    entry = await bank.ask(GetEntry(entry_id=made.entry_id), alice.subject)
    assert [side.amount_minor for side in entry.postings] == [-10_590]
    assert await bank.balance(alice) == (9_410, 0)
    assert [after - was for after, was in zip(await _lines(bank), before, strict=True)] == [500, 90]

    back = ReverseCapture(hold_id=hold.hold_id, reason="it came back")
    reversed_ = await bank.do(back, PAYMENT, sender="payment")

    receipt = await bank.ask(GetReceipt(entry_id=reversed_.entry_id), alice.subject)
    assert (receipt.amount_minor, receipt.fee_minor, receipt.gst_minor) == (10_590, 500, 90)
    assert (receipt.from_account, receipt.to_account) == (CLEARING, alice.number)
    assert await bank.balance(alice) == (20_000, 0)
    assert await _lines(bank) == before


@pytest.mark.integration
async def test_many_at_once_charge_each_once(bank: Bank) -> None:
    people = [await bank.person("200") for _ in range(6)]
    holds = [a_hold("105.90", each.number) for each in people]
    for hold in holds:
        await bank.do(hold, PAYMENT, sender="payment")
    before = await _lines(bank)
    wishes = [capture(hold.hold_id, charge("5"), charge("0.90", TAX)) for hold in holds]

    await together(*[bank.do(wish, PAYMENT, sender="payment") for wish in wishes * 2])

    assert [after - was for after, was in zip(await _lines(bank), before, strict=True)] == [
        6 * 500, 6 * 90,
    ]  # fmt: skip


@pytest.mark.integration
async def test_every_currency_has_a_line_of_fees_and_one_of_tax(bank: Bank) -> None:
    lines = [
        f"GL-{line}-{currency}" for line in ("FEE-INCOME", "GST-PAYABLE") for currency in Currency
    ]

    found = await bank.value("select count(*) from accounts where number = any($1)", lines)

    assert found == len(lines) == 2 * len(Currency)


async def _lines(bank: Bank) -> list[int]:
    question = (
        "select posted_minor from balances join accounts on id = account_id where number = $1"
    )
    return [await bank.value(question, number) for number in (FEES, TAX)]
