"""What an account's status and balance allow, and the names of the bank's own accounts.

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

from contracts.account import AccountStatus
from contracts.envelope import DomainError
from contracts.money import Currency, CurrencyMismatch
from services.account.domain.books import LedgerAccount
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
from services.account.domain.standing import Standing

# A thousand of the largest instructions, and well inside a 64-bit integer.
BALANCE_MINOR_MAX = 10**18

CASH = "CASH"

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


def internal_number(gl_code: str, currency: Currency) -> str:
    """The bank's own account for a line of the chart: `internal_number(CASH, INR)`."""
    return f"GL-{gl_code}-{currency.value}"


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
