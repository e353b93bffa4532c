"""Which events of a loan have made another version of its schedule.

Versions count 1, 2, 3 … in the order in which events became known, so a number never comes to mean
another schedule: what becomes known later only adds versions. The schedule of a version is that of
the events up to its own, replayed on the date on which that one became known.
"""

from collections.abc import Iterator, Sequence

from contracts.loan.penal import PenalTerms
from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import ServicingRules
from services.loan.domain.servicing.events import (
    LoanEvent,
    Recovered,
    RepaymentReversed,
    Waived,
    WrittenOff,
)
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.replaying import replay_plan

# What the bank decides of a debt makes a version of its own, also where each due date stays.
_DECIDED = (Waived, WrittenOff, Recovered)


def versions(
    terms: QuoteLoan,
    events: Sequence[LoanEvent],
    rules: ServicingRules,
    penal: PenalTerms | None = None,
) -> list[LoanEvent]:
    """The event that made each version, the first one's first; `events` in order of numbers."""
    changing: set[int] = set()
    plan = Plan(terms)
    for start, end in _blocks(events):
        known = events[:end]
        last = max(each.booked_on for each in known)
        found = replay_plan(plan, known, last, rules=rules, penal=penal)
        own = {each.sequence for each in events[start:end]}
        changing |= own.intersection(found.changed_by)
    return [each for each in events if _makes_one(each, changing)]


def _makes_one(event: LoanEvent, changing: set[int]) -> bool:
    """Taking back what had made a version makes one."""
    sequence = event.reverses if isinstance(event, RepaymentReversed) else event.sequence
    return sequence in changing or isinstance(event, _DECIDED)


def _blocks(events: Sequence[LoanEvent]) -> Iterator[tuple[int, int]]:
    """From where to where events came to be known in the order in which they count.

    What one of them changed is the same in a replay of all before it and in one of its block: there
    a later one, which comes after it, makes no difference.
    """
    start, newest = 0, events[0].order if events else None
    for at, event in enumerate(events):
        is_late = newest is not None and event.order < newest
        if at and (is_late or isinstance(event, RepaymentReversed)):
            yield start, at
            start = at
        newest = event.order if newest is None else max(newest, event.order)
    if events:
        yield start, len(events)
