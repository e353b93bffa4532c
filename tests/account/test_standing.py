"""What a customer's standing stops, over every command about money, and how it becomes known."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.account.movements import (
    MakeDeposit,
    MakeOrderedTransfer,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseCapture,
    ReverseEntry,
)
from contracts.account.values import AccountStatus
from contracts.customer import (
    Customer,
    CustomerStatus,
    CustomerStatusChanged,
    CustomerUpdated,
    KycStatus,
)
from contracts.envelope import Command, DomainError
from contracts.money import Currency
from infra.handling.context import Asked
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.commands.transfers import make_transfer
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.standing import Standing, standing_of
from services.account.domain.refusals import (
    AlreadyBooked,
    CustomerClosed,
    CustomerRejected,
    CustomerSuspended,
    InsufficientFunds,
    PayeeUnavailable,
)
from services.account.handlers.customers import on_customer_changed
from services.account.store import AccountStore
from tests.account.bank import Bank, Person
from tests.account.commands import about_alice
from tests.account.examples import (
    TELLER,
    asked_by,
    decide,
    refuses,
    some_books,
)
from tests.builders import ALICE, ALICE_ID, BOB, an, customer, inr

ALICE_HERSELF = customer(ALICE_ID)

# What each command asks of Alice's account: to pay out of it, to pay into it, or nothing.
OF_ALICE: dict[type[Command], str] = {
    MakeWithdrawal: "debit",
    MakeDeposit: "credit",
    MakeTransfer: "debit",
    MakeOrderedTransfer: "debit",
    PostEntry: "debit",
    PostEntries: "debit",
    ReceivePayment: "credit",
    PlaceHold: "debit",
    CaptureHold: "promised",
    ReleaseHold: "promised",
    ReverseEntry: "restores",
    ReverseCapture: "restores",
    ChangeAccountStatus: "no money",
}
STOPPED = {
    (Standing.SUSPENDED, "debit"): CustomerSuspended,
    (Standing.REJECTED, "debit"): CustomerRejected,
    (Standing.CLOSED, "debit"): CustomerClosed,
    (Standing.CLOSED, "credit"): CustomerClosed,
}


def test_every_command_about_money_has_a_row_in_this_table() -> None:
    assert set(OF_ALICE) == set(DECISIONS)


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("kind", DECISIONS)
def test_a_standing_stops_what_its_table_says(kind: type[Command], standing: Standing) -> None:
    books = some_books()
    command = about_alice(kind, books)

    books.accounts[ALICE].owner = standing

    stopped = STOPPED.get((standing, OF_ALICE[kind]))
    if stopped is None:
        assert getattr(decide(books, command), "code", None) is None
    elif kind is PostEntries:
        [outcome] = decide(books, command).outcomes
        assert outcome.code == stopped().code
    elif kind is ReceivePayment:
        assert decide(books, command).code == stopped().code
    else:
        refuses(stopped, books, command)


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, Standing.ACTIVE),
        ({"kyc_status": KycStatus.VERIFIED}, Standing.ACTIVE),
        ({"kyc_status": KycStatus.REJECTED}, Standing.REJECTED),
        ({"status": CustomerStatus.SUSPENDED, "kyc_status": KycStatus.REJECTED}, "SUSPENDED"),
        ({"status": CustomerStatus.CLOSED}, Standing.CLOSED),
    ],
)
def test_the_strictest_of_status_and_papers_counts(fields: Any, standing: str) -> None:
    assert standing_of(an(Customer, **{"kyc_status": KycStatus.PENDING, **fields})) == standing


def unpayable() -> dict[str, Callable[[Books], None]]:
    """Each reason why Bob cannot be paid."""

    def with_bob(**fields: Any) -> Callable[[Books], None]:
        def change(books: Books) -> None:
            for name, value in fields.items():
                setattr(books.accounts[BOB], name, value)

        return change

    return {
        "unknown": lambda books: books.accounts.__delitem__(BOB),
        "the bank's own": with_bob(customer_id=None),
        "another currency": with_bob(currency=Currency.USD),
        "frozen": with_bob(status=AccountStatus.FROZEN),
        "closed": with_bob(status=AccountStatus.CLOSED),
        "of a closed customer": with_bob(owner=Standing.CLOSED),
        "full": with_bob(posted_minor=10**18),
    }


@pytest.mark.parametrize("reason", unpayable())
def test_a_payer_learns_nothing_about_whom_he_cannot_pay(reason: str) -> None:
    books = some_books()
    unpayable()[reason](books)

    payable_amount = MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr("1"))
    refuses(PayeeUnavailable, books, payable_amount, ALICE_HERSELF)
    too_much = MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr("5000"))
    refuses(InsufficientFunds, books, too_much, ALICE_HERSELF)


@pytest.mark.parametrize("reason", unpayable())
def test_a_repeat_after_the_answer_was_forgotten_tells_nothing_new_about_the_payee(
    reason: str,
) -> None:
    books, context = some_books(), asked_by(ALICE_HERSELF)
    wish = MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr("1"))
    make_transfer(books, wish, context)

    unpayable()[reason](books)

    with pytest.raises(AlreadyBooked):
        make_transfer(books, wish, context)


@pytest.mark.parametrize("reason", unpayable())
def test_staff_see_why_an_account_cannot_be_paid(reason: str) -> None:
    books = some_books()
    unpayable()[reason](books)

    with pytest.raises(DomainError) as raised:
        decide(books, MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr("1")))
    assert raised.type is not PayeeUnavailable


async def hear(bank: Bank, *events: CustomerStatusChanged | CustomerUpdated) -> None:
    heard = [Asked(event, bank.context(TELLER, "customer")) for event in events]
    async with bank.connection() as db, db.transaction():
        await on_customer_changed(heard, AccountStore(db))


def changed(person: Person, status: CustomerStatus, version: int) -> CustomerStatusChanged:
    described = an(
        Customer, id=person.id, status=status, kyc_status=KycStatus.PENDING, version=version
    )
    return CustomerStatusChanged(customer=described, reason="court order")


@pytest.mark.integration
async def test_a_suspension_that_was_heard_stops_money_until_it_is_lifted(bank: Bank) -> None:
    person = await bank.person()
    wish = MakeWithdrawal(account_number=person.number, amount=inr("1"))

    await hear(bank, changed(person, CustomerStatus.SUSPENDED, 2))
    with pytest.raises(CustomerSuspended):
        await bank.do(wish)

    await hear(bank, changed(person, CustomerStatus.ACTIVE, 3))
    await bank.do(wish)


@pytest.mark.integration
async def test_an_older_version_heard_late_changes_nothing(bank: Bank) -> None:
    person = await bank.person()

    await hear(bank, changed(person, CustomerStatus.SUSPENDED, 3))
    await hear(bank, changed(person, CustomerStatus.ACTIVE, 2))

    with pytest.raises(CustomerSuspended):
        await bank.do(MakeWithdrawal(account_number=person.number, amount=inr("1")))


@pytest.mark.integration
async def test_rejected_papers_stop_money(bank: Bank) -> None:
    person = await bank.person()
    described = an(
        Customer, id=person.id, status=CustomerStatus.ACTIVE, kyc_status=KycStatus.REJECTED,
        version=2,
    )  # fmt: skip

    await hear(bank, CustomerUpdated(customer=described))

    with pytest.raises(CustomerRejected):
        await bank.do(MakeWithdrawal(account_number=person.number, amount=inr("1")))
