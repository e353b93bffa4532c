"""What servicing asks of the arithmetic of schedules: dates, instalments, and interest of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from contracts.loan.quotes import QuoteLoan
from contracts.loan.words import Method, ScheduleType
from services.loan.domain.accrual import nominal_share, rate_factor
from services.loan.domain.amortisation import equal_instalment, instalment_by_factors
from services.loan.domain.calendar import Period, periods_of, step
from services.loan.domain.rounding import rounded
from services.loan.domain.terms import settled

_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms of one loan as the arithmetic that they stand for."""

    terms: QuoteLoan

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", settled(self.terms))

    @property
    def multiple_minor(self) -> int:
        """Of which every instalment but the last is a multiple."""
        return self.terms.instalment_multiple_minor

    @property
    def is_flat(self) -> bool:
        """Interest is that of the whole principal, whatever is repaid of it."""
        return self.terms.method is Method.FLAT

    @property
    def repays_equal_parts(self) -> bool:
        """Each instalment repays as much principal, and interest comes on top."""
        return self.terms.method is not Method.EMI

    def periods(self, start: date) -> list[Period]:
        """The periods of the whole loan, from the day on which it is paid out."""
        return list(periods_of(self.terms, start, self.terms.first_due_date))

    def due_date(self, anchor: date, steps: int) -> date:
        """So many periods after a date; its day of the month comes back after a short month."""
        return step(self.terms, anchor, steps)

    def moved(self, period: Period, due: date) -> Period:
        """The same with another due date, in as many regular periods as it has then."""
        start = period.start
        if due <= period.due:
            length = period.length * Fraction((due - start).days, (period.due - start).days)
            return Period(start, due, length)
        steps = 0
        while self.due_date(period.due, steps + 1) <= due:
            steps += 1
        last, following = (self.due_date(period.due, steps + more) for more in (0, 1))
        rest = Fraction((due - last).days, (following - last).days)
        return Period(start, due, period.length + steps + rest)

    def factor(self, period: Period, since: date, until: date, annual_rate: Decimal) -> Fraction:
        """Interest of the days from `since` to `until` of a period, as a share of the balance."""
        return rate_factor(self.terms, period, since, until, annual_rate)

    def target(self, balance_minor: int, annual_rate: Decimal, periods: Sequence[Period]) -> int:
        """What each of these periods has to repay, interest included, for all to repay it; the
        principal alone where that is in equal parts.

        Raises:
            UnsupportedTerms: none would, rounded to the multiple.
        """
        if self.repays_equal_parts:
            return rounded(Fraction(balance_minor, len(periods)), self.multiple_minor)
        if self.terms.schedule_type is ScheduleType.CUMULATIVE:
            rate = Fraction(annual_rate) / _PERCENT * nominal_share(self.terms)
            count = len(periods)
            return equal_instalment(balance_minor, rate, count, multiple_minor=self.multiple_minor)
        factors = [self.factor(each, each.start, each.due, annual_rate) for each in periods]
        scale = lcm(*(each.denominator for each in factors))
        return instalment_by_factors(
            balance_minor,
            [each.numerator * (scale // each.denominator) for each in factors],
            scale,
            multiple_minor=self.multiple_minor,
        )
