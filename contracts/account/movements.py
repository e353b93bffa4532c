"""Moving money: cash, transfers, entries in bulk, reversals."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.account.values import STAFF_MOVEMENTS, EntryKind, EntrySide, Leg, Reference
from contracts.envelope import EVERYONE, ITEMS_MAX, Approval, Command, Message, Query, Role
from contracts.money import Currency, Money, Whole
from contracts.text import Cleaning
from contracts.words import AccountNumber, Reason, Text


class CashMoved(Message):
    """A deposit or withdrawal as booked."""

    entry_id: UUID
    reference: str
    account_number: str
    kind: EntryKind
    amount_minor: int  # unsigned
    currency: Currency
    balance_after_minor: int
    description: str
    booked_at: datetime
    value_date: date


class DepositMade(CashMoved):
    """Reply to MakeDeposit."""


class MakeDeposit(Command):
    """Cash paid in: debits the cash account, credits the customer."""

    reply = DepositMade
    approval = STAFF_MOVEMENTS
    about = "account:{account_number}"

    account_number: AccountNumber
    amount: Money
    description: Text = ""
    value_date: date | None = None  # not after the business date; None: the business date


class WithdrawalMade(CashMoved):
    """Reply to MakeWithdrawal."""


class MakeWithdrawal(Command):
    """Cash paid out: debits the customer, credits the cash account."""

    reply = WithdrawalMade
    approval = STAFF_MOVEMENTS
    about = "account:{account_number}"

    account_number: AccountNumber
    amount: Money
    description: Text = ""
    value_date: date | None = None


class TransferMade(Message):
    """Reply to MakeTransfer: one entry, booked on both accounts."""

    entry_id: UUID
    reference: str
    from_account: str
    to_account: str
    amount_minor: int  # unsigned
    currency: Currency
    description: str
    booked_at: datetime
    value_date: date


class Transfer(Command):
    """What all transfers between two customer accounts of this bank say."""

    reply = TransferMade
    about = "account:{from_account}"

    from_account: AccountNumber
    to_account: AccountNumber
    amount: Money
    description: Text = ""


class MakeTransfer(Transfer):
    """Move money between two customer accounts of this bank, in one entry."""

    approval = STAFF_MOVEMENTS
    senders = frozenset({"gateway", "ingress"})
    roles = EVERYONE - {Role.AUDITOR}


class MakeOrderedTransfer(Transfer):
    """The same by a standing order, on behalf of whoever made it; what it needed of approval, the
    order has got."""

    senders = frozenset({"transaction"})
    roles = frozenset()


class EntryPosted(Message):
    """Reply to PostEntry, also when the entry was posted before under its reference."""

    entry_id: UUID
    reference: str
    booked_at: datetime


class PostEntry(Command):
    """Any balanced entry, for our own services alone; in each of its currencies it sums to zero.

    The same reference with the same content is answered with the entry already posted.
    """

    reply = EntryPosted
    senders = frozenset({"payment", "loan"})
    roles = frozenset()
    about = "reference:{reference}"

    reference: Reference
    kind: EntryKind = EntryKind.MANUAL
    currency: Currency = Currency.INR
    legs: Annotated[tuple[Leg, ...], Field(min_length=2, max_length=20)]
    description: Text = ""
    value_date: date | None = None


class PaymentReceived(Message):
    """Reply to ReceivePayment, also when the money was booked before, or cannot be booked."""

    entry_id: UUID | None  # None: nothing is booked, and `code` says why
    customer_id: int | None  # whose account it is; None: there is no such account
    code: str | None = None  # the refusal's code
    detail: str = ""


class ReceivePayment(Command):
    """Book what another bank pays to a customer, or this bank for its delay: from the clearing
    account, or the line of compensation, to the customer's.

    A no is an answer too, since the money has to go back. The same reference with the same content
    is answered with the entry already posted.
    """

    reply = PaymentReceived
    senders = frozenset({"payment"})
    roles = frozenset()
    about = "account:{account_number}"

    reference: Reference
    from_account: AccountNumber
    # As the other bank wrote it; what is no number of ours is an unknown account.
    account_number: Annotated[str, StringConstraints(min_length=1, max_length=34), Cleaning]
    amount: Money
    description: Text = ""


class EntryItem(BaseModel):
    """One entry of a bulk command; the fields of PostEntry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Reference
    kind: EntryKind = EntryKind.MANUAL
    currency: Currency = Currency.INR
    legs: Annotated[tuple[Leg, ...], Field(min_length=2, max_length=20)]
    description: Text = ""
    value_date: date | None = None


class EntryOutcome(BaseModel):
    """What became of one item: posted (now or before, under the same reference) or refused."""

    model_config = ConfigDict(frozen=True)

    reference: str
    entry_id: UUID | None = None
    code: str | None = None  # the refusal's code
    detail: str | None = None


class EntriesPosted(Message):
    """Reply to PostEntries: some items may be refused while others are posted."""

    outcomes: tuple[EntryOutcome, ...]  # in the order of the items


class PostEntries(Command):
    """Up to 1,000 entries in one message, each with an outcome of its own."""

    reply = EntriesPosted
    lane = "batch"
    senders = frozenset({"operator"})
    roles = frozenset()
    about = "reference:{items[0].reference}"

    items: Annotated[tuple[EntryItem, ...], Field(min_length=1, max_length=ITEMS_MAX)]


class EntryReversed(Message):
    """Reply to ReverseEntry and ReverseCapture; amounts in minor units of `currency`."""

    entry_id: UUID  # the new entry
    reverses: UUID
    reference: str
    amount_minor: int  # unsigned, taken back by this entry
    currency: Currency
    remaining_minor: int  # what may still be reversed
    booked_at: datetime


class ReverseEntry(Command):
    """Take back an entry by a new linked one: in full once, or in parts up to the original. People
    need the approval of another for it."""

    reply = EntryReversed
    roles = frozenset({Role.MANAGER, Role.ADMIN})
    about = "entry:{entry_id}"
    approval = Approval()

    entry_id: UUID
    reason: Reason
    # None or Whole: all that remains; a part needs a two-legged entry.
    amount: Money | Whole | None = None


class ReverseCapture(Command):
    """Take back the one entry that captured a hold, for the service that placed and captured it."""

    reply = EntryReversed
    senders = frozenset({"payment"})
    roles = frozenset()
    about = "hold:{hold_id}"

    hold_id: UUID
    reason: Reason


class Entry(Message):
    """A booked entry with all its postings.

    A customer sees both sides of an entry between two accounts, and of any other his own ones.
    """

    entry_id: UUID
    reference: str
    kind: EntryKind
    currency: Currency
    amount_minor: int  # sum of its credits in `currency`
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date
    reverses: UUID | None
    reversed_by: tuple[UUID, ...] = ()  # the entries that take it back, oldest first
    reversed_minor: int = 0  # how much of `amount_minor` they have taken back
    postings: tuple[EntrySide, ...]


class GetEntry(Query):
    """One booked entry; a customer sees those that moved money of his own."""

    reply = Entry

    entry_id: UUID
