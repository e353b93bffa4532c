"""The books: the trial balance, and each posting told to the world."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.values import EntryKind
from contracts.envelope import Event, Message, Query
from contracts.money import Currency


class TrialBalanceLine(BaseModel):
    """One line of the chart of accounts: totals of all postings of its accounts."""

    model_config = ConfigDict(frozen=True)

    gl_code: str
    name: str
    currency: Currency
    debit_minor: int  # unsigned total of debits
    credit_minor: int  # unsigned total of credits


class TrialBalance(Message):
    """The whole ledger at the end of a business date; per currency, debits equal credits."""

    as_of: date
    lines: tuple[TrialBalanceLine, ...]  # by currency, then gl_code


class GetTrialBalance(Query):
    """The ledger's own trial balance at the end of the business date `as_of`; None: now."""

    reply = TrialBalance
    senders = frozenset({"operator"})
    roles = frozenset()

    as_of: date | None = None


class Moved(Event):
    """One posting, told to the world: what AccountDebited and AccountCredited share."""

    account_number: str
    customer_id: int | None  # None for the bank's own accounts
    branch_code: str | None
    gl_code: str
    gl_name: str
    sequence: int  # the posting's number on its account, gapless
    entry_id: UUID
    reference: str
    kind: EntryKind
    amount_minor: int  # unsigned
    currency: Currency
    balance_after_minor: int
    counterparty: str | None  # the other account of a two-legged entry
    reverses: UUID | None
    description: str
    booked_at: datetime
    booked_on: date
    value_date: date

    @property
    def aggregate(self) -> str:
        return f"postings:{self.account_number}"

    @property
    def signed_minor(self) -> int:
        """Credit positive, as postings count."""
        return -self.amount_minor if isinstance(self, AccountDebited) else self.amount_minor


class AccountDebited(Moved):
    """Money left an account; heard by those who write history, letters and reports."""


class AccountCredited(Moved):
    """Money came to an account; heard by those who write history, letters and reports."""
