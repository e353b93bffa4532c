"""What servicing asks of the arithmetic of schedules: dates, instalments, and interest of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.amortisation import equal_instalment
from services.loan.domain.calendar import monthly_due_dates

_PER_MONTH = 12 * 100
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days whose interest is due together: from `start` on, `due` not counted."""

    start: date
    due: date
    length: Fraction = (
        _ONE  # as a number of regular periods; one whose due date was moved has another
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms of one loan as the arithmetic that they stand for."""

    terms: QuoteLoan

    @property
    def multiple_minor(self) -> int:
        """Of which every instalment but the last is a multiple."""
        return self.terms.instalment_multiple_minor

    def periods(self, start: date) -> list[Period]:
        """The periods of the whole loan, from the day on which it is paid out."""
        terms = self.terms
        dates = [start, *monthly_due_dates(start, terms.first_due_date, terms.instalments)]
        return [Period(*days) for days in pairwise(dates)]

    def due_date(self, anchor: date, steps: int) -> date:
        """So many periods after a date; its day of the month comes back after a short month."""
        return anchor + relativedelta(months=steps)

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
        share = Fraction((until - since).days, (period.due - period.start).days)
        return Fraction(annual_rate) / _PER_MONTH * period.length * share

    def target(self, balance_minor: int, annual_rate: Decimal, periods: Sequence[Period]) -> int:
        """What each of these periods has to repay, interest included, for all to repay it.

        Raises:
            UnsupportedTerms: none would, rounded to the multiple.
        """
        return equal_instalment(
            balance_minor,
            Fraction(annual_rate) / _PER_MONTH,
            len(periods),
            multiple_minor=self.multiple_minor,
        )
