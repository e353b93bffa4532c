"""What servicing asks of the arithmetic of schedules: dates, instalments, and interest of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.amortisation import equal_instalment
from services.loan.domain.calendar import monthly_due_dates

Period: TypeAlias = tuple[date, date]  # the day from which it bears interest, and its due date

_PER_MONTH = 12 * 100


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms of one loan as the arithmetic that they stand for."""

    terms: QuoteLoan

    def periods(self, start: date) -> list[Period]:
        """The periods of the whole loan, from the day on which it is paid out."""
        terms = self.terms
        dates = [start, *monthly_due_dates(start, terms.first_due_date, terms.instalments)]
        return list(pairwise(dates))

    def factor(self, period: Period, since: date, until: date, annual_rate: Decimal) -> Fraction:
        """Interest of the days from `since` to `until` of a period, as a share of the balance."""
        start, due = period
        share = Fraction((until - since).days, (due - start).days)
        return Fraction(annual_rate) / _PER_MONTH * share

    def target(self, balance_minor: int, annual_rate: Decimal, periods: Sequence[Period]) -> int:
        """What each of these periods has to repay, interest included, for all to repay it."""
        return equal_instalment(
            balance_minor,
            Fraction(annual_rate) / _PER_MONTH,
            len(periods),
            multiple_minor=self.terms.instalment_multiple_minor,
        )
