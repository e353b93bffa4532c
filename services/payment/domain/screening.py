"""Which listed names a name may be, however it is written, and how much an account may pay at once.

Names are compared by their words, in any order: without case, accents and titles, and in Latin
letters, whatever script they are written in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

from anyascii import anyascii
from rapidfuzz import fuzz, process

from contracts.envelope import Conflict, DomainError, NotFound
from contracts.payment.screening import ScreeningRule

Scorer: TypeAlias = Callable[..., Any]

HIT = "screening-hit"  # why a payment stands still, as staff see it
BEING_CHECKED = "being-checked"  # the same as a customer sees it
NOT_MADE = "payment-not-made"  # why one ends that was refused, as everybody sees it

SPELLINGS_MAX = 50_000  # names and aliases on the list at once; a search takes some 10 ms then
HITS_MAX = 20  # of one payment, the most alike
REMEMBERED_MAX = 20_000  # beneficiaries whose matches are kept: many payments go to the same
_TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mister", "dr", "prof", "shri", "sri", "smt", "messrs"}
)
_APOSTROPHES = re.compile(r"['`]")
_BETWEEN = re.compile(r"[^a-z0-9]+")


class NameAlreadyListed(Conflict):
    """This source names him already."""


class ListIsFull(Conflict):
    """There are as many names as can be compared."""


class NameNotFound(NotFound):
    """There is no such name."""


class NameAlreadyRemoved(Conflict):
    """The name was taken off the list before."""


class NothingFound(Conflict):
    """The payment does not stand still because of its beneficiary's name."""


class TooManyPayments(DomainError):
    """Too many payments leave this account at once; try again later."""


class TooMuchAtOnce(DomainError):
    """Too much leaves this account at once; try again later."""


@dataclass(frozen=True, slots=True)
class Match:
    """A spelling on the list, and how alike it is, of 100."""

    name_id: UUID
    spelling: str
    score: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What left an account, by count and in minor units, in the last hour and the last day."""

    hour_count: int = 0
    hour_minor: int = 0
    day_count: int = 0
    day_minor: int = 0

    def with_one_of(self, minor: int) -> "Spent":
        """The same after one more payment."""
        return Spent(
            self.hour_count + 1, self.hour_minor + minor, self.day_count + 1, self.day_minor + minor
        )


class NameList:
    """The list as it is compared with: made once, and then searched for every payment."""

    def __init__(self, spellings: Iterable[tuple[UUID, str]], threshold: int) -> None:
        self._spellings = list(spellings)
        self._threshold = threshold
        self._keys = dict(enumerate(key_of(spelling) for _, spelling in self._spellings))
        self._by_word: dict[str, list[int]] = {}  # names of several words
        for at, key in self._keys.items():
            for word in key.split() if " " in key else ():
                self._by_word.setdefault(word, []).append(at)
        self.search = lru_cache(maxsize=REMEMBERED_MAX)(self._search)

    def _search(self, name: str) -> tuple[Match, ...]:
        """The names that this one may be, the most alike first, each by its best spelling."""
        key = key_of(name)
        found = self._alike(key, self._keys, fuzz.ratio)
        if " " in key:
            # Names within longer ones; a single word says too little for that.
            near = {
                at: self._keys[at] for word in key.split() for at in self._by_word.get(word, ())
            }
            found += self._alike(key, near, fuzz.token_set_ratio)
        best: dict[UUID, Match] = {}
        for score, at in sorted(found, key=lambda each: -each[0]):
            name_id, spelling = self._spellings[at]
            best.setdefault(name_id, Match(name_id, spelling, score))
        return tuple(best.values())[:HITS_MAX]

    def _alike(self, key: str, among: Mapping[int, str], scorer: Scorer) -> list[tuple[int, int]]:
        found = process.extract(
            key, among, scorer=scorer, score_cutoff=self._threshold, limit=HITS_MAX
        )
        return [(int(score), at) for _, score, at in found]


def key_of(name: str) -> str:
    """The words of a name in the order of the alphabet, as they are compared."""
    plain = _APOSTROPHES.sub("", anyascii(name).lower())
    words = [word for word in _BETWEEN.split(plain) if word]
    telling = [word for word in words if word not in _TITLES]
    # What has no letters or nothing but titles is compared as it stands.
    return " ".join(sorted(telling or words)) or name.casefold()


def check_velocity(rule: ScreeningRule, spent: Spent) -> None:
    """Ask whether an account may have paid this.

    Raises:
        TooManyPayments, TooMuchAtOnce
    """
    if _above(spent.hour_count, rule.hourly_count) or _above(spent.day_count, rule.daily_count):
        raise TooManyPayments
    if _above(spent.hour_minor, rule.hourly_most_minor) or _above(
        spent.day_minor, rule.daily_most_minor
    ):
        raise TooMuchAtOnce


def has_bounds(rule: ScreeningRule | None) -> bool:
    """Whether the rule bounds what an account may pay at once."""
    return rule is not None and any(_bounds(rule))


def _bounds(rule: ScreeningRule) -> Sequence[int | None]:
    return rule.hourly_count, rule.hourly_most_minor, rule.daily_count, rule.daily_most_minor


def _above(value: int, most: int | None) -> bool:
    return most is not None and value > most
