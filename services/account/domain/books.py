"""The books in memory: the accounts, holds and limits a batch has locked, and what it adds to them.

Commands are decided against the same `Books` one after another. A command's function first asks
every rule and only then changes the books, so a refusal leaves no trace and the next command sees
the books as if the refused one had never come.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.account import AccountStatus, AccountType, Channel, EntryKind, HoldState
from contracts.envelope import Subject
from contracts.money import Currency
from services.account.domain.refusals import UnknownAccount, UnknownCounterparty
from services.account.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Limits:
    """What a product lets out of an account; minor units, None means unlimited."""

    transaction_minor: int | None
    daily_minor: int | None
    channel_daily_minor: dict[Channel, int]

    @property
    def are_daily(self) -> bool:
        return self.daily_minor is not None or bool(self.channel_daily_minor)


@dataclass(slots=True, eq=False)
class LedgerAccount:
    """An account under lock. Status, amounts and sequence may change; the rest never does."""

    id: int
    number: str
    customer_id: int | None  # None: one of the bank's own accounts
    currency: Currency
    branch_code: str | None
    gl_code: str
    gl_name: str
    opened_on: date  # a business date
    limits: Limits | None
    status: AccountStatus
    posted_minor: int  # credit positive
    held_minor: int
    overdraft_minor: int | None  # None: may go below zero without end, as the bank's own may
    sequence: int  # of the last posting
    owner: Standing = Standing.ACTIVE  # of the customer; the bank's own accounts have no other

    @property
    def available_minor(self) -> int:
        return self.posted_minor - self.held_minor + (self.overdraft_minor or 0)


@dataclass(slots=True, eq=False)
class Hold:
    """Money set aside. Without an account: a release that came before the hold it undoes."""

    hold_id: UUID
    account: LedgerAccount | None
    state: HoldState
    amount_minor: int
    captured_minor: int
    released_minor: int
    reason: str
    channel: Channel
    placed_on: date
    placed_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    caused_by: UUID
    placed_by: str  # the broker user whose it is

    def is_due(self, now: datetime) -> bool:
        """True when it should have expired by now."""
        is_open = self.state is HoldState.OPEN
        return is_open and self.expires_at is not None and self.expires_at <= now

    @property
    def open_minor(self) -> int:
        """What is still held."""
        return self.amount_minor - self.captured_minor if self.state is HoldState.OPEN else 0


class EntryRow(NamedTuple):
    """An entry as it is stored."""

    entry_id: UUID
    reference: str
    fingerprint: bytes | None  # of the content; None when the reference is the message's own
    kind: EntryKind
    currency: Currency
    amount_minor: int  # sum of its credits
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
    legs: tuple[tuple[str, int], ...]  # account number and signed amount


class Profile(NamedTuple):
    """What never changes about an account and only its description needs."""

    uuid: UUID
    account_type: AccountType
    product_code: str
    ifsc_code: str
    opened_at: datetime


class Draft(NamedTuple):
    """An entry about to be booked; every rule has been asked."""

    reference: str
    kind: EntryKind
    currency: Currency
    legs: tuple[tuple[LedgerAccount, int], ...]
    description: str
    value_date: date
    caused_by: UUID
    actor: str
    owner: str
    fingerprint: bytes | None = None
    reverses: UUID | None = None
    hold_id: UUID | None = None
    channel: Channel | None = None


@dataclass(slots=True, eq=False)
class Books:
    """Everything a batch may look at and change; loaded and written back by the store."""

    now: datetime
    business_date: date
    next_id: Callable[[], UUID]
    accounts: dict[str, LedgerAccount] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    posted: dict[str, Posted] = field(default_factory=dict)
    originals: dict[UUID, Original] = field(default_factory=dict)
    used: dict[tuple[int, Channel], int] = field(default_factory=dict)  # today, by account id

    trace_ids: dict[UUID, str] = field(default_factory=dict)  # by the message that asks
    entries: list[Entry] = field(default_factory=list)
    new_holds: set[UUID] = field(default_factory=set)
    changed_holds: set[UUID] = field(default_factory=set)
    changed_usage: set[tuple[int, Channel]] = field(default_factory=set)
    changed_status: set[str] = field(default_factory=set)

    def of_customer(self, number: str, subject: Subject) -> LedgerAccount:
        """The customer's account that an instruction is about.

        Raises:
            UnknownAccount: there is none, it is the bank's own, or it is not the subject's.
        """
        account = self.accounts.get(number)
        if account is None or account.customer_id is None:
            raise UnknownAccount
        if not subject.may_touch(account.customer_id):
            raise UnknownAccount
        return account

    def other(self, number: str) -> LedgerAccount:
        """Any account that an instruction names beside its own.

        Raises:
            UnknownCounterparty: there is none.
        """
        account = self.accounts.get(number)
        if account is None:
            raise UnknownCounterparty(f"There is no account {number}.")
        return account

    def book(self, draft: Draft) -> Entry:
        """Enter a draft: move the balances, extend the chain of postings. Refuses nothing."""
        entry_id = self.next_id()
        accounts, postings = [], []
        credit_minor = 0
        for account, amount_minor in draft.legs:
            account.sequence += 1
            account.posted_minor += amount_minor
            if amount_minor > 0:
                credit_minor += amount_minor
            accounts.append(account)
            postings.append(
                PostingRow(
                    account.id,
                    account.sequence,
                    entry_id,
                    len(accounts),
                    draft.currency,
                    amount_minor,
                    account.posted_minor,
                    self.business_date,
                    draft.value_date,
                )
            )
        row = self._row(entry_id, draft, credit_minor)
        entry = Entry(row, tuple(accounts), tuple(postings))
        self.entries.append(entry)
        self.posted[draft.reference] = Posted(entry_id, draft.fingerprint, self.now)
        return entry

    def _row(self, entry_id: UUID, draft: Draft, amount_minor: int) -> EntryRow:
        # In the order of the fields: by name it would take twice as long, and this is hot.
        return EntryRow(
            entry_id,
            draft.reference,
            draft.fingerprint,
            draft.kind,
            draft.currency,
            amount_minor,
            draft.description,
            self.business_date,
            draft.value_date,
            self.now,
            draft.caused_by,
            draft.actor,
            draft.reverses,
            draft.hold_id,
            draft.owner,
            draft.channel,
            self.trace_ids.get(draft.caused_by),
        )
