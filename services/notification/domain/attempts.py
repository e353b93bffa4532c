"""What becomes of a delivery that cannot be sent, and when it is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.notification import DeliveryState
from services.notification.domain.deliveries import Delivery

ATTEMPTS_MAX = 10  # with the delays below it is given up after about fifteen hours
RETRY_SECONDS_MIN = 10
RETRY_SECONDS_MAX = 6 * 3_600
RETRY_GROWTH = 3  # each delay is so many times the one before
REASON_MAX = 300  # characters kept of what a mail server said


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a letter did not leave; a final one would fail every time."""

    reason: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery."""

    state: DeliveryState
    attempts: int
    due_at: datetime  # when it is looked at again, if it still waits
    reason: str | None = None


def outcome_of(delivery: Delivery, failure: Failure | None, now: datetime) -> Outcome:
    """After an attempt: sent, waiting for the next one with growing delays, or given up."""
    attempts = delivery.attempts + 1
    if failure is None:
        return Outcome(DeliveryState.SENT, attempts, now)
    reason = failure.reason[:REASON_MAX]
    if failure.is_final or attempts >= ATTEMPTS_MAX:
        return Outcome(DeliveryState.FAILED, attempts, now, reason)
    seconds = min(RETRY_SECONDS_MIN * RETRY_GROWTH ** (attempts - 1), RETRY_SECONDS_MAX)
    return Outcome(DeliveryState.WAITING, attempts, now + timedelta(seconds=seconds), reason)


def waiting_for_address(delivery: Delivery, now: datetime) -> Outcome:
    """Not an attempt: looked at again after as long as it has waited so far, within bounds."""
    waited = (now - delivery.created_at).total_seconds()
    seconds = min(max(waited, RETRY_SECONDS_MIN), RETRY_SECONDS_MAX)
    due_at = now + timedelta(seconds=seconds)
    return Outcome(DeliveryState.WAITING, delivery.attempts, due_at)
