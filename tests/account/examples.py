"""Books with named accounts, and what it takes to decide a command against them."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from contracts.account.holds import PlaceHold
from contracts.account.movements import EntryItem
from contracts.account.values import AccountStatus, AccountType, Channel, EntryKind, Leg, LineClass
from contracts.envelope import GATEWAY, OPERATOR, Command, DomainError, Message, Subject
from contracts.money import Currency, Money
from infra.handling.context import Context
from services.account.domain.commands.decisions import DECISIONS
from services.account.domain.ledger.accounts import LedgerAccount, Limits, Profile
from services.account.domain.ledger.books import Books
from services.account.domain.ledger.entries import BookedLeg, Original
from tests.builders import ALICE, ALICE_ID, BOB, BOB_ID, context, inr, staff

R = TypeVar("R", bound=Message)

VAULT, CLEARING, INCOME = "GL-CASH-INR", "GL-CLEARING-IMPS-INR", "GL-INTEREST-INCOME-INR"
CAROL = "AC-20260101-000003"  # another account of Alice's, in dollars
TODAY = date(2026, 3, 2)
OPENED_ON = date(2025, 7, 9)
NOON = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)

BOUND = (AccountType.FIXED_DEPOSIT, AccountType.RECURRING_DEPOSIT)  # until they mature
PROFILE = Profile(UUID(int=7), AccountType.SAVINGS, "SAVINGS", 1, "BANK0000001", NOON)

TELLER = staff()
BANK = Subject(id="loan")  # one of our services, acting for the bank itself


def an_account(number: str, customer_id: int | None, **fields: Any) -> LedgerAccount:
    """An account of this number, empty and active unless `fields` say otherwise."""
    known: dict[str, Any] = {
        "id": next(_ids),
        "number": number,
        "customer_id": customer_id,
        "currency": Currency.INR,
        "branch_code": "BR001" if customer_id else None,
        "gl_code": "SAVINGS" if customer_id else number.removeprefix("GL-")[:-4],
        "gl_name": "Savings deposits" if customer_id else number,
        "gl_class": LineClass.LIABILITY if customer_id else LineClass.ASSET,
        "opened_on": OPENED_ON,
        "limits": None,
        "status": AccountStatus.ACTIVE,
        "posted_minor": 0,
        "held_minor": 0,
        "overdraft_minor": 0 if customer_id else None,
        "sequence": 0,
    }
    return LedgerAccount(**{**known, **fields})


def some_books(**alice: Any) -> Books:
    """Alice has 1,000.00 (or what `alice` says), Bob nothing; the bank has a vault and more."""
    balance_minor = alice.pop("posted_minor", 100_000)
    accounts = [
        an_account(ALICE, ALICE_ID, posted_minor=balance_minor, **alice),
        an_account(BOB, BOB_ID),
        an_account(CAROL, ALICE_ID, currency=Currency.USD),
        an_account(VAULT, None, posted_minor=-balance_minor),
        an_account("GL-CASH-USD", None, currency=Currency.USD),
        an_account(CLEARING, None),
        an_account(INCOME, None),
        an_account("GL-SUSPENSE-INR", None),
        an_account("GL-LOANS-INR", None),
    ]
    ids = count(1)
    return Books(
        now=NOON,
        business_date=TODAY,
        next_id=lambda: UUID(int=next(ids)),
        accounts={account.number: account for account in accounts},
        profiles={ALICE: PROFILE},
    )


def asked_by(subject: Subject = TELLER, *, sender: str = GATEWAY) -> Context:
    """The context of a new message."""
    return context(subject, NOON, sender=sender)


def usual_sender(command: Message) -> str:
    """Who alone may send it; of several the gateway, or for what people may not send the
    operator."""
    senders = command.senders if isinstance(command, Command) else frozenset()
    if len(senders) == 1:
        return next(iter(senders))
    return GATEWAY if GATEWAY in senders else OPERATOR


def decide(
    books: Books, command: Message, subject: Subject = TELLER, *, sender: str | None = None
) -> Any:
    """The reply to a command."""
    sender = sender or usual_sender(command)
    return DECISIONS[type(command)].decide(books, command, asked_by(subject, sender=sender))  # type: ignore[index]


def refuses(
    refusal: type[DomainError],
    books: Books,
    command: Message,
    subject: Subject = TELLER,
    *,
    sender: str | None = None,
) -> None:
    """The command is refused with this, and the books are as before."""
    before = picture(books)
    with pytest.raises(refusal) as raised:
        decide(books, command, subject, sender=sender)
    assert raised.type is refusal
    assert picture(books) == before


def picture(books: Books) -> object:
    """All that a command could have changed."""
    return (
        {
            number: (each.posted_minor, each.held_minor, each.sequence, each.status)
            for number, each in books.accounts.items()
        },
        {
            key: (hold.state, hold.captured_minor, hold.released_minor)
            for key, hold in books.holds.items()
        },
        list(books.entries),
        dict(books.used),
        dict(books.posted),
        {key: each.reversed_minor for key, each in books.originals.items()},
        (set(books.new_holds), set(books.changed_holds), set(books.changed_status)),
    )


def balance(books: Books, number: str = ALICE) -> int:
    return books.accounts[number].posted_minor


def available(books: Books, number: str = ALICE) -> int:
    return books.accounts[number].available_minor


def legs(*moves: tuple[str, int]) -> tuple[Leg, ...]:
    return tuple(Leg(account_number=number, amount_minor=minor) for number, minor in moves)


def an_item(reference: str, *moves: tuple[str, int], **fields: Any) -> EntryItem:
    return EntryItem(reference=reference, legs=legs(*moves), **fields)


def a_hold(amount: str | Money, number: str = ALICE, **fields: Any) -> PlaceHold:
    money = inr(amount) if isinstance(amount, str) else amount
    known = {"hold_id": uuid4(), "account_number": number, "amount": money, "reason": "card"}
    return PlaceHold(**{**known, **fields})


def limits(transaction: int | None = None, daily: int | None = None, **channels: int) -> Limits:
    """In rupees: `limits(daily=500, online=100)`."""
    return Limits(
        transaction_minor=transaction and transaction * 100,
        daily_minor=daily and daily * 100,
        channel_daily_minor={Channel(name.upper()): n * 100 for name, n in channels.items()},
    )


def as_stored(books: Books, entry_id: UUID) -> UUID:
    """Make an entry of these books one that can be reversed, as if loaded again."""
    entry = next(each for each in books.entries if each.row.entry_id == entry_id)
    books.originals[entry_id] = Original(
        entry_id=entry_id,
        kind=EntryKind(entry.row.kind),
        currency=entry.row.currency,
        amount_minor=entry.row.amount_minor,
        reversed_minor=0,
        value_date=entry.row.value_date,
        booked_on=entry.row.booked_on,
        owner=entry.row.owner,
        channel=entry.row.channel,
        hold_id=entry.row.hold_id,
        legs=tuple(
            BookedLeg(account.number, posting.amount_minor, *posting[-2:])
            for account, posting in zip(entry.accounts, entry.postings, strict=True)
        ),
    )
    return entry_id


_ids = count(1)
