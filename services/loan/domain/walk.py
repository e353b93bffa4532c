"""The walk along the periods of a declining balance: what each bears, repays and leaves.

It starts anew wherever something is paid out or the rate changes, with a target found for the rest
(`targets.py`). It never repays more than is owed nor less than nothing, and the last instalment
repays all that is left, with the interest that was put off until then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from contracts.loan.words import Method
from services.loan.domain.spans import InterestIs, Outline, Span
from services.loan.domain.targets import target_of


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment's division; `balance_minor` is what is owed after it."""

    principal_minor: int
    interest_minor: int
    balance_minor: int
    target_minor: int  # of interest and principal together, or of principal alone

    @property
    def due_minor(self) -> int:
        return self.principal_minor + self.interest_minor


def continue_schedule(
    plan: Outline, *, first: int = 0, balance_minor: int = 0, deferred_minor: int = 0
) -> Iterator[Part]:
    """The parts of the instalments from number `first` on, 0 being that of the first period.

    `balance_minor` is owed at the beginning of its period, without what is paid out on that day;
    `deferred_minor` is interest put off until now. There are fewer instalments than periods where
    rounding them up repays all sooner.

    Raises:
        UnsupportedTerms: no instalment of these terms repays the loan.
    """
    is_emi = plan.terms.method is Method.EMI
    to_come = _to_come(plan)
    balance, deferred, target = balance_minor, deferred_minor, 0
    for index in range(first, len(plan.spans)):
        span = plan.spans[index]
        if index == first or span.is_changed:
            target = target_of(plan, index, balance, target)
        interest = plan.interest_minor(span, balance)
        balance += span.added_minor
        wanted = target - interest if is_emi else target
        principal = _principal(plan, index, wanted, balance)
        due, deferred = _due(span, interest, deferred)
        is_over = principal == balance and not to_come[index]
        balance -= principal
        yield Part(principal, due + deferred if is_over else due, balance, target)
        if is_over:
            return


def _principal(plan: Outline, index: int, wanted: int, balance: int) -> int:
    """What a period repays: a balloon is left to the last, and nobody pays back too much."""
    if index == len(plan.spans) - 1:
        return balance
    if not plan.spans[index].repays:
        return 0
    return max(min(wanted, balance - plan.terms.balloon_minor), 0)


def _due(span: Span, interest: int, deferred: int) -> tuple[int, int]:
    """What is due of a period's interest and of what was put off, and what is put off now."""
    if span.interest_is is InterestIs.DUE:
        return interest + deferred, 0
    return 0, deferred + interest


def _to_come(plan: Outline) -> list[int]:
    """After each period, what is still to be paid out."""
    total = sum(span.added_minor for span in plan.spans)
    return [total - paid for paid in accumulate(span.added_minor for span in plan.spans)]
