"""Floating loans: they change by as much as their benchmark does, on the same day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.files import NewEvent
from services.loan.domain.servicing.events import LoanEvent, RateChanged, Rescheduled

_LEAST, _MOST = Decimal(0), Decimal(200)  # percent a year, as in a quote


@dataclass(frozen=True, slots=True)
class Change:
    """Of a benchmark, from a business date on."""

    code: str
    version: int
    on: date
    by: Decimal  # percentage points a year; negative: it falls


def changed_rate(terms: QuoteLoan, events: Iterable[LoanEvent], change: Change) -> NewEvent | None:
    """What a change of its benchmark means for a loan; None: nothing, or it is kept already."""
    rate, known = terms.annual_rate, list(events)
    for each in sorted(known, key=lambda each: each.order):
        if isinstance(each, RateChanged | Rescheduled) and each.value_date <= change.on:
            rate = rate if each.annual_rate is None else each.annual_rate
    floated = (each for each in known if isinstance(each, RateChanged))
    new = min(max(rate + change.by, _LEAST), _MOST)
    if new == rate or any(
        (each.benchmark, each.benchmark_version) == (change.code, change.version)
        for each in floated
    ):
        return None
    details = {
        "annual_rate": str(new),
        "benchmark": change.code,
        "benchmark_version": change.version,
    }
    return NewEvent(kind="rate-changed", value_date=change.on, details=details)
