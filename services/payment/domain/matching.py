"""Which lines of statements are which postings of the ledger.

By reference and amount; then, for lines that name no posting, by amount and date; then as the sum
of several postings. What there is is put into one order first, so the order in which it came does
not count, and each line and each posting is matched at most once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.envelope import Conflict, DomainError, NotFound

SUMMED_MAX = 6  # postings that one line may be the sum of
SUMMED_OF_MAX = 24  # of so many that are near it in time
TRIED_MAX = 20_000  # sums, for one line


class MatchDiffers(DomainError):
    """The lines and the postings do not come to the same amount."""


class NotUnmatched(Conflict):
    """One of these lines or postings is not there, or matched already."""


class NotMatched(NotFound):
    """There is no such line with a match."""


class How(StrEnum):
    """How a match was found."""

    REFERENCE = "reference"
    AMOUNT = "amount"
    SUM = "sum"
    BY_HAND = "by-hand"
    WRITTEN_OFF = "written-off"
    EXPLAINED = "explained"  # by others of its side


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a statement or a posting of the ledger; positive where money comes in."""

    number: int
    on: date
    minor: int
    reference: str

    @property
    def place(self) -> tuple[date, int, str, int]:
        return self.on, self.minor, self.reference, self.number


@dataclass(frozen=True, slots=True)
class Match:
    """A line, and the postings that it is."""

    how: How
    line: Item
    postings: tuple[Item, ...]


def matched(lines: Sequence[Item], postings: Sequence[Item], days: int) -> list[Match]:
    """All matches among these; dates may differ by so many days."""
    waiting = sorted(lines, key=lambda line: line.place)
    left = sorted(postings, key=lambda posting: posting.place)
    named = {posting.reference for posting in postings}
    found: list[Match] = []
    for how in (_by_reference, _by_amount, _by_sum):
        for line in list(waiting):
            # What names a posting is that one, or a break.
            if (line.reference in named) != (how is _by_reference):
                continue
            match = how(line, left, days)
            if match is not None:
                found.append(match)
                waiting.remove(line)
                left = [each for each in left if each not in match.postings]
    return found


def _by_reference(line: Item, left: Sequence[Item], days: int) -> Match | None:
    for posting in left:
        if (posting.reference, posting.minor) == (line.reference, line.minor):
            return Match(How.REFERENCE, line, (posting,))
    return None


def _by_amount(line: Item, left: Sequence[Item], days: int) -> Match | None:
    near = [each for each in left if each.minor == line.minor and _distance(line, each) <= days]
    if not near:
        return None
    return Match(
        How.AMOUNT, line, (min(near, key=lambda each: (_distance(line, each), each.place)),)
    )


def _by_sum(line: Item, left: Sequence[Item], days: int) -> Match | None:
    near = [each for each in left if _distance(line, each) <= days][:SUMMED_OF_MAX]
    tried = 0

    def search(start: int, missing: int, chosen: tuple[Item, ...]) -> tuple[Item, ...] | None:
        nonlocal tried
        if missing == 0 and len(chosen) > 1:
            return chosen
        for at in range(start, len(near) if len(chosen) < SUMMED_MAX else start):
            tried += 1
            if tried > TRIED_MAX:
                return None
            found = search(at + 1, missing - near[at].minor, (*chosen, near[at]))
            if found:
                return found
        return None

    summed = search(0, line.minor, ())
    return Match(How.SUM, line, summed) if summed else None


def _distance(one: Item, other: Item) -> int:
    return abs((one.on - other.on).days)
