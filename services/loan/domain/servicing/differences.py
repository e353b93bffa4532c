"""What an event that became known late changes of a loan, instalment by instalment."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.position import Amounts, Instalment, Position

_NOTHING = Amounts()


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of one instalment, before and after."""

    instalment: int
    part: Part
    before: Amounts
    after: Amounts


def differences(before: Position, after: Position) -> tuple[Difference, ...]:
    """The parts that differ between two positions of one loan on one date."""
    old = {each.number: each for each in before.instalments}
    new = {each.number: each for each in after.instalments}
    return tuple(
        difference
        for number in sorted(old.keys() | new.keys())
        for difference in _of(number, old.get(number), new.get(number))
    )


def _of(number: int, old: Instalment | None, new: Instalment | None) -> Iterator[Difference]:
    for part in Part:
        before = old.part(part) if old else _NOTHING
        after = new.part(part) if new else _NOTHING
        if before != after:
            yield Difference(number, part, before, after)
