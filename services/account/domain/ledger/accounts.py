"""An account under lock, and what its status and balance allow.

                 paid into   paid out of, held
ACTIVE           yes         yes
DEBIT_BLOCKED    yes         no
DORMANT          yes         no; it stays dormant
FROZEN           no          no
CLOSED           no          no

The standing of the customer is asked beside it (see `standing`): both have to allow a movement.

A movement `despite_status` passes on every status but CLOSED. Two kinds do: a reversal, because it
restores what was before, and interest that one of our services credits, because a freeze stops the
customer and not what the bank owes him. Funds are asked for all the same. Open holds are captured
and released whatever the status: that money was promised before, and may be past the rail.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.account.values import AccountStatus, AccountType, Channel, LineClass
from contracts.envelope import DomainError
from contracts.money import Currency, CurrencyMismatch
from services.account.domain.ledger.standing import Standing
from services.account.domain.refusals import (
    AccountClosed,
    AccountDebitBlocked,
    AccountDormant,
    AccountFrozen,
    BalanceTooLarge,
    CustomerClosed,
    CustomerRejected,
    CustomerSuspended,
    InsufficientFunds,
)

# A thousand of the largest instructions, and well inside a 64-bit integer.
BALANCE_MINOR_MAX = 10**18

_NO_CREDIT: dict[AccountStatus, type[DomainError]] = {
    AccountStatus.FROZEN: AccountFrozen,
    AccountStatus.CLOSED: AccountClosed,
}
_NO_DEBIT: dict[AccountStatus, type[DomainError]] = {
    **_NO_CREDIT,
    AccountStatus.DEBIT_BLOCKED: AccountDebitBlocked,
    AccountStatus.DORMANT: AccountDormant,
}
_OWNER_NO_CREDIT: dict[Standing, type[DomainError]] = {Standing.CLOSED: CustomerClosed}
_OWNER_NO_DEBIT: dict[Standing, type[DomainError]] = {
    **_OWNER_NO_CREDIT,
    Standing.SUSPENDED: CustomerSuspended,
    Standing.REJECTED: CustomerRejected,
}


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
    gl_class: LineClass
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


class Profile(NamedTuple):
    """What never changes about an account and only its description needs."""

    uuid: UUID
    account_type: AccountType
    product_code: str
    product_version: int
    ifsc_code: str
    opened_at: datetime


def check_currency(account: LedgerAccount, currency: Currency) -> None:
    if account.currency is not currency:
        raise CurrencyMismatch


def check_movement(
    account: LedgerAccount, amount_minor: int, *, despite_status: bool = False
) -> None:
    """Ask whether a signed amount may be posted to the account.

    Raises:
        AccountFrozen, AccountDebitBlocked, AccountDormant, AccountClosed: its status forbids it.
        CustomerSuspended, CustomerRejected, CustomerClosed: its owner's standing does.
        InsufficientFunds: a debit is above the available balance.
        BalanceTooLarge: the balance would leave the bank's range.
    """
    if account.status is not AccountStatus.ACTIVE:
        _check_status(account.status, amount_minor, despite_status=despite_status)
    if account.owner is not Standing.ACTIVE and not despite_status:
        _check_owner(account.owner, amount_minor)
    if amount_minor < 0 and account.overdraft_minor is not None:
        check_funds(account, -amount_minor)
    if not -BALANCE_MINOR_MAX <= account.posted_minor + amount_minor <= BALANCE_MINOR_MAX:
        raise BalanceTooLarge


def check_funds(account: LedgerAccount, amount_minor: int) -> None:
    if amount_minor > account.available_minor:
        raise InsufficientFunds


def _check_status(status: AccountStatus, amount_minor: int, *, despite_status: bool) -> None:
    if despite_status and status is not AccountStatus.CLOSED:
        return
    refusals = _NO_DEBIT if amount_minor < 0 else _NO_CREDIT
    if status in refusals:
        raise refusals[status]


def _check_owner(owner: Standing, amount_minor: int) -> None:
    refusals = _OWNER_NO_DEBIT if amount_minor < 0 else _OWNER_NO_CREDIT
    if owner in refusals:
        raise refusals[owner]
