"""What a loan costs in a year, from its rows: when the borrower gets and pays what, in periods."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from contracts.loan.quotes import Disbursement, Instalment
from services.loan.domain.accrual import part_of_year
from services.loan.domain.apr import Flow, rate_of_flows
from services.loan.domain.spans import Outline


def yearly_cost(
    plan: Outline,
    paid_out: Sequence[Disbursement],
    rows: Sequence[Instalment],
    kept_back_minor: int,
) -> Decimal:
    """The annual percentage rate, of all that is paid and kept back.

    Raises:
        UnsupportedTerms: it is beyond any percentage.
    """
    since = [Fraction(0), *accumulate(span.period.length for span in plan.spans)]
    first, *later = paid_out
    flows = [Flow(_periods(plan, since, each.on), -each.amount_minor) for each in later]
    flows += [Flow(_periods(plan, since, each.due_date), each.due_minor) for each in rows]
    flows.sort(key=lambda each: (each.periods, each.amount_minor))
    return rate_of_flows(first.amount_minor - kept_back_minor, flows, 1 / part_of_year(plan.terms))


def _periods(plan: Outline, since: Sequence[Fraction], on: date) -> Fraction:
    """How many periods after the first day; a due date is whole periods after the first one."""
    index = bisect_right(plan.spans, on, key=lambda span: span.period.due)
    if index == len(plan.spans):
        return since[-1]
    period = plan.spans[index].period
    return since[index] + period.length * Fraction((on - period.start).days, period.days)
