"""How much staff move before a second person has to approve it, by terms that hold from a date on.

Customers' own transfers are never weighed: what they may move is a matter of limits. Money that
staff hold is weighed when it is captured, since only then it moves to somebody else. A file of
transfers is weighed as a whole.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.account.accounts import OpenAccount
from contracts.account.bulk import StartBulkFile
from contracts.account.holds import CaptureHold
from contracts.account.movements import MakeDeposit, MakeTransfer, MakeWithdrawal
from contracts.money import Money, format_minor

Weighed = OpenAccount | MakeDeposit | MakeWithdrawal | MakeTransfer | CaptureHold | StartBulkFile


def captured_whole(commands: Iterable[Weighed]) -> set[UUID]:
    """The holds of which they move whatever they still hold."""
    captures = [command for command in commands if isinstance(command, CaptureHold)]
    return {each.hold_id for each in captures if not isinstance(each.amount, Money)}


def why_it_waits(
    command: Weighed, terms: Mapping[str, Any], held: Mapping[UUID, Money]
) -> str | None:
    """Why it needs approval under these terms; None: it does not."""
    amount = _amount(command, held)
    if amount is None:
        return None
    currency = amount.currency
    above_minor = int(Decimal(terms["above"]).scaleb(currency.scale))
    if amount.minor <= above_minor:
        return None
    return f"It moves more than {format_minor(above_minor, currency)} {currency}."


def _amount(command: Weighed, held: Mapping[UUID, Money]) -> Money | None:
    """What it moves; an initial deposit is cash like any other."""
    if isinstance(command, OpenAccount):
        minor, currency = command.initial_deposit_minor, command.currency
        return Money(minor=minor, currency=currency) if minor else None
    if isinstance(command, CaptureHold) and not isinstance(command.amount, Money):
        return held.get(command.hold_id)
    assert isinstance(command.amount, Money)
    return command.amount
