"""Transfers inside the bank, their reversal, and the history of money movements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from contracts.account.movements import (
    Entry,
    EntryReversed,
    GetEntry,
    MakeTransfer,
    ReverseEntry,
    TransferMade,
)
from contracts.account.values import EntryKind, EntrySide
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.transaction.history import Movement, Movements, SearchMovements
from contracts.words import AccountNumber, Reason, Search, Text
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.postings import BOOKED, POSTING, TRANSACTION, Direction, PostingAnswer
from gateway.idempotency import Key
from gateway.money import Amount, MoneyText, minor_units, money, part_or_whole
from gateway.routing import EdgeRouter
from gateway.schemas import (
    After,
    Answer,
    Body,
    FromDate,
    Limit,
    Page,
    ToDate,
    UuidPath,
    example,
)
from gateway.states import TransactionState
from gateway.telling import From

router = EdgeRouter("/api/transactions", "transactions")

TransactionPath = Annotated[UuidPath, Path(examples=[TRANSACTION])]


_SIDE = {"amount": "10.50", "currency": "INR", "branch_code": None, "product_code": None}


class TransferRequest(Body):
    """Money to move from one account of this bank to another."""

    model_config = example(
        from_account=ACCOUNT, to_account=OTHER_ACCOUNT, amount="10.50", description="rent"
    )

    from_account: AccountNumber
    to_account: AccountNumber
    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    description: Text = ""


class ReversalRequest(Body):
    """How much is taken back, and why; without an amount all that remains."""

    model_config = example(reason="sent to the wrong account")

    reason: Reason
    amount: Amount | None = None  # without it: all that remains
    currency: Currency | None = None  # must be the transaction's; without it: rupees


class Status(StrEnum):
    """What `state` says, in the words that the first clients were given."""

    COMPLETED = "COMPLETED"


FirstStatus = Annotated[
    Status, Field(description="Use `state`.", json_schema_extra={"deprecated": True})
]


class TransferAnswer(Answer):
    """A transfer as booked."""

    model_config = example(
        transaction_id=TRANSACTION, reference="TRA-01941f297c0070008000000000000001",
        state="completed", status="COMPLETED", from_account=ACCOUNT, to_account=OTHER_ACCOUNT,
        amount="10.50", currency="INR", **BOOKED,
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"
    tells = TransferMade

    transaction_id: Annotated[UUID, From("entry_id")]
    reference: str
    state: TransactionState = TransactionState.COMPLETED
    status: FirstStatus = Status.COMPLETED
    from_account: str
    to_account: str
    amount: MoneyText
    currency: Currency
    description: str
    booked_at: datetime
    value_date: date


class SideAnswer(Answer):
    """One side of a transaction. Balances are not shown: the other side may not be yours."""

    tells = EntrySide
    hides = frozenset(
        {
            "entry_id", "reference", "sequence", "kind", "balance_after_minor",
            "description", "booked_at", "booked_on", "value_date",
        }
    )  # fmt: skip

    account_number: str
    direction: Annotated[Direction, From("amount_minor", Direction.of)]
    amount: Annotated[MoneyText, From("amount_minor", abs)]
    currency: Currency
    branch_code: str | None  # for which it counts in reports, where it names one
    product_code: str | None


def _pair(sides: tuple[EntrySide, ...]) -> tuple[str, str] | tuple[None, None]:
    """From whom to whom, when there are just two."""
    debited = [side.account_number for side in sides if side.amount_minor < 0]
    credited = [side.account_number for side in sides if side.amount_minor > 0]
    return (debited[0], credited[0]) if len(debited) == len(credited) == 1 else (None, None)


class TransactionAnswer(Answer):
    """A transaction with its sides; `from_account` and `to_account` when there are just two.

    Of one with more than two a customer is shown the sides that are his.
    """

    model_config = example(
        transaction_id=TRANSACTION, reference="TRA-01941f297c0070008000000000000001",
        type="TRANSFER", state="completed", status="COMPLETED", from_account=ACCOUNT,
        to_account=OTHER_ACCOUNT, amount="10.50", currency="INR", booked_on="2026-01-01",
        reverses=None, reversed_by=[], reversed="0.00", **BOOKED,
        sides=[
            {"account_number": ACCOUNT, "direction": "DEBIT", **_SIDE},
            {"account_number": OTHER_ACCOUNT, "direction": "CREDIT", **_SIDE},
        ],
    )  # fmt: skip
    tells = Entry

    transaction_id: Annotated[UUID, From("entry_id")]
    reference: str
    type: Annotated[EntryKind, From("kind")]
    state: TransactionState = TransactionState.COMPLETED
    status: FirstStatus = Status.COMPLETED
    from_account: Annotated[str | None, From("postings", lambda sides: _pair(sides)[0])]
    to_account: Annotated[str | None, From("postings", lambda sides: _pair(sides)[1])]
    amount: MoneyText
    currency: Currency
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date
    reverses: UUID | None
    reversed_by: tuple[UUID, ...]  # the transactions that take it back, oldest first
    reversed: MoneyText  # how much of it they take back
    sides: Annotated[tuple[SideAnswer, ...], From("postings")]


class ReversalAnswer(Answer):
    """The new transaction that takes back (a part of) the one named by `reverses`."""

    model_config = example(
        transaction_id="01941f29-7c00-7000-8000-000000000002", reverses=TRANSACTION,
        reference="REV-01941f297c0070008000000000000002",
        type="REVERSAL", amount="10.50", currency="INR",
        remaining="0.00", booked_at="2026-01-01T10:05:00Z",
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"
    tells = EntryReversed

    transaction_id: Annotated[UUID, From("entry_id")]
    reverses: UUID
    reference: str
    type: EntryKind = EntryKind.REVERSAL
    amount: MoneyText
    currency: Currency
    remaining: MoneyText  # what may still be reversed
    booked_at: datetime


class MovementAnswer(PostingAnswer):
    """A posting with whom it was exchanged."""

    tells = Movement

    customer_id: int
    counterparty: str | None


class MovementsAnswer(Page[MovementAnswer]):
    """Movements, newest first."""

    model_config = example(
        items=[POSTING | {"customer_id": 1, "counterparty": None}], next_cursor=None
    )
    tells = Movements


@router.sends(MakeTransfer, "POST /transfers", answers=TransferAnswer, key=Key.REQUIRED)
def make_transfer(body: TransferRequest) -> MakeTransfer:
    """Move money between two accounts of this bank, whole or not at all."""
    return MakeTransfer(
        from_account=body.from_account,
        to_account=body.to_account,
        amount=money(body.amount, body.currency),
        description=body.description,
    )


@router.asks(SearchMovements, "GET ", answers=MovementsAnswer)
def search_movements(
    account_number: Annotated[AccountNumber | None, Query()] = None,
    kind: Annotated[EntryKind | None, Query(alias="type")] = None,
    booked_from: FromDate = None,
    booked_to: ToDate = None,
    currency: Annotated[
        Currency | None, Query(description="Movements of this currency only.")
    ] = None,
    min_amount: Annotated[
        Amount | None,
        Query(description="In `currency`; without one it means rupees, and finds rupees only."),
    ] = None,
    max_amount: Annotated[Amount | None, Query(description="As `min_amount`.")] = None,
    search: Annotated[Search | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> SearchMovements:
    """The history of movements, newest first, a moment behind the accounts.

    One call searches a bounded part of the history: a page may be short, or even empty, and still
    carry a `next_cursor`, from which to search on. The end is where `next_cursor` is null.
    """
    if min_amount is not None or max_amount is not None:
        currency = currency or DEFAULT_CURRENCY
    return SearchMovements(
        account_number=account_number,
        kind=kind,
        booked_from=booked_from,
        booked_to=booked_to,
        currency=currency,
        min_amount_minor=_asked_minor(min_amount, currency, "query:min_amount"),
        max_amount_minor=_asked_minor(max_amount, currency, "query:max_amount"),
        search=search,
        limit=limit,
        cursor=cursor,
    )


def _asked_minor(amount: Amount | None, currency: Currency | None, place: str) -> int | None:
    if amount is None or currency is None:
        return None
    return minor_units(amount, currency, place)


@router.asks(GetEntry, "GET /{transaction_id}", answers=TransactionAnswer)
def get_transaction(transaction_id: TransactionPath) -> GetEntry:
    """One transaction, readable as soon as it was answered."""
    return GetEntry(entry_id=transaction_id)


@router.sends(
    ReverseEntry, "POST /{transaction_id}/reverse", answers=ReversalAnswer, key=Key.REQUIRED
)
def reverse_transaction(transaction_id: TransactionPath, body: ReversalRequest) -> ReverseEntry:
    """Take a transaction back by a new one: in full once, or in parts up to the original."""
    return ReverseEntry(
        entry_id=transaction_id,
        reason=body.reason,
        amount=part_or_whole(body.amount, body.currency),
    )
