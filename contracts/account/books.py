"""The books: the trial balance, and each posting told to the world."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.account.values import EntryKind, LineClass
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
    line_class: LineClass | None = None  # None: kept by a report before events told it
    balance_minor: int | None = None  # on the side on which the class grows; None: as above

    @classmethod
    def of(
        cls,
        gl_code: str,
        name: str,
        currency: Currency,
        debit_minor: int,
        credit_minor: int,
        line_class: LineClass | None,
    ) -> "TrialBalanceLine":
        """A line with its balance: debits less credits where debits are normal, or the reverse."""
        sign = -1 if line_class is None or not line_class.is_debit_normal else 1
        return cls(
            gl_code=gl_code,
            name=name,
            currency=currency,
            debit_minor=debit_minor,
            credit_minor=credit_minor,
            line_class=line_class,
            balance_minor=sign * (debit_minor - credit_minor) if line_class else None,
        )


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

    is_flat = True

    account_number: str
    customer_id: int | None  # None for the bank's own accounts
    branch_code: str | None  # for which it counts: named by the posting, or else the account's
    product_code: str | None = None  # for which it counts, where the posting names one
    gl_code: str
    gl_name: str
    gl_class: LineClass | None = None  # None: told before events said it
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
