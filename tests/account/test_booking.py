"""Every command on every group of accounts, compared with the table in docs/api/transactions.md."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contracts.account.accounts import ChangeAccountStatus, OpenAccount
from contracts.account.holds import CaptureHold, Charge
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
from contracts.account.values import AccountStatus, AccountType
from contracts.envelope import (
    EVERYONE,
    GATEWAY,
    OPERATOR,
    STAFF,
    Command,
    DomainError,
    Message,
    Role,
    Subject,
)
from infra.bus.authority import may_ask, may_publish
from infra.deployment.definitions import broker_users
from services.account.domain.commands.booking import BOOKS_ON
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.chart import GROUP_OF_LINE, Group, group_of
from services.account.domain.refusals import UnknownAccount, UnknownCounterparty
from tests.account.bank import Bank
from tests.account.examples import (
    BANK,
    CLEARING,
    INCOME,
    VAULT,
    a_hold,
    an_account,
    an_item,
    as_stored,
    decide,
    legs,
    refuses,
    some_books,
)
from tests.architecture.house import ROOT
from tests.builders import ALICE, BOB, customer, inr, staff

SUSPENSE = "GL-SUSPENSE-INR"
NUMBERS = {
    Group.CUSTOMERS: BOB,
    Group.CASH: VAULT,
    Group.CLEARING: CLEARING,
    Group.SETTLEMENT: "GL-SETTLEMENT-INR",
    Group.COMPENSATION: "GL-COMPENSATION-INR",
    Group.SUSPENSE: SUSPENSE,
    Group.LOANS: "GL-LOANS-INR",
    Group.LOSSES: "GL-LOAN-LOSSES-INR",
    Group.TAX: "GL-GST-PAYABLE-INR",
    Group.INCOME: INCOME,
    Group.EXPENSE: "GL-INTEREST-EXPENSE-INR",
    Group.EQUITY: "GL-CAPITAL-INR",
}
CHARGED = {Group.INCOME, Group.TAX}  # a capture reaches them by its charges alone
OWN = [number for number in NUMBERS.values() if number != BOB]
WHO = {
    "staff": STAFF,
    "all but AUDITOR": EVERYONE - {Role.AUDITOR},
    "ADMIN, MANAGER": {Role.ADMIN, Role.MANAGER},
}
ROW = re.compile(r"^\| `(\w+)`[^|]* \| ([^|]+) \|((?: (?:yes)? ?\|){12})$", re.MULTILINE)
BOOKING = [*BOOKS_ON, OpenAccount]

Who = tuple[str, Role | None]  # the broker user, and behind the gateway the person's role
Row = tuple[str, str, Role | None, Group]


def books_of_all_groups() -> Books:
    books = some_books()
    for number in OWN:
        books.accounts.setdefault(number, an_account(number, None))
    return books


def told_in_the_document() -> set[Row]:
    """All that the table says yes to."""
    found = set()
    text = (ROOT / "docs/api/transactions.md").read_text(encoding="utf-8")
    for command, who, cells in ROW.findall(text):
        answers = [cell.strip() for cell in cells.split("|")[:-1]]
        for group, answer in zip(Group, answers, strict=True):
            if answer == "yes":
                found |= {(command, *each, group) for each in _people_or_service(who)}
    return found


def _people_or_service(who: str) -> set[Who]:
    return {(GATEWAY, role) for role in WHO[who]} if who in WHO else {(who, None)}


def everybody() -> Iterator[Who]:
    for sender in broker_users():
        yield from ((sender, role) for role in Role) if sender == GATEWAY else [(sender, None)]


def subject_of(sender: str, role: Role | None) -> Subject:
    if role is None:
        return Subject(id=sender)
    return customer() if role is Role.CUSTOMER else staff(role)


def captured(books: Books, sender: str, number: str) -> Message:
    hold = a_hold("10")
    decide(books, hold, sender=sender)
    if group_of(books.accounts[number]) not in CHARGED:
        return CaptureHold(hold_id=hold.hold_id, to_account=number)
    return CaptureHold(
        hold_id=hold.hold_id,
        to_account=BOB if sender == GATEWAY else CLEARING,
        amount=inr("9"),
        charges=(Charge(to_account=number, amount=inr("1")),),
    )


def taken_back(books: Books, sender: str, number: str) -> ReverseEntry:
    decide(books, PostEntries(items=(an_item("before", (ALICE, -1_000), (number, 1_000)),)))
    return ReverseEntry(entry_id=as_stored(books, books.entries[-1].row.entry_id), reason="wrong")


def capture_taken_back(books: Books, sender: str, number: str) -> Message:
    entry_id = taken_back(books, sender, number).entry_id
    books.originals[entry_id].hold_id, books.originals[entry_id].owner = entry_id, sender
    return ReverseCapture(hold_id=entry_id, reason="wrong")


def sides(sender: str, number: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """From an account on which this sender may book."""
    if sender == "loan":
        return (ALICE, -1_000), (number, 1_000)
    return (SUSPENSE if number == CLEARING else CLEARING, -1_000), (number, 1_000)


CASH: dict[str, Any] = {"account_number": ALICE, "amount": inr("10")}
WISHES: dict[type[Command], Callable[[Books, str, str], Message]] = {
    OpenAccount: lambda books, sender, number: MakeDeposit(**CASH),  # the first deposit
    MakeDeposit: lambda books, sender, number: MakeDeposit(**CASH),
    MakeWithdrawal: lambda books, sender, number: MakeWithdrawal(**CASH),
    MakeTransfer: lambda books, sender, number: MakeTransfer(
        from_account=ALICE, to_account=number, amount=inr("10")
    ),
    MakeOrderedTransfer: lambda books, sender, number: MakeOrderedTransfer(
        from_account=ALICE, to_account=number, amount=inr("10")
    ),
    CaptureHold: captured,
    PostEntry: lambda books, sender, number: PostEntry(
        reference="r", legs=legs(*sides(sender, number))
    ),
    PostEntries: lambda books, sender, number: PostEntries(
        items=(an_item("r", *sides(sender, number)),)
    ),
    ReceivePayment: lambda books, sender, number: ReceivePayment(
        reference="r", from_account=number, **CASH
    ),
    ReverseEntry: taken_back,
    ReverseCapture: capture_taken_back,
}


def does_book(command: type[Command], sender: str, role: Role | None, group: Group) -> bool:
    """Whether this command, let in for this sender and role, books on an account of the group."""
    subject = subject_of(sender, role)
    if not (may_publish(command, sender) and may_ask(command, sender, subject)):
        return False
    books = books_of_all_groups()
    wish = WISHES[command](books, sender, NUMBERS[group])
    booked_before = len(books.entries)
    try:
        decide(books, wish, subject, sender=sender)
    except DomainError:
        return False
    booked = {side.number for entry in books.entries[booked_before:] for side in entry.accounts}
    return NUMBERS[group] in booked


@pytest.mark.parametrize("command", BOOKING)
def test_a_command_books_where_the_document_says_and_nowhere_else(command: type[Command]) -> None:
    found = {
        (command.__name__, sender, role, group)
        for sender, role in everybody()
        for group in Group
        if does_book(command, sender, role, group)
    }

    assert found == {row for row in told_in_the_document() if row[0] == command.__name__}
    assert found


def test_every_command_that_books_is_in_the_table() -> None:
    books_nothing = {"PlaceHold", "ReleaseHold", "ChangeAccountStatus"}

    assert {kind.__name__ for kind in BOOKS_ON} == {k.__name__ for k in DECISIONS} - books_nothing


@pytest.mark.parametrize("number", OWN)
def test_a_teller_moves_nothing_into_the_banks_own_accounts_by_a_hold(number: str) -> None:
    books = books_of_all_groups()
    wish = captured(books, GATEWAY, number)

    with pytest.raises(UnknownCounterparty) as refused:
        decide(books, wish)

    assert refused.value.code == "unknown-counterparty"
    refuses(UnknownCounterparty, books, wish)


@pytest.mark.parametrize("number", OWN)
@pytest.mark.parametrize("sender", [GATEWAY, "payment"])
def test_the_account_that_a_command_is_about_is_a_customers(number: str, sender: str) -> None:
    cash: dict[str, Any] = {"account_number": number, "amount": inr("1")}
    for wish in (
        MakeDeposit(**cash),
        MakeWithdrawal(**cash),
        MakeTransfer(from_account=number, to_account=BOB, amount=inr("1")),
        a_hold("1", number),
        ChangeAccountStatus(account_number=number, status=AccountStatus.FROZEN, reason="why"),
    ):
        refuses(UnknownAccount, books_of_all_groups(), wish, sender=sender)


def test_nobody_books_on_a_line_of_the_chart_that_the_table_does_not_know() -> None:
    books = books_of_all_groups()
    books.accounts["GL-GOLD-INR"] = an_account("GL-GOLD-INR", None)

    assert group_of(books.accounts["GL-GOLD-INR"]) is None
    wish = PostEntries(items=(an_item("r", (CLEARING, -1), ("GL-GOLD-INR", 1)),))
    [outcome] = decide(books, wish, BANK, sender=OPERATOR).outcomes
    assert outcome.code == "out-of-reach"


@pytest.mark.integration
async def test_the_table_knows_every_line_of_the_chart(bank: Bank) -> None:
    async with bank.connection() as db:
        rows = await db.fetch("select code from gl_accounts")

    assert {row[0] for row in rows} == set(GROUP_OF_LINE) | {each.value for each in AccountType}
