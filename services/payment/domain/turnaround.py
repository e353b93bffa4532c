"""How long a payment may be without an answer, and what its payer gets for a longer time.

By the calendar of India: T is the date of the payment, and the rule gives it days after that (RBI,
Harmonisation of Turn Around Time and customer compensation for failed transactions, 2019).
"""

from datetime import UTC, datetime, time, timedelta

from contracts.envelope import DomainError
from contracts.money import Money
from contracts.payment.turnaround import TurnaroundRule
from infra.runtime.clock import BUSINESS_ZONE

# A reversal of the last day is one of that day, so what is left of it is for the reversal.
LAST_ANSWER = time(23, 0)


class TurnaroundNotOfRail(DomainError):
    """A rail that takes batches answers for each of them within hours of its own."""


def answer_by(rule: TurnaroundRule | None, accepted_at: datetime) -> datetime | None:
    """Until when a payment that was accepted then is waited for (UTC); None: for ever."""
    if rule is None:
        return None
    last_day = accepted_at.astimezone(BUSINESS_ZONE).date() + timedelta(days=rule.reversal_days)
    last = datetime.combine(last_day, LAST_ANSWER, BUSINESS_ZONE).astimezone(UTC)
    return max(last, accepted_at)


def a_day(rule: TurnaroundRule | None) -> Money | None:
    """What a payer gets for each day that a payment fails too late; None: nothing."""
    if rule is None or rule.daily_compensation_minor is None:
        return None
    return Money(minor=rule.daily_compensation_minor, currency=rule.currency)


def days_late(answer_by: datetime, ended_at: datetime) -> int:
    """How many days after the last one it was that a payment failed; 0: in time."""
    last, end = (each.astimezone(BUSINESS_ZONE).date() for each in (answer_by, ended_at))
    return max((end - last).days, 0)
