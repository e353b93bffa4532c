"""Receipts as answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from contracts.account.receipts import Receipt, ReceiptChecked
from contracts.account.values import EntryKind
from contracts.money import Currency
from gateway.answers.accounts import ACCOUNT, OTHER_ACCOUNT
from gateway.answers.postings import BOOKED, TRANSACTION
from gateway.money import MoneyText
from gateway.schemas import Answer, example
from gateway.telling import From

CODE = "AZQfKXwAcACAAAAAAAAAAcxcX5p5pT6u4Gg0N2wQ0mE"
_TOLD = {
    "reference": "TRA-01941f297c0070008000000000000001", "type": "TRANSFER", "amount": "10.50",
    "currency": "INR", "reversed": "0.00", "booked_on": "2026-01-01",
}  # fmt: skip


class ReceiptAnswer(Answer):
    """What one party of a transaction may show to others; whoever has the `code` can check it."""

    model_config = example(
        transaction_id=TRANSACTION, code=CODE, from_account=ACCOUNT, to_account=OTHER_ACCOUNT,
        fee="0.00", gst="0.00",
        **_TOLD, **BOOKED,
    )  # fmt: skip
    tells = Receipt

    transaction_id: Annotated[UUID, From("entry_id")]
    code: str
    reference: str
    type: Annotated[EntryKind, From("kind")]
    amount: MoneyText
    currency: Currency
    reversed: MoneyText  # how much of it was taken back so far
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date
    from_account: str | None
    to_account: str | None
    fee: MoneyText
    gst: MoneyText


class ReceiptCheckedAnswer(Answer):
    """What the bank has booked under a code; of the accounts the last digits alone."""

    model_config = example(
        **_TOLD, from_account_ends=ACCOUNT[-4:], to_account_ends=OTHER_ACCOUNT[-4:]
    )
    tells = ReceiptChecked

    reference: str
    type: Annotated[EntryKind, From("kind")]
    amount: MoneyText
    currency: Currency
    reversed: MoneyText  # how much of it was taken back so far
    booked_on: date
    from_account_ends: str | None
    to_account_ends: str | None
