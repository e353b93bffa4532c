"""Money movements as answers: deposits, transfers, transactions, reversals and postings."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from contracts.account import (
    CashMoved,
    Entry,
    EntryKind,
    EntryReversed,
    Posting,
    Side,
    TransferMade,
)
from contracts.money import Currency
from contracts.transaction import Movement, Movements
from gateway.money import MoneyText, decimal_text
from gateway.schemas import Answer, Page, example

TRANSACTION = "01941f29-7c00-7000-8000-000000000001"
ACCOUNT = "AC-20250709-123456"
OTHER_ACCOUNT = "AC-20250709-123457"
BOOKED = {
    "description": "rent",
    "booked_at": "2026-01-01T10:00:00Z",
    "value_date": "2026-01-01",
}


class Direction(StrEnum):
    """As the account sees it: a credit raises its balance."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"

    @classmethod
    def of(cls, signed_minor: int) -> "Direction":
        return cls.CREDIT if signed_minor > 0 else cls.DEBIT


class Status(StrEnum):
    """An entry is booked in one piece; there is no other state to see."""

    COMPLETED = "COMPLETED"


class CashAnswer(Answer):
    """A deposit or withdrawal as booked."""

    model_config = example(
        transaction_id=TRANSACTION, reference="TX-20260101-000001", account_number=ACCOUNT,
        type="DEPOSIT", amount="500.00", currency="INR", balance_after="1500.00", **BOOKED,
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"

    transaction_id: UUID
    reference: str
    account_number: str
    type: EntryKind
    amount: MoneyText
    currency: Currency
    balance_after: MoneyText
    description: str
    booked_at: datetime
    value_date: date


class TransferAnswer(Answer):
    """A transfer as booked."""

    model_config = example(
        transaction_id=TRANSACTION, reference="TX-20260101-000001", status="COMPLETED",
        from_account=ACCOUNT, to_account=OTHER_ACCOUNT, amount="10.50", currency="INR", **BOOKED,
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"

    transaction_id: UUID
    reference: str
    status: Status = Status.COMPLETED
    from_account: str
    to_account: str
    amount: MoneyText
    currency: Currency
    description: str
    booked_at: datetime
    value_date: date


class SideAnswer(Answer):
    """One side of a transaction. Balances are not shown: the other side may not be yours."""

    account_number: str
    direction: Direction
    amount: MoneyText


class TransactionAnswer(Answer):
    """A transaction with its sides; `from_account` and `to_account` when there are just two.

    Of one with more than two a customer is shown the sides that are his.
    """

    model_config = example(
        transaction_id=TRANSACTION, reference="TX-20260101-000001", type="TRANSFER",
        status="COMPLETED", from_account=ACCOUNT, to_account=OTHER_ACCOUNT, amount="10.50",
        currency="INR", booked_on="2026-01-01", reverses=None, **BOOKED,
        sides=[
            {"account_number": ACCOUNT, "direction": "DEBIT", "amount": "10.50"},
            {"account_number": OTHER_ACCOUNT, "direction": "CREDIT", "amount": "10.50"},
        ],
    )  # fmt: skip

    transaction_id: UUID
    reference: str
    type: EntryKind
    status: Status = Status.COMPLETED
    from_account: str | None
    to_account: str | None
    amount: MoneyText
    currency: Currency
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date
    reverses: UUID | None
    sides: tuple[SideAnswer, ...]


class ReversalAnswer(Answer):
    """The new transaction that takes back (a part of) the one named by `reverses`."""

    model_config = example(
        transaction_id="01941f29-7c00-7000-8000-000000000002", reverses=TRANSACTION,
        reference="RV-20260101-000001", type="REVERSAL", amount="10.50", currency="INR",
        remaining="0.00", booked_at="2026-01-01T10:05:00Z",
    )  # fmt: skip
    location: ClassVar[str | None] = "/api/transactions/{transaction_id}"

    transaction_id: UUID
    reverses: UUID
    reference: str
    type: EntryKind = EntryKind.REVERSAL
    amount: MoneyText
    currency: Currency
    remaining: MoneyText  # what may still be reversed
    booked_at: datetime


class PostingAnswer(Answer):
    """One booked side of a transaction, as its account sees it."""

    transaction_id: UUID
    reference: str
    account_number: str
    sequence: int
    type: EntryKind
    direction: Direction
    amount: MoneyText
    currency: Currency
    balance_after: MoneyText
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date


POSTING = {
    "transaction_id": TRANSACTION, "reference": "TX-20260101-000001", "account_number": ACCOUNT,
    "sequence": 2, "type": "DEPOSIT", "direction": "CREDIT", "amount": "500.00",
    "currency": "INR", "balance_after": "1500.00", "booked_on": "2026-01-01", **BOOKED,
}  # fmt: skip


class PostingsAnswer(Page[PostingAnswer]):
    model_config = example(items=[POSTING], next_cursor=None)


class MovementAnswer(PostingAnswer):
    """A posting with whom it was exchanged."""

    customer_id: int
    counterparty: str | None


class MovementsAnswer(Page[MovementAnswer]):
    model_config = example(
        items=[POSTING | {"customer_id": 1, "counterparty": None}], next_cursor=None
    )


def cash_answer(cash: CashMoved) -> CashAnswer:
    return CashAnswer(
        transaction_id=cash.entry_id,
        reference=cash.reference,
        account_number=cash.account_number,
        type=cash.kind,
        amount=decimal_text(cash.amount_minor, cash.currency),
        currency=cash.currency,
        balance_after=decimal_text(cash.balance_after_minor, cash.currency),
        description=cash.description,
        booked_at=cash.booked_at,
        value_date=cash.value_date,
    )


def transfer_answer(transfer: TransferMade) -> TransferAnswer:
    return TransferAnswer(
        transaction_id=transfer.entry_id,
        reference=transfer.reference,
        from_account=transfer.from_account,
        to_account=transfer.to_account,
        amount=decimal_text(transfer.amount_minor, transfer.currency),
        currency=transfer.currency,
        description=transfer.description,
        booked_at=transfer.booked_at,
        value_date=transfer.value_date,
    )


def transaction_answer(entry: Entry) -> TransactionAnswer:
    debits = [p.account_number for p in entry.postings if p.amount_minor < 0]
    credits = [p.account_number for p in entry.postings if p.amount_minor > 0]
    is_pair = len(debits) == len(credits) == 1
    return TransactionAnswer(
        transaction_id=entry.entry_id,
        reference=entry.reference,
        type=entry.kind,
        from_account=debits[0] if is_pair else None,
        to_account=credits[0] if is_pair else None,
        amount=decimal_text(entry.amount_minor, entry.currency),
        currency=entry.currency,
        description=entry.description,
        booked_at=entry.booked_at,
        booked_on=entry.booked_on,
        value_date=entry.value_date,
        reverses=entry.reverses,
        sides=tuple(_side(side) for side in entry.postings),
    )


def reversal_answer(reversal: EntryReversed) -> ReversalAnswer:
    return ReversalAnswer(
        transaction_id=reversal.entry_id,
        reverses=reversal.reverses,
        reference=reversal.reference,
        amount=decimal_text(reversal.amount_minor, reversal.currency),
        currency=reversal.currency,
        remaining=decimal_text(reversal.remaining_minor, reversal.currency),
        booked_at=reversal.booked_at,
    )


def posting_answer(posting: Posting) -> PostingAnswer:
    return PostingAnswer(
        transaction_id=posting.entry_id,
        reference=posting.reference,
        account_number=posting.account_number,
        sequence=posting.sequence,
        type=posting.kind,
        direction=Direction.of(posting.amount_minor),
        amount=decimal_text(abs(posting.amount_minor), posting.currency),
        currency=posting.currency,
        balance_after=decimal_text(posting.balance_after_minor, posting.currency),
        description=posting.description,
        booked_at=posting.booked_at,
        booked_on=posting.booked_on,
        value_date=posting.value_date,
    )


def movements_answer(movements: Movements) -> MovementsAnswer:
    items = tuple(_movement(movement) for movement in movements.items)
    return MovementsAnswer(items=items, next_cursor=movements.next_cursor)


def _movement(movement: Movement) -> MovementAnswer:
    posting = posting_answer(movement)
    return MovementAnswer(
        **posting.model_dump(),
        customer_id=movement.customer_id,
        counterparty=movement.counterparty,
    )


def _side(side: Side) -> SideAnswer:
    return SideAnswer(
        account_number=side.account_number,
        direction=Direction.of(side.amount_minor),
        amount=decimal_text(abs(side.amount_minor), side.currency),
    )
