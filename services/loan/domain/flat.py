"""Flat interest: on the whole principal for the whole term, in as many equal parts as are due.

Periods free of interest take their parts away with them; periods of grace leave theirs to the
others. Where principal and interest are rounded up to a multiple, it is the principal that gives.
"""

from collections.abc import Iterator
from fractions import Fraction

from contracts.loan.terms import LoanTerms
from contracts.loan.words import ScheduleType
from services.loan.domain.accrual import counts_days, part_of_year
from services.loan.domain.amortisation import REPAYS_NOTHING
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded, rounded_ratio
from services.loan.domain.spans import Outline
from services.loan.domain.walk import Part


def flat_schedule(plan: Outline, bearing_minor: int) -> Iterator[Part]:
    """The parts of all instalments, interest being that on `bearing_minor`; fewer where rounding
    principal up repays it sooner.

    Raises:
        UnsupportedTerms: rounded to their multiple, instalments would repay nothing.
    """
    terms, count = plan.terms, len(plan.spans)
    balance = sum(each.added_minor for each in plan.spans)
    interest_left, paying = flat_interest(plan, bearing_minor)
    each_interest = rounded_ratio(interest_left, paying)
    wanted = flat_principal(plan, balance - terms.balloon_minor, each_interest)
    for index, span in enumerate(plan.spans):
        is_last = index == count - 1
        principal = min(wanted, balance - terms.balloon_minor) if span.repays else 0
        principal = balance if is_last else principal
        interest = min(each_interest, interest_left) if index >= count - paying else 0
        interest = interest_left if is_last or principal == balance else interest
        balance -= principal
        interest_left -= interest
        yield Part(principal, interest, balance, wanted + each_interest)
        if not balance:
            return


def bears_flat(terms: LoanTerms, lent_minor: int, down_minor: int) -> int:
    """What flat interest is counted on: all that is lent, but in a progressive schedule what is
    left of it after the down payment."""
    is_left = terms.schedule_type is ScheduleType.PROGRESSIVE
    return lent_minor - down_minor if is_left else lent_minor


def flat_interest(plan: Outline, principal_minor: int) -> tuple[int, int]:
    """The interest of the whole loan, and how many instalments, the last ones, share it."""
    terms, count = plan.terms, len(plan.spans)
    if counts_days(terms):
        factor = Fraction(plan.plain_sum(terms.annual_rate), plan.scale)
    else:
        # However long the first period is: flat interest goes by the number of instalments.
        factor = Fraction(terms.annual_rate) / 100 * part_of_year(terms) * count
    total = rounded(principal_minor * factor)
    if terms.interest_free_periods == count:
        return 0, count
    free = rounded_ratio(total, count) * terms.interest_free_periods
    return max(total - free, 0), sharing(terms)


def sharing(terms: LoanTerms) -> int:
    """How many instalments, the last ones, share flat interest: the last one always does."""
    return max(terms.instalments - max(terms.interest_free_periods, terms.interest_grace), 1)


def flat_principal(plan: Outline, principal_minor: int, interest_minor: int) -> int:
    """Of each instalment, so that with its interest it is a multiple.

    Raises:
        UnsupportedTerms: rounded so, it would repay nothing.
    """
    terms = plan.terms
    count = len(plan.spans) - terms.principal_grace
    principal = rounded_ratio(principal_minor, count)
    multiple = terms.instalment_multiple_minor
    due = sum(rounded_ratio(each, 1, multiple) for each in (principal, interest_minor))
    if due <= interest_minor and count > 1:
        raise UnsupportedTerms(REPAYS_NOTHING)
    return due - interest_minor
