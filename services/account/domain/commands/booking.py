"""Who books on which accounts: one table, asked by every command before it books.

An account is of one group of the chart. The table tells for each command and broker user on which
groups the other accounts may be: all but the customer's account that the command itself is about
(`account_number`, `from_account`, the account of the hold), which is always a customer's. What the
table does not allow is refused; to people such an account is not there, as to every transfer.
"""

from collections.abc import Mapping, Set

from contracts.account.holds import CaptureHold
from contracts.account.movements import (
    MakeDeposit,
    MakeOrderedTransfer,
    MakeTransfer,
    MakeWithdrawal,
    PostEntries,
    PostEntry,
    ReceivePayment,
    ReverseCapture,
    ReverseEntry,
)
from contracts.envelope import GATEWAY, OPERATOR, Command
from contracts.topology import INGRESS
from services.account.domain.ledger.accounts import LedgerAccount
from services.account.domain.ledger.chart import Group, group_of
from services.account.domain.refusals import OutOfReach, UnknownCounterparty

_ALL = frozenset(Group)
_PAYMENT = "payment"
_LOAN = "loan"

# The operator pays in the first deposits of the demo.
_CASH = {GATEWAY: frozenset({Group.CASH}), OPERATOR: frozenset({Group.CASH})}
_ENTRIES = {
    _PAYMENT: frozenset({Group.CLEARING, Group.SETTLEMENT, Group.SUSPENSE}),
    OPERATOR: _ALL,
}
# Paid out to customers, repaid by them or in cash; what is earned, lost and owed as tax with it.
_LENDING = frozenset(
    {Group.CUSTOMERS, Group.CASH, Group.LOANS, Group.INCOME, Group.LOSSES, Group.TAX}
)
_CHARGES = frozenset({Group.INCOME, Group.TAX})

BOOKS_ON: dict[type[Command], dict[str, frozenset[Group]]] = {
    MakeDeposit: _CASH,
    MakeWithdrawal: _CASH,
    MakeTransfer: dict.fromkeys((GATEWAY, INGRESS), frozenset({Group.CUSTOMERS})),
    MakeOrderedTransfer: {"transaction": frozenset({Group.CUSTOMERS})},
    CaptureHold: {
        GATEWAY: frozenset({Group.CUSTOMERS}),
        # Into suspense where the bank has paid for the customer already.
        _PAYMENT: frozenset({Group.CLEARING, Group.SUSPENSE}),
    },
    PostEntry: {**_ENTRIES, _LOAN: _LENDING},
    PostEntries: _ENTRIES,
    # Of another bank's money, or of ours where a payment failed too late.
    ReceivePayment: {_PAYMENT: frozenset({Group.CLEARING, Group.COMPENSATION})},
    # The owner of an entry, asked before, takes it back wherever it was booked.
    ReverseEntry: {GATEWAY: _ALL, OPERATOR: _ALL},
    ReverseCapture: {
        _PAYMENT: frozenset({Group.CUSTOMERS, Group.CLEARING, Group.SUSPENSE}) | _CHARGES
    },
}
# Where the charges of a capture go.
CHARGES_ON: dict[str, frozenset[Group]] = {_PAYMENT: _CHARGES}


def check_may_book(command: type[Command], sender: str, account: LedgerAccount) -> None:
    """Ask whether this broker user may book on this other account by this command.

    Raises:
        UnknownCounterparty: people may not.
        OutOfReach: a service of ours may not.
    """
    _check(BOOKS_ON[command], sender, account)


def check_may_charge(sender: str, account: LedgerAccount) -> None:
    """The same of the charges of a capture."""
    _check(CHARGES_ON, sender, account)


def _check(groups: Mapping[str, Set[Group]], sender: str, account: LedgerAccount) -> None:
    if group_of(account) in groups.get(sender, frozenset()):
        return
    if sender == GATEWAY:
        raise UnknownCounterparty(f"There is no account {account.number}.")
    raise OutOfReach(f"{sender} books nothing on {account.number} by this command.")
