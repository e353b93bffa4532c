"""Patience with failed log-ins: some are free, then each makes the next wait longer.

Failures are counted by name and source together, by name over all sources, and by source over all
names. Where the name has signed in before, the first count alone decides: a stranger elsewhere
cannot keep the owner out. Guesses at the current password of a live session have a count of their
own. Unknown usernames are treated like known ones, or the waits would tell them apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from contracts.envelope import DomainError, Kind, Subject

WAIT_SECONDS_FIRST = 5
WAIT_SECONDS_MAX = 900
KNOWN_FOR = timedelta(days=90)  # since the last log-in by this name from this source


@dataclass(frozen=True, slots=True)
class Patience:
    free_failures: int
    forgotten_after: timedelta  # since the last failure


WITH_A_PAIR = Patience(5, timedelta(hours=24))  # one name from one source, or one live session
WITH_A_SOURCE = Patience(20, timedelta(hours=1))  # many people may share it
WITH_A_NAME = Patience(100, timedelta(hours=1))  # from wherever, so strangers can use it up
FORGOTTEN_AFTER = WITH_A_PAIR.forgotten_after  # the longest


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted by; the digest stands for it in tables.

    People type passwords into the wrong field: no typed name is stored.
    """

    digest: bytes
    patience: Patience


class TooManyAttempts(DomainError):
    """Too many failed attempts."""

    kind = Kind.TOO_MANY

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"Too many failed attempts. Try again in {retry_seconds} seconds.")
        self.retry_after_seconds = retry_seconds


def pair_counter(username: str, source: str | None) -> Counter:
    """By name and source; equal for all writings that one user is found by.

    Calls without a source, from the operator's tools, count as one source.
    """
    return Counter(_digest("pair", username.lower(), source or ""), WITH_A_PAIR)


def wide_counters(username: str, source: str | None) -> tuple[Counter, Counter]:
    """By name, and by source: in the order in which everybody locks them."""
    return (
        Counter(_digest("name", username.lower()), WITH_A_NAME),
        Counter(_digest("source", source or ""), WITH_A_SOURCE),
    )


def session_counter(subject: Subject) -> Counter:
    """By session: only its holder can use its patience up."""
    return Counter(_digest("session", subject.session_id or subject.id), WITH_A_PAIR)


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


def wait_after(failures: int, patience: Patience) -> timedelta | None:
    """How long the next attempt must wait after so many failures in a row."""
    beyond = failures - patience.free_failures
    if beyond < 0:
        return None
    # Beyond a few doublings the cap decides; the exponent is bounded to keep the number small.
    return timedelta(seconds=min(WAIT_SECONDS_FIRST * 2 ** min(beyond, 16), WAIT_SECONDS_MAX))


def _digest(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode()).digest()
