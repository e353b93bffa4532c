"""Whether what is kept of a loan is what its terms and events lead to, to the last minor unit.

What an event writes follows from the events up to it, on its business date; how late a loan is,
what is owed and due next and what is booked are written again at the end of each day. So of these
the rows may be those of the last event, or of the end of a day whose work may have come after it.
What is provided is of such an end, by what was known when its work was done; of a loan that was
written off its use is held against the loss alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.loan.servicing import ServicingRules
from contracts.loan.values import LoanState
from services.loan.domain.ending_days import DayEnd, day_end
from services.loan.domain.files import LoanFile
from services.loan.domain.provisioning import Percents, provided, with_provision
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import PROVISION, PROVISION_EXPENSE, books
from services.loan.domain.servicing.events import Cancelled, LoanEvent
from services.loan.domain.servicing.position import Instalment, Position
from services.loan.domain.standing import Standing, standing_of

Columns = Mapping[str, Any]  # by name
Rows = Mapping[int, Columns]  # of instalments, by number
Books = Mapping[str, int]  # by line of the chart, credit positive

BY_EVENT = ("state", "disbursed_minor", "disbursed_on")
BY_DAY = (
    "overdue_minor", "overdue_since", "days_past_due", "classification", "classified_by", "stage",
    "npa_since", "next_due_on", "next_due_minor", "outstanding_minor",
)  # fmt: skip
BY_INSTALMENT = (
    "due_date", "principal_minor", "interest_minor", "fees_minor", "penalties_minor", "paid_minor",
    "waived_minor", "outstanding_minor",
)  # fmt: skip
_BOOK_NOTHING = ("rescheduled", "re-amortised", "moratorium", "classified")
_NOTHING_LENT: Columns = {
    "disbursed_minor": 0, "disbursed_on": None, "outstanding_minor": 0, "overdue_minor": 0,
    "overdue_since": None, "days_past_due": 0, "classification": "standard",
    "classified_by": "loan", "stage": None, "npa_since": None, "next_due_on": None,
    "next_due_minor": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a loan."""

    loan: Columns
    instalments: Rows
    books: Books  # lines of nothing left out


def faults(
    loan: LoanFile,
    events: Sequence[LoanEvent],
    rules: ServicingRules,
    days: Mapping[date, Percents],
    kept: Kept,
) -> Iterator[str]:
    """What is kept otherwise than derived, each in words; `days` are those whose end may have
    written last, the latest first, with the rates at which the loan is provided for then."""
    if not any(event.kind == "disbursed" for event in events):
        yield from _of_nothing_lent(loan, events, kept)
        return
    last = events[-1].booked_on
    position = loan.position(events, last, rules)
    first = next(event.value_date for event in events if event.kind == "disbursed")
    standing = standing_of(position, first)
    booked = [
        [day_end(loan, known, day, rules, {}, each) for day, each in days.items()]
        for known in _as_booked(events)
    ]
    ends = booked[0]  # by all that is known
    lent = max(loan.terms.principal_minor, position.disbursed_minor)
    yield from _unlike(kept.loan, {"principal_minor": lent, **_columns(standing, BY_EVENT)})
    yield from _of_instalments(kept.instalments, position)
    if standing.state is not LoanState.ACTIVE:
        booked, ends = [], []
    else:
        yield from _of_provision(loan, events, rules, days, provided(kept.books))
    by_days = [_at_end(end) for end in ends] + [_columns(standing, BY_DAY)]
    if not any(all(kept.loan[name] == each[name] for name in BY_DAY) for each in by_days):
        yield from _unlike(kept.loan, by_days[0])
    minor = provided(kept.books)
    by_ends = [_with(end.lines, minor) for its in booked for end in its]
    yield from _of_books(kept.books, [*by_ends, *_booked(loan, events, rules, minor)])


def _of_nothing_lent(loan: LoanFile, events: Sequence[LoanEvent], kept: Kept) -> Iterator[str]:
    yield from _unlike(kept.loan, _NOTHING_LENT)
    is_given_up = any(isinstance(event, Cancelled) for event in events)
    decided = {LoanState.APPLIED, LoanState.APPROVED, LoanState.REJECTED}
    if loan.state not in ({LoanState.CANCELLED} if is_given_up else decided):
        yield f"state is {loan.state}, and nothing was paid out"
    yield from _of_books(kept.books, [{}])
    for number in sorted(kept.instalments):
        yield f"instalment {number} is kept, and none is derived"


