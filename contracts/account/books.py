"""The books: the trial balance, and each posting told to the world."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.values import EntryKind
from contracts.envelope import READERS, Event, Message, Query
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
    as_of: date
    lines: tuple[TrialBalanceLine, ...]  # by currency, then gl_code


class GetTrialBalance(Query):
    """The ledger's own trial balance at the end of the business date `as_of`; None: now."""

    reply = TrialBalance
    senders = frozenset({"gateway", "reporting", "operator"})
    roles = READERS

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


class AccountDebited(Moved): ...


class AccountCredited(Moved): ...
