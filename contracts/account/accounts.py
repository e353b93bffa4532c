"""Accounts: opening, reading, status, balances and postings."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.account.values import (
    STAFF_MOVEMENTS,
    AccountStatus,
    AccountType,
    EntryKind,
    Posting,
    ProductCode,
)
from contracts.envelope import Command, Event, Message, Query
from contracts.money import MINOR_MAX, Currency
from contracts.words import AccountNumber, BranchCode, Cursor, CustomerId, Ifsc, PageSize, Reason


class Account(Message):
    """A customer's account with its balances; available = posted - held + overdraft limit."""

    id: int
    uuid: UUID
    account_number: str
    customer_id: int
    account_type: AccountType
    product_code: str
    currency: Currency
    branch_code: str
    ifsc_code: str
    status: AccountStatus
    balance_minor: int
    held_minor: int
    available_minor: int
    overdraft_limit_minor: int
    opened_at: datetime
    updated_at: datetime
    product_version: int = 1  # whose terms it keeps


class AccountOpened(Message):
    """Reply to OpenAccount: the account, its initial deposit already booked."""

    account: Account


class OpenAccount(Command):
    """Open an account and book its initial deposit, or do neither."""

    reply = AccountOpened
    approval = STAFF_MOVEMENTS
    senders = frozenset({"gateway", "operator"})
    about = ("account:{reply.account.account_number}", "customer:{customer_id}")

    customer_id: CustomerId
    account_type: AccountType
    product_code: ProductCode | None = None  # None: by type
    currency: Currency = Currency.INR
    branch_code: BranchCode
    ifsc_code: Ifsc | None = None  # the branch has its own, and another one is refused
    initial_deposit_minor: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)] = 0


class GetAccount(Query):
    """One account with its balances, by its number."""

    reply = Account
    senders = frozenset({"gateway", "loan", "transaction"})

    account_number: AccountNumber


class Accounts(Message):
    """A page of accounts; `next_cursor` is None on the last one."""

    items: tuple[Account, ...]
    next_cursor: str | None


class ListAccounts(Query):
    """Accounts, newest first; a customer sees his own only."""

    reply = Accounts
    senders = frozenset({"gateway", "customer", "operator"})

    customer_id: CustomerId | None = None
    status: AccountStatus | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class AccountStatusChanged(Event):
    """Reply to ChangeAccountStatus: the account as it is from now on; told to the world unless it
    had this status before."""

    account_number: str
    customer_id: int
    was: AccountStatus | None = None  # None: in an answer of before it was told
    status: AccountStatus
    reason: str
    changed_by: str | None = None  # whose command it was; None as above
    account: Account

    @property
    def aggregate(self) -> str:
        return f"account:{self.account_number}"


class ChangeAccountStatus(Command):
    """Give an account another status; CLOSED is final, needs a zero balance and no open hold."""

    reply = AccountStatusChanged
    about = "account:{account_number}"

    account_number: AccountNumber
    status: AccountStatus
    reason: Reason


class Balance(Message):
    """Minor units of `currency`: booked, held, and what may be spent (with the overdraft)."""

    account_number: str
    currency: Currency
    balance_minor: int
    held_minor: int
    available_minor: int
    as_of: datetime


class GetBalance(Query):
    """The balance now, or as booked at the end of the business date `as_of`."""

    reply = Balance
    senders = frozenset({"gateway", "ingress"})

    account_number: AccountNumber
    as_of: date | None = None


class Postings(Message):
    """A page of postings; `next_cursor` is None on the last one."""

    items: tuple[Posting, ...]
    next_cursor: str | None


class ListPostings(Query):
    """One account's postings, newest first."""

    reply = Postings
    senders = frozenset({"gateway", "ingress"})

    account_number: AccountNumber
    booked_from: date | None = None
    booked_to: date | None = None
    kind: EntryKind | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
