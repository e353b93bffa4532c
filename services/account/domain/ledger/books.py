"""The books in memory: the accounts, holds and limits a batch has locked, and what it adds to them.

Commands are decided against the same `Books` one after another. A command's function first asks
every rule and only then changes the books, so a refusal leaves no trace and the next command sees
the books as if the refused one had never come.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.account.values import Channel
from contracts.envelope import Subject
from services.account.domain.ledger.accounts import LedgerAccount, Profile
from services.account.domain.ledger.entries import (
    Draft,
    Entry,
    EntryRow,
    Original,
    Posted,
    PostingRow,
)
from services.account.domain.ledger.holds import Hold
from services.account.domain.refusals import UnknownAccount, UnknownCounterparty


@dataclass(slots=True)
class Wanted:
    """Account numbers, and the holds, entries and references that lead to more of them."""

    numbers: set[str] = field(default_factory=set)
    profiles: set[str] = field(default_factory=set)  # numbers of accounts to be described
    hold_ids: set[UUID] = field(default_factory=set)
    entry_ids: set[UUID] = field(default_factory=set)  # to be reversed
    captured_ids: set[UUID] = field(default_factory=set)  # holds whose capture is to be reversed
    references: set[str] = field(default_factory=set)
    trace_ids: dict[UUID, str] = field(default_factory=dict)  # of the calls, by their messages


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
        for account, amount_minor, branch_code, product_code in draft.legs:
            account.sequence += 1
            account.posted_minor += amount_minor
            if amount_minor > 0 and account.currency is draft.currency:
                credit_minor += amount_minor
            accounts.append(account)
            postings.append(
                PostingRow(
                    account.id,
                    account.sequence,
                    entry_id,
                    len(accounts),
                    account.currency,
                    amount_minor,
                    account.posted_minor,
                    self.business_date,
                    draft.value_date,
                    branch_code,
                    product_code,
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
