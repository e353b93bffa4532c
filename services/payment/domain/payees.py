"""Who a payee is: how often it may be asked, when his bank is silent, and whether names match."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from rapidfuzz import fuzz

from contracts.envelope import DomainError, Kind, NotFound, Role, Subject
from contracts.payment.payees import LookupState, NameMatch
from services.payment.domain.screening import key_of

# Of one person within LOOKUPS_WITHIN: who asks more is gathering names. Staff ask for others.
LOOKUPS_MAX_OF_CUSTOMER = 20
LOOKUPS_MAX_OF_STAFF = 200
LOOKUPS_WITHIN = timedelta(hours=1)
SILENT_AFTER = timedelta(seconds=30)
SLIP = 85  # how like two names are, of 100, where one is a slip of the other


class PayeeLookupNotFound(NotFound):
    """There is no such question about a payee, or not for you."""


class TooManyLookups(DomainError):
    """You have asked about too many payees within an hour."""

    kind = Kind.TOO_MANY

    def __init__(self, retry_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_seconds


def lookups_max(subject: Subject) -> int:
    """How often this person may ask within LOOKUPS_WITHIN."""
    return LOOKUPS_MAX_OF_CUSTOMER if subject.role is Role.CUSTOMER else LOOKUPS_MAX_OF_STAFF


def check_may_ask(earlier: Sequence[datetime], most: int, now: datetime) -> None:
    """Ask whether somebody who asked at these moments, the oldest first, may ask once more.

    Raises:
        TooManyLookups: he has asked too often within the last hour.
    """
    counted = [at for at in earlier if at > now - LOOKUPS_WITHIN]
    if len(counted) >= most:
        free_at = counted[-most] + LOOKUPS_WITHIN
        raise TooManyLookups(max(1, ceil((free_at - now).total_seconds())))


def state_of(answered: LookupState, asked_at: datetime, now: datetime) -> LookupState:
    """Where a question stands now."""
    is_silent = answered is LookupState.PROCESSING and now - asked_at > SILENT_AFTER
    return LookupState.EXPIRED if is_silent else answered


def match_of(asked: str, known: str) -> NameMatch:
    """How like two names are, compared as those of the list that payments are screened by."""
    one, other = key_of(asked), key_of(known)
    if one == other:
        return NameMatch.EXACT
    fewer, more = sorted((one.split(), other.split()), key=len)
    is_close = _are_all_in(fewer, more) or fuzz.ratio(one, other, score_cutoff=SLIP) > 0
    return NameMatch.CLOSE if is_close else NameMatch.DIFFERENT


def _are_all_in(fewer: list[str], more: list[str]) -> bool:
    """Each is a word of the others or the initial of one, no word twice, and one at least whole."""
    left = list(more)
    has_whole = False
    for word in sorted(fewer, key=len, reverse=True):
        fits = [
            each
            for each in left
            if word == each or (1 in (len(word), len(each)) and word[0] == each[0])
        ]
        if not fits:
            return False
        found = word if word in fits else fits[0]
        has_whole = has_whole or (found == word and len(word) > 1)
        left.remove(found)
    return has_whole
