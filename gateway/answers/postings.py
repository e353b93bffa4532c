"""Postings as answers, and what all booked money has in common."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.account.accounts import Postings
from contracts.account.values import EntryKind, Posting
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example
from gateway.telling import From

TRANSACTION = "01941f29-7c00-7000-8000-000000000001"
BOOKED = {
    "description": "rent",
    "booked_at": "2026-01-01T10:00:00Z",
    "value_date": "2026-01-01",
}
POSTING = {
    "transaction_id": TRANSACTION, "reference": "DEP-01941f297c0070008000000000000001",
    "account_number": ACCOUNT, "sequence": 2, "type": "DEPOSIT", "direction": "CREDIT",
    "amount": "500.00", "currency": "INR", "balance_after": "1500.00", "booked_on": "2026-01-01",
    **BOOKED,
}  # fmt: skip


class Direction(StrEnum):
    """As the account sees it: a credit raises its balance."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"

    @classmethod
    def of(cls, signed_minor: int) -> "Direction":
        return cls.CREDIT if signed_minor > 0 else cls.DEBIT


class PostingAnswer(Answer):
    """One booked side of a transaction, as its account sees it."""

    tells: ClassVar[type[Posting]] = Posting

    transaction_id: Annotated[UUID, From("entry_id")]
    reference: str
    account_number: str
    sequence: int
    type: Annotated[EntryKind, From("kind")]
    direction: Annotated[Direction, From("amount_minor", Direction.of)]
    amount: Annotated[MoneyText, From("amount_minor", abs)]
    currency: Currency
    balance_after: MoneyText
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date


class PostingsAnswer(Page[PostingAnswer]):
    """What was booked on an account, newest first."""

    model_config = example(items=[POSTING], next_cursor=None)
    tells = Postings
