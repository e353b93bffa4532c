"""Patience with failed log-ins: five are free, then each makes the next wait longer.

A wait grows to a quarter of an hour and no further, but it holds for the name, whoever asks: a
stranger who sends one wrong guess at the end of each wait keeps its owner waiting as long as he
goes on. Unknown usernames are treated like known ones, or the waits would tell them apart.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from contracts.envelope import DomainError, Kind

FREE_FAILURES = 5
WAIT_SECONDS_FIRST = 5
WAIT_SECONDS_MAX = 900
FORGOTTEN_AFTER = timedelta(hours=24)  # since the last failure


class TooManyAttempts(DomainError):
    """Too many failed attempts."""

    kind = Kind.TOO_MANY

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {retry_seconds} seconds.")
        self.retry_after_seconds = retry_seconds


def username_digest(username: str) -> bytes:
    """Stands for a typed username in tables, for people type passwords into the wrong field.

    Equal for all writings that one user is found by.
    """
    return sha256(username.lower().encode()).digest()


def can_be_username(typed: str) -> bool:
    """False for other alphabets, whose lower case is a matter of opinion: nobody has such a name.

    Python and PostgreSQL lower `İ` differently; looked up, it would find the owner of the name with
    an `i` under a digest of its own, and so with five free failures more.
    """
    return typed.isascii() and "\0" not in typed


def require_patience(refused_until: datetime | None, now: datetime) -> None:
    """Raises TooManyAttempts before `refused_until`."""
    if refused_until is not None and now < refused_until:
        raise TooManyAttempts(ceil((refused_until - now).total_seconds()))


def wait_after(failures: int) -> timedelta | None:
    """How long the next attempt must wait after so many failures in a row."""
    if failures < FREE_FAILURES:
        return None
    # Beyond a few doublings the cap decides; the exponent is bounded to keep the number small.
    doublings = min(failures - FREE_FAILURES, 16)
    return timedelta(seconds=min(WAIT_SECONDS_FIRST * 2**doublings, WAIT_SECONDS_MAX))
