"""Transfers by standing orders: judged like those of whoever made the order, and no better."""

import pytest

from contracts.account.movements import MakeOrderedTransfer
from contracts.account.values import AccountStatus
from contracts.envelope import Subject
from services.account.domain.refusals import (
    InsufficientFunds,
    PayeeUnavailable,
    UnknownAccount,
)
from tests.account.examples import balance, decide, refuses, some_books
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, customer, inr, staff

SENDER = "transaction"


def ordered(amount: str, to_account: str = BOB) -> MakeOrderedTransfer:
    return MakeOrderedTransfer(from_account=ALICE, to_account=to_account, amount=inr(amount))


@pytest.mark.parametrize("maker", [customer(ALICE_ID), staff()])
def test_an_order_moves_the_money_of_the_account_that_pays(maker: Subject) -> None:
    books = some_books()

    decide(books, ordered("300"), maker, sender=SENDER)

    assert (balance(books), balance(books, BOB)) == (70_000, 30_000)
    assert books.entries[0].row.actor == maker.id
    assert books.entries[0].row.value_date == books.business_date


def test_an_order_moves_no_money_of_somebody_else() -> None:
    refuses(UnknownAccount, some_books(), ordered("1"), customer(BOB_ID), sender=SENDER)


def test_an_order_moves_no_more_than_there_is() -> None:
    refuses(InsufficientFunds, some_books(), ordered("1000.01"), staff(), sender=SENDER)


@pytest.mark.parametrize("maker", [customer(ALICE_ID), staff()])
@pytest.mark.parametrize("number", ["AC-20990101-000001", "GL-CASH-INR"])
def test_why_the_other_account_cannot_be_paid_is_told_to_nobody(
    maker: Subject, number: str
) -> None:
    """Whose account pays reads it, also of an order that staff made for him."""
    refuses(PayeeUnavailable, some_books(), ordered("1", number), maker, sender=SENDER)


def test_a_frozen_payee_is_unavailable() -> None:
    books = some_books()
    books.accounts[BOB].status = AccountStatus.FROZEN

    refuses(PayeeUnavailable, books, ordered("1"), staff(), sender=SENDER)
