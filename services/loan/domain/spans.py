"""The periods of a loan as they bear interest: in stretches of one rate and no payment within.

Factors are whole numbers over one `scale`, common to the whole schedule, so that six hundred
periods are multiplied and added exactly without ever looking for a common denominator again.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import chain, pairwise
from math import lcm

from contracts.loan.quotes import Disbursement, RateChange
from contracts.loan.terms import LoanTerms
from contracts.loan.words import Method
from services.loan.domain.accrual import year_share
from services.loan.domain.calendar import Period
from services.loan.domain.rounding import rounded_ratio

_RATE = 10**8  # a rate of six decimals in percent, as a whole number over this


class InterestIs(Enum):
    """What becomes of the interest of a period."""

    DUE = "due"
    DEFERRED = "deferred"  # it is due with that of the first period without grace
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of one rate, beginning with what is paid out on the first of them."""

    since: date
    until: date
    annual_rate: Decimal
    added_minor: int
    factor: int  # over the scale


@dataclass(frozen=True, slots=True)
class Span:
    """One period of the schedule."""

    period: Period
    stretches: tuple[Stretch, ...]
    repays: bool  # principal
    interest_is: InterestIs
    is_changed: bool  # something is paid out, or the rate differs from that of the period before

    @property
    def factor(self) -> int:
        return sum(each.factor for each in self.stretches)

    @property
    def added_minor(self) -> int:
        return sum(each.added_minor for each in self.stretches)


@dataclass(frozen=True, slots=True)
class Outline:
    """All that is known of a schedule before its first amount."""

    terms: LoanTerms
    spans: tuple[Span, ...]
    shares: tuple[int, ...]  # of a year that each whole period is, over `scale` / _RATE
    scale: int

    @property
    def part_multiple(self) -> int:
        """Of which principal and interest of an instalment of equal principal are multiples.

        One unit, or less, is a multiple of equal instalments alone; a greater one of all parts.
        """
        return part_multiple(self.terms)

    def interest_minor(self, span: Span, balance_minor: int) -> int:
        """Of a period at whose beginning this is owed; each stretch is rounded."""
        interest = 0
        for each in span.stretches:
            balance_minor += each.added_minor
            interest += self.rounded_interest(balance_minor, each.factor)
        return interest

    def rounded_interest(self, balance_minor: int, factor: int) -> int:
        return rounded_ratio(balance_minor * factor, self.scale, self.part_multiple)

    def plain(self, index: int, annual_rate: Decimal) -> int:
        """The factor of a period in which nothing changes."""
        if self.spans[index].interest_is is InterestIs.FREE:
            return 0
        return _rate(annual_rate) * self.shares[index]

    def plain_sum(self, annual_rate: Decimal) -> int:
        """The factor of the whole term at one rate, graces or not."""
        return _rate(annual_rate) * sum(self.shares)


def part_multiple(terms: LoanTerms) -> int:
    """Of which the parts of an instalment are multiples; see `Outline.part_multiple`."""
    multiple, one = terms.instalment_multiple_minor, 10**terms.currency.scale
    is_for_parts = terms.method is Method.EQUAL_PRINCIPAL and multiple > one
    return multiple if is_for_parts else 1


def outline(
    terms: LoanTerms,
    periods: Sequence[Period],
    paid_out: Sequence[Disbursement],
    changes: Sequence[RateChange] = (),
) -> Outline:
    """The spans of these periods, within which all is paid out and every rate begins."""
    rates = _rates(terms, periods[0].start, changes)
    cuts = sorted({each.on for each in paid_out} | set(rates))
    within = [_pieces(period, cuts) for period in periods]
    shares = [
        [year_share(terms, period, *days) for days in pieces]
        for period, pieces in zip(periods, within, strict=True)
    ]
    unit = lcm(*(each.denominator for each in chain.from_iterable(shares)))
    added: Counter[date] = Counter()
    for each in paid_out:
        added[each.on] += each.amount_minor
    spans, rate = [], terms.annual_rate
    for number, period in enumerate(periods):
        is_free = number < terms.interest_free_periods
        stretches, rate_before = [], rate
        for (since, until), share in zip(within[number], shares[number], strict=True):
            rate = rates.get(since, rate)
            factor = 0 if is_free else _rate(rate) * _over(share, unit)
            stretches.append(Stretch(since, until, rate, added[since], factor))
        repays = number >= terms.principal_grace
        is_changed = any(each.added_minor or each.annual_rate != rate_before for each in stretches)
        spans.append(Span(period, tuple(stretches), repays, interest_is(terms, number), is_changed))
    whole = tuple(sum(_over(each, unit) for each in pieces) for pieces in shares)
    return Outline(terms, tuple(spans), whole, unit * _RATE)


def _rates(terms: LoanTerms, start: date, changes: Sequence[RateChange]) -> dict[date, Decimal]:
    """The rate from each day on at which it begins, the start among them."""
    rates = {start: terms.annual_rate}
    for change in sorted(changes, key=lambda each: each.from_date):
        rates[max(change.from_date, start)] = change.annual_rate
    return rates


def _pieces(period: Period, cuts: Sequence[date]) -> list[tuple[date, date]]:
    """The days of a period, cut where something changes within it."""
    inner = cuts[bisect_right(cuts, period.start) : bisect_left(cuts, period.due)]
    return list(pairwise([period.start, *inner, period.due]))


def interest_is(terms: LoanTerms, number: int) -> InterestIs:
    """What becomes of the interest of a period, 0 being the first."""
    if number < terms.interest_free_periods:
        return InterestIs.FREE
    return InterestIs.DEFERRED if number < terms.interest_grace else InterestIs.DUE


def _rate(annual_rate: Decimal) -> int:
    return int(annual_rate.scaleb(6))


def _over(share: Fraction, unit: int) -> int:
    return share.numerator * (unit // share.denominator)
