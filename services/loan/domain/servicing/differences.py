"""What an event that became known late changes of a loan: instalments, payments, what was earned.

Both positions are of one date, the business date on which the event became known: there the ledger
is put right, by one entry of the open day, and no entry of before is touched.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, earned_of
from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.position import Amounts, Instalment, Position

_NOTHING = Amounts()

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of one instalment, before and after."""

    instalment: int
    part: Part
    before: Amounts
    after: Amounts


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """What an event paid or waived: this part of this instalment."""

    sequence: int  # of the event
    on: date
    instalment: int
    part: Part


def differences(before: Position, after: Position) -> tuple[Difference, ...]:
    """The parts that differ between two positions of one loan on one date."""
    old = {each.number: each for each in before.instalments}
    new = {each.number: each for each in after.instalments}
    return tuple(
        difference
        for number in sorted(old.keys() | new.keys())
        for difference in _of(number, old.get(number), new.get(number))
    )


def reallocated(before: Position, after: Position) -> dict[Share, tuple[int, int]]:
    """Where payments and waivers went otherwise, with the amounts of before and after."""
    return _changed(_shares(before), _shares(after))


def earned_otherwise(before: Position, after: Position) -> dict[int, tuple[int, int]]:
    """By instalment, what was earned of its interest by the date of both, where that differs."""
    return _changed(_earned(before), _earned(after))


def booked_otherwise(before: Position, after: Position) -> dict[str, tuple[int, int]]:
    """By line of the chart, what the ledger should hold by each, where that differs."""
    return _changed(_books(before), _books(after))


def _of(number: int, old: Instalment | None, new: Instalment | None) -> Iterator[Difference]:
    for part in Part:
        before = old.part(part) if old else _NOTHING
        after = new.part(part) if new else _NOTHING
        if before != after:
            yield Difference(number, part, before, after)


def _changed(before: Mapping[K, int], after: Mapping[K, int]) -> dict[K, tuple[int, int]]:
    return {
        key: (before.get(key, 0), after.get(key, 0))
        for key in {**before, **after}
        if before.get(key, 0) != after.get(key, 0)
    }


def _shares(position: Position) -> Counter[Share]:
    shares: Counter[Share] = Counter()
    for each in position.allocations:
        shares[Share(each.sequence, each.on, each.instalment, each.part)] += each.amount_minor
    return shares


def _earned(position: Position) -> dict[int, int]:
    return {each.number: earned_of(position, each) for each in position.instalments}


def _books(position: Position) -> dict[str, int]:
    return books(position, is_npa=arrears_of(position).is_npa)
