"""How much staff move before a second person has to approve it, by terms that hold from a date on.

Customers' own transfers are never weighed: what they may move is a matter of limits.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contracts.account.accounts import OpenAccount
from contracts.account.movements import MakeDeposit, MakeTransfer, MakeWithdrawal
from contracts.money import Money, format_minor

Weighed = OpenAccount | MakeDeposit | MakeWithdrawal | MakeTransfer


def why_it_waits(command: Weighed, terms: Mapping[str, Any]) -> str | None:
    """Why it needs approval under these terms; None: it does not."""
    amount = _amount(command)
    if amount is None:
        return None
    currency = amount.currency
    above_minor = int(Decimal(terms["above"]).scaleb(currency.scale))
    if amount.minor <= above_minor:
        return None
    return f"It moves more than {format_minor(above_minor, currency)} {currency}."


def _amount(command: Weighed) -> Money | None:
    """An initial deposit is cash like any other."""
    if not isinstance(command, OpenAccount):
        return command.amount
    minor, currency = command.initial_deposit_minor, command.currency
    return Money(minor=minor, currency=currency) if minor else None
