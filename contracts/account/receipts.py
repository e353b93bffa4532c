"""Receipts: what shows somebody else that money was moved, and how he asks whether it is so."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from contracts.account.values import EntryKind
from contracts.envelope import Message, Query
from contracts.money import Currency

# 32 bytes: the entry's id, and a mark that only the account service can make.
ReceiptCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Receipt(Message):
    """A booked entry as one of its parties may show it to others.

    `from_account` and `to_account` are None unless it moved money between two accounts, a fee and
    its tax beside. Whoever has the `code` may ask what still stands of it.
    """

    entry_id: UUID
    code: str
    reference: str
    kind: EntryKind
    currency: Currency
    amount_minor: int
    reversed_minor: int  # how much of it was taken back so far
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date
    from_account: str | None
    to_account: str | None
    fee_minor: int = 0  # of the amount, what the bank keeps for a payment to another bank
    gst_minor: int = 0  # of the amount, the tax on the fee


class GetReceipt(Query):
    """The receipt of an entry, for whoever may see the entry."""

    reply = Receipt

    entry_id: UUID


class ReceiptChecked(Message):
    """What the bank has booked under a receipt's code; of the accounts the last digits alone."""

    reference: str
    kind: EntryKind
    currency: Currency
    amount_minor: int
    reversed_minor: int  # how much of it was taken back so far
    booked_on: date
    from_account_ends: str | None
    to_account_ends: str | None


class GetCheckedReceipt(Query):
    """Whether a receipt is the bank's, asked by anybody who holds it."""

    reply = ReceiptChecked
    roles = frozenset()

    code: ReceiptCode
