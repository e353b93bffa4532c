"""What servicing asks of the arithmetic of schedules: dates, instalments, and interest of days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.quotes import Disbursement, QuoteLoan
from contracts.loan.words import Method
from services.loan.domain.accrual import counts_days, rate_factor
from services.loan.domain.calendar import Period, periods_of, step
from services.loan.domain.rounding import rounded
from services.loan.domain.spans import outline
from services.loan.domain.targets import target_of
from services.loan.domain.terms import settled


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms of one loan as the arithmetic that they stand for."""

    terms: QuoteLoan
    _factors: dict[tuple[object, ...], Fraction] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _counts_days: bool = field(init=False, repr=False, compare=False)  # which ones, or how many

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", settled(self.terms))
        object.__setattr__(self, "_counts_days", counts_days(self.terms))

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
        """Interest of the days from `since` to `until` of a period, as a share of the balance.

        The same days are asked for each time the rest of the schedule is planned again.
        """
        length = period.length  # a fraction itself takes as long to look up as it would to compute
        days = (period.start, since, until) if self._counts_days else ((until - since).days,)
        which = (annual_rate, length.numerator, length.denominator, period.days, *days)
        known = self._factors.get(which)
        if known is None:
            known = rate_factor(self.terms, period, since, until, annual_rate)
            self._factors[which] = known
        return known

    def target(self, balance_minor: int, annual_rate: Decimal, periods: Sequence[Period]) -> int:
        """What each of these periods has to repay, interest included, for all to repay it; the
        principal alone where that is in equal parts.

        Raises:
            UnsupportedTerms: none would, rounded to the multiple.
        """
        if self.is_flat:
            return rounded(Fraction(balance_minor, len(periods)), self.multiple_minor)
        # These periods are those that repay principal; a grace is over before them.
        plain = {"annual_rate": annual_rate, "principal_grace": 0, "interest_grace": 0}
        terms = self.terms.model_copy(update=plain)
        paid_out = Disbursement(on=periods[0].start, amount_minor=balance_minor)
        return target_of(outline(terms, periods, [paid_out]), 0, 0, 0)
