"""What each instalment from some period on has to be, for all of them to repay what is owed then.

Of a cumulative schedule the equal instalment is found as if all periods were alike and all were
paid out at once. Of a progressive one it is found from the factor of each period, as if what is
paid out within a period had been there from its beginning; then it is moved by the n-th part of
what the last instalment differs from it, if that difference is noticeable and becomes smaller so.
"""

from decimal import Decimal
from fractions import Fraction

from contracts.loan.terms import LoanTerms
from contracts.loan.words import Method, ScheduleType
from services.loan.domain.accrual import nominal_share
from services.loan.domain.amortisation import (
    REPAYS_NOTHING,
    equal_instalment,
    instalment_by_factors,
)
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded_ratio
from services.loan.domain.spans import Outline, part_multiple


def target_of(plan: Outline, first: int, balance_minor: int, before: int) -> int:
    """The instalment, or of equal principal its principal, from period `first` on.

    Raises:
        UnsupportedTerms: there is none that repays anything.
    """
    terms = plan.terms
    is_cumulative = terms.schedule_type is ScheduleType.CUMULATIVE
    if is_cumulative and before and not _rate_changes(plan, first):
        return before
    spans = plan.spans[first:] if is_cumulative else plan.spans[first : first + 1]
    balance_minor += sum(each.added_minor for each in spans)
    if balance_minor <= terms.balloon_minor:
        return before
    rate = plan.spans[first].stretches[-1].annual_rate
    if is_cumulative or terms.method is Method.EQUAL_PRINCIPAL:
        return level_target(terms, rate, balance_minor, len(_repaying(plan, first)))
    instalment = instalment_by_factors(
        balance_minor,
        _factors(plan, first, rate),
        plan.scale,
        multiple_minor=terms.instalment_multiple_minor,
        balloon_minor=terms.balloon_minor,
    )
    return _evened(plan, first, balance_minor, instalment)


def level_target(terms: LoanTerms, annual_rate: Decimal, balance_minor: int, count: int) -> int:
    """The same of so many periods that are all alike, or that repay equal principal; 0 where
    nothing is owed beyond the balloon.

    Raises:
        UnsupportedTerms: there is none that repays anything.
    """
    rest = balance_minor - terms.balloon_minor
    if rest <= 0:
        return 0
    if terms.method is Method.EQUAL_PRINCIPAL:
        principal = rounded_ratio(rest, count, part_multiple(terms))
        if not principal and count > 1:
            raise UnsupportedTerms(REPAYS_NOTHING)
        return principal
    return equal_instalment(
        balance_minor,
        Fraction(annual_rate) / 100 * nominal_share(terms),
        count,
        multiple_minor=terms.instalment_multiple_minor,
        balloon_minor=terms.balloon_minor,
    )


def _rate_changes(plan: Outline, first: int) -> bool:
    rates = {each.annual_rate for each in plan.spans[first].stretches}
    return rates != {plan.spans[first - 1].stretches[-1].annual_rate}


def _repaying(plan: Outline, first: int) -> list[int]:
    return [index for index in range(first, len(plan.spans)) if plan.spans[index].repays]


def _factors(plan: Outline, first: int, rate: Decimal) -> list[int]:
    """Of each period that repays; the rates of periods to come are not known yet."""
    return [
        plan.spans[index].factor if index == first else plan.plain(index, rate)
        for index in _repaying(plan, first)
    ]


def _evened(plan: Outline, first: int, balance_minor: int, instalment: int) -> int:
    """The instalment, moved towards the last one where that brings them nearer to each other."""
    count = len(_repaying(plan, first))
    difference = _last_differs(plan, first, balance_minor, instalment)
    if difference is None or abs(difference) <= count // 2 or count < 2:
        return instalment
    moved = rounded_ratio(difference, count)
    multiple = plan.terms.instalment_multiple_minor
    other = rounded_ratio(instalment + moved, 1, multiple)
    nearer = _last_differs(plan, first, balance_minor, other)
    return other if nearer is not None and abs(nearer) < abs(difference) else instalment


def _last_differs(plan: Outline, first: int, balance_minor: int, instalment: int) -> int | None:
    """By how much the last instalment, but for a balloon, is greater; None: it is not needed."""
    rate = plan.spans[first].stretches[-1].annual_rate
    balance = balance_minor
    last = len(plan.spans) - 1
    for index in range(first, last):
        if not plan.spans[index].repays:
            continue
        balance -= instalment - _interest(plan, index, balance, rate, is_first=index == first)
        if balance < 0:
            return None
    interest = _interest(plan, last, balance, rate, is_first=last == first)
    return balance + interest - plan.terms.balloon_minor - instalment


def _interest(plan: Outline, index: int, balance: int, rate: Decimal, *, is_first: bool) -> int:
    if not is_first:
        return plan.rounded_interest(balance, plan.plain(index, rate))
    span = plan.spans[index]
    return plan.interest_minor(span, balance - span.added_minor)
