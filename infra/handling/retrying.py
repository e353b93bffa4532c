"""When the work of a batch that failed is done again, and how long later."""

import random
from collections import Counter

import structlog

from infra.data.database import CONTENTION, OUTAGE
from infra.runtime.telemetry import RETRIES

log = structlog.get_logger()

CONTENTION_TRIES_MAX = 8
CONTENTION_SECONDS_MAX = 2.0  # waiting longer for one lock, a batch is done singly
OUTAGE_PAUSE_SECONDS_MAX = 2.0


def pause_seconds(error: Exception, tries: Counter[str], waited_seconds: float) -> float | None:
    """How long to wait before all is done again; None when that would be of no use."""
    if isinstance(error, CONTENTION):
        RETRIES.labels(type(error).__name__).inc()
        tries["contention"] += 1
        if waited_seconds > CONTENTION_SECONDS_MAX or tries["contention"] == CONTENTION_TRIES_MAX:
            return None
        return random.uniform(0, 0.02 * tries["contention"])
    # A ValueError among them is a value that the driver cannot send.
    if isinstance(error, OUTAGE) and not isinstance(error, ValueError):
        RETRIES.labels("outage").inc()
        log.warning("database_away", error=repr(error))
        tries["outage"] += 1
        return min(0.1 * tries["outage"], OUTAGE_PAUSE_SECONDS_MAX)
    return None
