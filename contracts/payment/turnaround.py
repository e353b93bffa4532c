"""How long a rail may leave a payment without an answer, and what its payer gets for longer.

What the law calls the turn around time of failed transactions: days after that of the payment (T).
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.envelope import Command, Message, Query, Role
from contracts.money import Currency
from contracts.payment.rails import Bound
from contracts.payment.values import Rail

REVERSAL_DAYS_MAX = 30
ReversalDays = Annotated[int, Field(strict=True, ge=0, le=REVERSAL_DAYS_MAX)]


class TurnaroundRule(Message):
    """What becomes of payments over a rail that are accepted from a business date on.

    One that has no answer an hour before the end of the day T + `reversal_days`, by the calendar of
    India, is reversed: the payer has his money again. One that fails after that day, for whatever
    reason, brings its payer `daily_compensation_minor` for each day more.
    """

    rail: Rail
    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    is_in_force: bool  # today
    currency: Currency  # of the compensation
    reversal_days: int
    daily_compensation_minor: int | None  # None: there is none


class TurnaroundRules(Message):
    """Every rule of a rail in order, those to come included; without one it is waited for ever."""

    rail: Rail
    items: tuple[TurnaroundRule, ...]


class ListTurnaroundRules(Query):
    """How long payments over a rail may be without an answer: past, in force, to come."""

    reply = TurnaroundRules

    rail: Rail


class TurnaroundRuleAdded(TurnaroundRule):
    """Reply to AddTurnaroundRule."""


class AddTurnaroundRule(Command):
    """Give a rail another turn around time from a business date on."""

    reply = TurnaroundRuleAdded
    roles = frozenset({Role.ADMIN})
    about = "rail:{rail}"

    rail: Rail  # one that takes each payment by itself: batches have hours of their own
    valid_from: date  # today's business date or a later one, after that of the last rule
    currency: Currency = Currency.INR
    reversal_days: ReversalDays
    daily_compensation_minor: Bound | None = None
