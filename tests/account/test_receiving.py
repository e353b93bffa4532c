"""What another bank pays is booked once, or the answer says why it goes back."""

from typing import Any

import pytest

from contracts.account.movements import PaymentReceived, ReceivePayment
from contracts.account.values import AccountStatus, EntryKind
from contracts.money import Money
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.standing import Standing
from tests.account.examples import BANK, CLEARING, VAULT, decide, picture, some_books
from tests.builders import ALICE, ALICE_ID, BOB, inr


def paid(**fields: Any) -> ReceivePayment:
    values: dict[str, Any] = {
        "reference": "in-IMPS-1", "from_account": CLEARING, "account_number": ALICE,
        "amount": inr("10"), "description": "IMPS 1 Asha Rao",
    }  # fmt: skip
    return ReceivePayment(**(values | fields))


def receive(books: Books, **fields: Any) -> PaymentReceived:
    answer: PaymentReceived = decide(books, paid(**fields), BANK, sender="payment")
    return answer


def test_it_is_one_entry_from_clearing_to_the_customer() -> None:
    books = some_books()

    answer = receive(books)

    [entry] = books.entries
    assert answer == PaymentReceived(entry_id=entry.row.entry_id, customer_id=ALICE_ID)
    assert (books.accounts[ALICE].posted_minor, books.accounts[CLEARING].posted_minor) == (
        101_000, -1_000,
    )  # fmt: skip
    assert (entry.row.kind, entry.row.description) == (EntryKind.PAYMENT, "IMPS 1 Asha Rao")


def test_a_repeat_is_answered_with_the_entry_that_is_there() -> None:
    books = some_books()
    first = receive(books)

    # Also when the account could take nothing more meanwhile.
    books.accounts[ALICE].status = AccountStatus.CLOSED

    assert receive(books) == first
    assert len(books.entries) == 1


@pytest.mark.parametrize(
    "changed", [{"amount": inr("11")}, {"account_number": BOB}, {"description": "another"}]
)
def test_a_reference_stands_for_one_payment(changed: dict[str, Any]) -> None:
    books = some_books()
    receive(books)

    assert receive(books, **changed).code == "reference-reused"
    assert len(books.entries) == 1


@pytest.mark.parametrize(
    ("alice", "code"),
    [
        ({"status": AccountStatus.FROZEN}, "account-frozen"),
        ({"status": AccountStatus.CLOSED}, "account-closed"),
        ({"owner": Standing.CLOSED}, "customer-closed"),
        ({"status": AccountStatus.DORMANT}, None),
        ({"status": AccountStatus.DEBIT_BLOCKED}, None),
        ({"owner": Standing.SUSPENDED}, None),
    ],
)
def test_what_may_be_paid_in_may_be_received_and_nothing_else(
    alice: dict[str, Any], code: str | None
) -> None:
    books = some_books(**alice)

    answer = receive(books)

    assert (answer.code, answer.customer_id) == (code, ALICE_ID)
    assert len(books.entries) == (1 if code is None else 0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"account_number": "AC-20260101-999999"}, "unknown-account"),
        ({"account_number": "7"}, "unknown-account"),
        ({"account_number": "खाता 12"}, "unknown-account"),
        ({"account_number": VAULT}, "unknown-account"),
        ({"account_number": "GL-SUSPENSE-INR"}, "unknown-account"),
        ({"amount": Money(minor=1, currency="USD")}, "currency-mismatch"),
        ({"from_account": BOB}, "out-of-reach"),
        ({"from_account": VAULT}, "out-of-reach"),
        ({"from_account": "GL-CLEARING-NONE-INR"}, "unknown-counterparty"),
    ],
)
def test_a_no_is_an_answer_and_leaves_no_trace(fields: dict[str, Any], code: str) -> None:
    books = some_books()
    before = picture(books)

    answer = receive(books, **fields)

    assert (answer.entry_id, answer.code) == (None, code)
    assert picture(books) == before
