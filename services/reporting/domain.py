"""Which postings of a batch are still to be counted, and what they add to the totals.

Every posting has a gapless number on its account, and of each account the numbers counted are kept
as ranges: usually one, from 1 to the newest. A number that is in a range was counted before. A
number beyond the end leaves a gap: it is counted at once all the same, because a sum does not
depend on order and the figures are then as near to the ledger as what was heard; the report says on
how many accounts something is missing, and the gap closes when the missing posting comes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from contracts.account.books import Moved
from contracts.money import Currency

Ranges: TypeAlias = Sequence[range]


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line of the trial balance on one business date."""

    booked_on: date
    gl_code: str
    currency: Currency


@dataclass(frozen=True, slots=True)
class Total:
    """Unsigned sums of debits and credits, and of how many postings."""

    debit_minor: int = 0
    credit_minor: int = 0
    postings: int = 0


def uncounted(heard: Iterable[Moved], counted: Mapping[str, Ranges]) -> list[Moved]:
    """Those postings that no range contains, each once; accounts without ranges are new."""
    fresh = {
        (moved.account_number, moved.sequence): moved
        for moved in heard
        if not any(moved.sequence in each for each in counted.get(moved.account_number, ()))
    }
    return list(fresh.values())


def totals_of(postings: Iterable[Moved]) -> dict[Line, Total]:
    """What postings add to each line."""
    totals: defaultdict[Line, Total] = defaultdict(Total)
    for moved in postings:
        line = Line(moved.booked_on, moved.gl_code, moved.currency)
        totals[line] = _plus(totals[line], moved)
    return dict(totals)


def _plus(total: Total, moved: Moved) -> Total:
    return Total(
        total.debit_minor + max(0, -moved.signed_minor),
        total.credit_minor + max(0, moved.signed_minor),
        total.postings + 1,
    )
