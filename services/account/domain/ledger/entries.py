"""Entries and their postings: about to be booked, booked by this batch, or stored before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.account.values import Channel, EntryKind
from contracts.money import Currency
from services.account.domain.ledger.accounts import LedgerAccount


class Leg(NamedTuple):
    """One side of an entry about to be booked, in the currency of its account."""

    account: LedgerAccount
    amount_minor: int  # signed, credit positive
    branch_code: str | None = None  # for which it counts; None: what its account says
    product_code: str | None = None


class Draft(NamedTuple):
    """An entry about to be booked; every rule has been asked."""

    reference: str
    kind: EntryKind
    currency: Currency
    legs: tuple[Leg, ...]  # in each currency they sum to zero
    description: str
    value_date: date
    caused_by: UUID
    actor: str
    owner: str
    fingerprint: bytes | None = None
    reverses: UUID | None = None
    hold_id: UUID | None = None
    channel: Channel | None = None


class EntryRow(NamedTuple):
    """An entry as it is stored."""

    entry_id: UUID
    reference: str
    fingerprint: bytes | None  # of the content; None when the reference is the message's own
    kind: EntryKind
    currency: Currency
    amount_minor: int  # sum of its credits in `currency`
    description: str
    booked_on: date
    value_date: date
    booked_at: datetime
    caused_by: UUID
    actor: str
    reverses: UUID | None
    hold_id: UUID | None
    owner: str  # the broker user whose command booked it: a reversal is allowed to him alone
    channel: Channel | None  # through which it counted against limits; None: it did not, that day
    trace_id: str | None  # of the call that asked for it, 32 hexadecimal digits


class PostingRow(NamedTuple):
    """A posting as it is stored."""

    account_id: int
    sequence: int
    entry_id: UUID
    leg: int  # 1, 2, 3 … within the entry
    currency: Currency
    amount_minor: int  # signed, credit positive
    balance_after_minor: int
    booked_on: date
    value_date: date
    branch_code: str | None  # for which it counts in reports; None: what its account says
    product_code: str | None


class Entry(NamedTuple):
    """An entry that this batch adds to the books."""

    row: EntryRow
    accounts: tuple[LedgerAccount, ...]  # one per posting
    postings: tuple[PostingRow, ...]


class Posted(NamedTuple):
    """What a reference stands for: an entry of this batch or of any time before."""

    entry_id: UUID
    fingerprint: bytes | None
    booked_at: datetime


class BookedLeg(NamedTuple):
    """One side of a stored entry."""

    account_number: str
    amount_minor: int
    branch_code: str | None = None
    product_code: str | None = None


@dataclass(slots=True, eq=False)
class Original:
    """A stored entry that may be reversed, and how much of it has been."""

    entry_id: UUID
    kind: EntryKind
    currency: Currency
    amount_minor: int
    reversed_minor: int
    value_date: date
    booked_on: date
    owner: str
    channel: Channel | None
    hold_id: UUID | None  # that it captured
    legs: tuple[BookedLeg, ...]
