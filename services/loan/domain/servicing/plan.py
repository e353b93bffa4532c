"""What servicing asks of the arithmetic of schedules: dates, instalments, and interest of days."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.calendar import working_day
from contracts.loan.quotes import Disbursement, QuoteLoan, RateChange
from contracts.loan.words import Method, ScheduleType
from services.loan.domain.accrual import counts_days, rate_factor
from services.loan.domain.calendar import Period, periods_of, step
from services.loan.domain.down_payments import down_payment_minor
from services.loan.domain.fees import instalment_fees
from services.loan.domain.flat import flat_interest, flat_principal, sharing
from services.loan.domain.rounding import rounded
from services.loan.domain.spans import InterestIs, Outline, interest_is, outline, part_multiple
from services.loan.domain.targets import level_target, target_of
from services.loan.domain.terms import settled


@dataclass(frozen=True, slots=True)
class Plan:
    """The terms of one loan as the arithmetic that they stand for."""

    terms: QuoteLoan
    _factors: dict[tuple[object, ...], Fraction] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    is_flat: bool = field(init=False)  # interest is that of the whole principal, repaid or not
    part_multiple: int = field(init=False)  # of which each part of an instalment is a multiple
    _counts_days: bool = field(init=False, repr=False, compare=False)  # which ones, or how many

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", settled(self.terms))
        object.__setattr__(self, "is_flat", self.terms.method is Method.FLAT)
        object.__setattr__(self, "part_multiple", part_multiple(self.terms))
        object.__setattr__(self, "_counts_days", counts_days(self.terms))

    @property
    def multiple_minor(self) -> int:
        """Of which every instalment but the last is a multiple."""
        return self.terms.instalment_multiple_minor

    @property
    def is_found_anew(self) -> bool:
        """Drawn for what is paid out, not for the whole principal: flat instalments, and those of
        a progressive schedule."""
        return self.is_flat or self.is_progressive

    @property
    def is_progressive(self) -> bool:
        return self.terms.schedule_type is ScheduleType.PROGRESSIVE

    @property
    def finds_instalments(self) -> bool:
        """Equal instalments of a progressive schedule, none of whose interest is put off."""
        is_plain = not (self.repays_equal_parts or self.terms.interest_grace)
        return self.is_progressive and is_plain

    @property
    def repays_equal_parts(self) -> bool:
        """Each instalment repays as much principal, and interest comes on top."""
        return self.terms.method is not Method.EMI

    def periods(self, start: date) -> list[Period]:
        """The periods of the whole loan, from the day on which it is paid out."""
        return list(periods_of(self.terms, start, self.terms.first_due_date))

    def due_date(self, anchor: date, steps: int) -> date:
        """So many periods after a date; its day of the month comes back after a short month, and a
        holiday moves it by the rule of the terms."""
        return working_day(self.terms, step(self.terms, anchor, steps))

    def moved(self, period: Period, due: date) -> Period:
        """The same with another due date, in as many regular periods as it has then."""
        start = period.start
        if due <= period.due:
            length = period.length * Fraction((due - start).days, (period.due - start).days)
            return Period(start, due, length)
        steps = 0
        while step(self.terms, period.due, steps + 1) <= due:
            steps += 1
        last, following = (step(self.terms, period.due, steps + more) for more in (0, 1))
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

    def target(
        self,
        paid_out: Sequence[Disbursement],
        annual_rate: Decimal,
        periods: Sequence[Period],
        *,
        changes: Sequence[RateChange] = (),
        free: int = 0,
    ) -> int:
        """What each of these periods has to repay, interest included, for all to repay it; the
        principal alone where that is in equal parts.

        The first `free` of the periods bear no interest. More may be paid out, and the rate be
        changed, within the first of them.

        Raises:
            UnsupportedTerms: none would, rounded to the multiple.
        """
        balance = sum(each.amount_minor for each in paid_out)
        if self.is_flat:
            return rounded(Fraction(balance, len(periods)), self.multiple_minor)
        # These periods are those that repay principal; a grace is over before them.
        plain = {
            "annual_rate": annual_rate,
            "principal_grace": 0,
            "interest_grace": 0,
            "interest_free_periods": free,
        }
        terms = self.terms.model_copy(update=plain)
        if not changes and not self.is_found_anew:
            return level_target(terms, annual_rate, balance, len(periods))
        return target_of(outline(terms, periods, paid_out, changes), 0, 0, 0)

    def flat_target(
        self, principal_minor: int, bearing_minor: int, periods: Sequence[Period]
    ) -> int:
        """The principal of each instalment of flat interest, which is that on `bearing_minor`.

        Raises:
            UnsupportedTerms: rounded to the multiple, it would repay nothing.
        """
        drawn = self._flat_outline(principal_minor, self.terms.annual_rate, periods)
        total, paying = flat_interest(drawn, bearing_minor)
        interest = rounded(Fraction(total, paying))
        return flat_principal(drawn, principal_minor - self.terms.balloon_minor, interest)

    def flat_factor(
        self, principal_minor: int, annual_rate: Decimal, periods: Sequence[Period]
    ) -> Fraction:
        """Flat interest of a whole period that bears any, as a share of the principal."""
        which = ("flat", principal_minor, annual_rate)
        if which not in self._factors:
            drawn = self._flat_outline(principal_minor, annual_rate, periods)
            total, paying = flat_interest(drawn, principal_minor)
            self._factors[which] = Fraction(total, principal_minor * paying)
        return self._factors[which]

    def _flat_outline(
        self, principal_minor: int, annual_rate: Decimal, periods: Sequence[Period]
    ) -> Outline:
        terms = self.terms.model_copy(update={"annual_rate": annual_rate})
        start = Disbursement(on=periods[0].start, amount_minor=principal_minor)
        return outline(terms, periods, [start])

    def instalment_fees(self, principal_minor: int, interest_minor: int) -> tuple[int, int]:
        """What is due with an instalment of these parts, tax included, and the tax in it."""
        return instalment_fees(self.terms, principal_minor, interest_minor)

    def down_payment(self, amount_minor: int, *, is_first: bool) -> int:
        """What is paid back at once of what is paid out."""
        return down_payment_minor(self.terms, amount_minor, is_first=is_first)

    def interest_is(self, number: int) -> InterestIs:
        """What becomes of the interest of a period, 0 being the first: flat interest that is put
        off is spread over the others."""
        if not self.is_flat:
            return interest_is(self.terms, number)
        is_free = number < self.terms.instalments - sharing(self.terms)
        return InterestIs.FREE if is_free else InterestIs.DUE
