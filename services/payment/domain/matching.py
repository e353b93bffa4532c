"""Which lines of statements are which postings of the ledger.

By reference and amount; then, for lines that name no posting, by amount and date; then as the sum
of several postings. What is left may differ by a tolerance from the one posting that it can be: the
difference stays open. What there is is put into one order first, so the order in which it came does
not count, and each line and each posting is matched at most once.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
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


class DifferenceIsMatched(Conflict):
    """What the match left over is matched or written off itself: that would have to go first."""


class How(StrEnum):
    """How a match was found."""

    REFERENCE = "reference"
    AMOUNT = "amount"
    SUM = "sum"
    NEAR = "near"  # but for a difference within the tolerance, which is a line of its own
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
    parts: tuple[str, ...] = ()  # references of the transactions that a line is the sum of

    def names(self, references: Collection[str]) -> bool:
        """Whether it is about one of these by name."""
        return any(each in references for each in (self.reference, *self.parts))

    @property
    def place(self) -> tuple[date, int, str, int]:
        return self.on, self.minor, self.reference, self.number


@dataclass(frozen=True, slots=True)
class Match:
    """A line, and the postings that it is."""

    how: How
    line: Item
    postings: tuple[Item, ...]

    @property
    def rest_minor(self) -> int:
        """What the line has more than its postings."""
        return self.line.minor - sum(each.minor for each in self.postings)


def matched(
    lines: Sequence[Item], postings: Sequence[Item], days: int, tolerance_minor: int = 0
) -> list[Match]:
    """All matches among these; dates may differ by so many days, and amounts by so much."""
    waiting = sorted(lines, key=lambda line: line.place)
    left = sorted(postings, key=lambda posting: posting.place)
    named = {posting.reference for posting in postings}
    found: list[Match] = []
    for how in (_by_reference, _by_amount, _by_sum):
        for line in list(waiting):
            # What names a posting is that one, or a break.
            if line.names(named) != (how is _by_reference):
                continue
            match = how(line, left, days)
            if match is not None:
                found.append(match)
                waiting.remove(line)
                left = [each for each in left if each not in match.postings]
    if tolerance_minor:
        for by_name in (True, False):
            those = [each for each in waiting if each.names(named) == by_name]
            near = _nearly(those, left, None if by_name else days, tolerance_minor)
            found += near
            left = [each for each in left if not any(each in match.postings for match in near)]
    return found


def _by_reference(line: Item, left: Sequence[Item], days: int) -> Match | None:
    for posting in left:
        if (posting.reference, posting.minor) == (line.reference, line.minor):
            return Match(How.REFERENCE, line, (posting,))
    return _by_parts(line, left) if line.parts else None


def _by_parts(line: Item, left: Sequence[Item]) -> Match | None:
    """All postings that it names, if they are its sum."""
    chosen: list[Item] = []
    for reference in line.parts:
        named = (each for each in left if each.reference == reference and each not in chosen)
        posting = next(named, None)
        if posting is None:
            return None
        chosen.append(posting)
    is_sum = sum(each.minor for each in chosen) == line.minor
    return Match(How.REFERENCE, line, tuple(chosen)) if is_sum else None


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


def _nearly(
    lines: Sequence[Item], left: Sequence[Item], days: int | None, tolerance_minor: int
) -> list[Match]:
    """Each line with the one posting that it can be, if that can be no other line: by its name, or
    within so many days. Which of several it is, people say."""
    pairs = [
        (line, posting)
        for line in lines
        for posting in _of_about(line.minor, left, tolerance_minor)
        if (
            line.reference == posting.reference
            if days is None
            else _distance(line, posting) <= days
        )
    ]
    of_line = Counter(line.number for line, _ in pairs)
    of_posting = Counter(posting.number for _, posting in pairs)
    return [
        Match(How.NEAR, line, (posting,))
        for line, posting in pairs
        if of_line[line.number] == of_posting[posting.number] == 1
    ]


def _of_about(minor: int, left: Sequence[Item], tolerance_minor: int) -> Iterator[Item]:
    """Those of the same sign that differ by something, and by no more than this."""
    for each in left:
        if 0 < abs(each.minor - minor) <= tolerance_minor and (each.minor > 0) == (minor > 0):
            yield each


def _distance(one: Item, other: Item) -> int:
    return abs((one.on - other.on).days)
