"""What of a loan bears interest on which days, and how much: the ground on which it is planned.

The lines are the instalments. Those before `at` are past and do not change any more, but for what
is paid on them; the line `at` is the one whose period is under way. `balance` is all principal that
is owed. Where interest is recalculated, days are counted from `since`, up to which interest is
settled in stretches, on `bearing`, of which `late` is overdue: both follow balance and arrears at
the moments from which the rules let a repayment count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.quotes import Disbursement, RateChange
from contracts.loan.servicing import (
    LateInterest,
    PrepaymentRule,
    Recalculation,
    ServicingRules,
)
from services.loan.domain.calendar import Period
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.position import Stretch
from services.loan.domain.spans import InterestIs

_FREE = Fraction(0)


@dataclass(slots=True)
class Bearing:
    plan: Plan
    rules: ServicingRules
    lines: list[Line] = field(default_factory=list)
    at: int = 0
    balance: int = 0
    since: date = date.min
    bearing: int = 0
    late: int = 0
    ends_on: date | None = None  # when it was paid off or written off: nothing accrues from then
    defers: bool = False  # a reschedule has put interest off
    flat_base: int = 0  # what flat interest is counted on
    flat_periods: tuple[Period, ...] = ()  # as they were drawn

    @property
    def recalculates(self) -> bool:
        return self.rules.recalculation is not Recalculation.NONE and not self.plan.is_flat

    @property
    def pays_next_ones(self) -> bool:
        """A schedule that stays as it was planned, of which the next instalments are paid."""
        is_next = self.rules.prepayment is PrepaymentRule.NEXT_INSTALMENTS
        return is_next and not self.recalculates

    @property
    def balloon(self) -> int:
        return self.plan.terms.balloon_minor

    @property
    def pays_early(self) -> bool:
        """Instalments of a progressive schedule can be paid before they are due: what their days
        bear after that is due with the next one."""
        is_next = self.rules.prepayment is PrepaymentRule.NEXT_INSTALMENTS
        is_daily = self.rules.recalculation is Recalculation.DAILY
        return is_next and is_daily and self.plan.finds_instalments and not self.defers

    @property
    def keeps_lines(self) -> bool:
        """What is paid in advance leaves the instalments to come as they were planned."""
        return self.pays_next_ones or self.pays_early

    @property
    def current(self) -> Line | None:
        """The line whose period is under way; None after the last due date, or once repaid."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    @property
    def overdue_principal(self) -> int:
        return sum(line.principal.open for line in self.lines[: self.at])

    def counts_from(self, day: date) -> date:
        """From when a repayment of this day bears on interest."""
        line = self.current
        if self.rules.recalculation is Recalculation.DAILY or line is None:
            return day
        return line.due

    def bearing_balance(self, *, is_repayment: bool) -> int:
        """On how much the days since `since` bear interest, when what ends them is a repayment."""
        late = self.rules.late_interest
        is_full = late is LateInterest.FULL or (
            late is LateInterest.UNTIL_REPAYMENT and is_repayment
        )
        return self.bearing if is_full else self.bearing - self.late

    def refresh(self) -> None:
        """Let the interest of the days to come follow what is owed now."""
        self.bearing, self.late = self.balance, self.overdue_principal

    def settle_until(self, day: date, *, is_repayment: bool = False) -> None:
        """End the stretch under way on this day of the present period."""
        line = self.current
        is_open = self.recalculates and self.ends_on is None
        if is_open and line is not None and self.since < day:
            balance = self.bearing_balance(is_repayment=is_repayment)
            line.stretches.append(self.stretch(line, self.since, day, balance))
            self.since = day

    def end(self, day: date) -> None:
        """Let nothing bear interest from this day on."""
        self.ends_on = self.since = day
        self.bearing = self.late = 0

    def begin_again(self, day: date) -> None:
        """Let what is paid out on this day bear interest, after all before it was repaid."""
        self.ends_on, self.since = None, day

    def bear_more(self, amount: int, day: date) -> None:
        """Let what is paid out on this day bear interest, beside what was planned before it."""
        self.bearing += amount
        line = self.current
        if line is None or day >= line.due:
            return
        line.added.append(Disbursement(on=day, amount_minor=amount))
        if not self.recalculates:
            if not self.plan.is_flat:
                self._plan_anew(line, day, amount)
            line.coming = line.coming or [self.stretch(line, day, line.due, amount)]

    def bear_at(self, annual_rate: Decimal, day: date) -> None:
        """Let the days from this one on bear interest at another rate; of flat interest, the
        periods from the next one on."""
        line, later = self.current, self.lines[self.at + 1 :]
        if line is not None and day < line.due and not self.plan.is_flat:
            line.rate_now = annual_rate
            line.changes.append(RateChange(from_date=day, annual_rate=annual_rate))
            if not self.recalculates:
                self._plan_anew(line, day, 0)
        for each in later:
            each.rate, each.rate_now = annual_rate, None

    def _plan_anew(self, line: Line, day: date, more: int) -> None:
        """Let the days to come from this one on bear what they bear now, on so much more."""
        made: list[Stretch] = []
        for each in line.coming:
            if each.since < day < each.until:
                made.append(self._cut(line, each, day))
            if each.until <= day:
                made.append(each)
            else:
                since = max(each.since, day)
                made.append(self.stretch(line, since, each.until, each.balance_minor + more))
        line.coming = made

    def _cut(self, line: Line, each: Stretch, until: date) -> Stretch:
        """The days of a stretch before this one, at its own rate."""
        factor = self._factor(line, each.since, until, each.annual_rate)
        return replace(each, until=until, factor=factor)

    def rest(self, line: Line, until: date) -> list[Stretch]:
        """The rest of the period: what is overdue bears interest until `until`, not beyond."""
        full, without = self.bearing_balance(is_repayment=True), self.bearing - self.late
        seam = self.since
        if full != without and until > self.since:
            seam = min(self.counts_from(until), line.due)
        return [
            self.stretch(line, since, day, balance)
            for since, day, balance in ((self.since, seam, full), (seam, line.due, without))
            if since < day
        ]

    def whole(self, line: Line, balance: int) -> list[Stretch]:
        if line.is_down_payment or not balance:
            return []
        return [self.stretch(line, line.start, line.due, balance)]

    def stretch(self, line: Line, since: date, until: date, balance: int) -> Stretch:
        balance = self.flat_base if self.plan.is_flat else balance
        rate = line.present_rate
        factor = self._factor(line, since, until, rate)
        return Stretch(since, until, balance, rate, factor, self.plan.part_multiple)

    def _factor(self, line: Line, since: date, until: date, annual_rate: Decimal) -> Fraction:
        if line.interest_is is InterestIs.FREE:
            return _FREE
        if self.plan.is_flat:
            factor = self.plan.flat_factor(self.flat_base, annual_rate, self.flat_periods)
            return factor * Fraction((until - since).days, line.period.days)
        return self.plan.factor(line.period, since, until, annual_rate)

    def accrued(self, day: date) -> list[Stretch]:
        """Of the present period, the days before this one."""
        day = day if self.ends_on is None else min(day, self.ends_on)
        line = self.current
        if line is None or day <= line.start:
            return []
        if not self.recalculates:
            return [
                self._cut(line, each, min(each.until, day))
                for each in line.coming
                if each.since < day
            ]
        over = list(line.stretches)
        if self.since < min(day, line.due):
            balance = self.bearing_balance(is_repayment=True)
            over.append(self.stretch(line, self.since, min(day, line.due), balance))
        return over


def interest_of(stretches: Iterable[Stretch]) -> int:
    """Minor units, each stretch rounded."""
    return sum(each.interest_minor for each in stretches)