def _of_instalments(kept: Rows, position: Position) -> Iterator[str]:
    derived = {each.number: _row(each) for each in position.instalments}
    for number in sorted(kept.keys() | derived.keys()):
        if number not in derived:
            yield f"instalment {number} is kept, and none is derived"
        elif number not in kept:
            yield f"instalment {number} is derived, and none is kept"
        else:
            yield from _unlike(kept[number], derived[number], f"instalment {number}: ")


def _of_books(kept: Books, derived: Sequence[Books]) -> Iterator[str]:
    """By the first of what may be derived, if it is none of them."""
    if kept in derived:
        return
    for line in sorted(kept.keys() | derived[0].keys()):
        if kept.get(line, 0) != derived[0].get(line, 0):
            yield f"{line} is noted as {kept.get(line, 0)}, derived {derived[0].get(line, 0)}"


def _of_provision(
    loan: LoanFile,
    events: Sequence[LoanEvent],
    rules: ServicingRules,
    days: Mapping[date, Percents],
    kept_minor: int,
) -> Iterator[str]:
    """By all that is known now, if it is by nothing that was known when a day's work was done."""
    derived = [
        provided(day_end(loan, known, day, rules, {}, percents).lines)
        for day, percents in days.items()
        for known in _known_after(events, day)
    ] or [0]
    if kept_minor not in derived:
        yield f"{PROVISION} is noted as {kept_minor}, derived {derived[0]}"


def _known_after(events: Sequence[LoanEvent], day: date) -> Iterator[Sequence[LoanEvent]]:
    """What may have been known when the work of a day was done that was over."""
    for end in range(len(events), -1, -1):
        yield events[:end]
        if end and events[end - 1].booked_on <= day:
            return


def _with(lines: Books, provision_minor: int) -> Books:
    """The same books with so much provided."""
    changed = {**lines, PROVISION: provision_minor, PROVISION_EXPENSE: -provision_minor}
    return {line: minor for line, minor in changed.items() if minor}


def _booked(
    loan: LoanFile, events: Sequence[LoanEvent], rules: ServicingRules, provision_minor: int
) -> Iterator[Books]:
    """What the events have booked: the last one, or that before it where it has booked nothing."""
    for known in _as_booked(events):
        position = loan.position(known, known[-1].booked_on, rules)
        lines = books(position, is_npa=arrears_of(position).is_npa)
        yield with_provision(lines, position, provision_minor)


def _as_booked(events: Sequence[LoanEvent]) -> Iterator[Sequence[LoanEvent]]:
    """The events, and without the last ones as far as these have booked nothing when they became
    known."""
    for end in range(len(events), 0, -1):
        yield events[:end]
        if events[end - 1].kind not in _BOOK_NOTHING:
            return


def _columns(standing: Standing, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(standing, name) for name in names}


def _at_end(end: DayEnd) -> dict[str, Any]:
    coming = end.next_due
    return {
        "overdue_minor": end.arrears.overdue_minor,
        "overdue_since": end.arrears.since,
        "days_past_due": end.arrears.days_past_due,
        "classification": end.arrears.classification,
        "classified_by": end.arrears.classified_by,
        "stage": end.stage,
        "npa_since": end.arrears.npa_since,
        "next_due_on": coming and coming.due_on,
        "next_due_minor": coming.outstanding_minor if coming else 0,
        "outstanding_minor": end.outstanding_minor,
    }


def _row(each: Instalment) -> dict[str, Any]:
    parts = {
        f"{name}_minor": getattr(each, name).due_minor
        for name in ("principal", "interest", "fees", "penalties")
    }
    return {
        "due_date": each.due_on,
        **parts,
        "paid_minor": each.paid_minor,
        "waived_minor": each.waived_minor,
        "outstanding_minor": each.outstanding_minor,
    }


def _unlike(kept: Columns, derived: Columns, where: str = "") -> Iterator[str]:
    for name, wanted in derived.items():
        if kept[name] != wanted:
            yield f"{where}{name} is {kept[name]}, derived {wanted}"
