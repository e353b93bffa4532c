"""A loan on its way through its events: what a replay changes from day to day.

The lines are the instalments. Those before `at` are past and do not change any more, but for what
is paid on them; the line `at` is the one whose period is under way, and it and the later ones are
planned. `balance` is all principal that is owed. Where interest is recalculated, days are counted
from `since`, up to which interest is settled in stretches, on `bearing`, of which `late` is
overdue: both follow balance and arrears at the moments from which the rules let a repayment count.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from contracts.loan.penal import PenalTerms
from contracts.loan.servicing import (
    LateInterest,
    PrepaymentRule,
    Recalculation,
    ServicingRules,
)
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.events import GivenBack, LoanEvent, Part, Repaid, Waived
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.position import (
    Allocation,
    Planned,
    Stretch,
    Version,
    WriteOff,
)


@dataclass(slots=True)
class Course:
    plan: Plan
    rules: ServicingRules
    penal: PenalTerms | None = None  # None: late payment is not charged
    charged_until: date = date.min  # the morning until which it was
    lines: list[Line] = field(default_factory=list)
    at: int = 0
    anchor: date = date.min  # from which due dates are counted, and the line that is due then
    anchored: int = -1
    balance: int = 0
    since: date = date.min
    bearing: int = 0
    late: int = 0
    was_paid: bool = False  # within the period under way
    is_changed: bool = False  # so that the schedule has a new version
    ends_on: date | None = None  # when it was paid off or written off: nothing accrues from then
    ahead: int = 0  # principal paid that the next instalments need not repay
    disbursed: int = 0
    is_given_back: bool = False
    kept_back: int = 0
    kept_back_tax: int = 0
    fees_tax: int = 0  # in the fees charged since
    repaid: int = 0
    refunded: int = 0
    recovered: int = 0
    overpaid: int = 0
    allocations: list[Allocation] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    written_off: WriteOff | None = None

    @property
    def recalculates(self) -> bool:
        return self.rules.recalculation is not Recalculation.NONE and not self.plan.is_flat

    @property
    def pays_next_ones(self) -> bool:
        """A schedule that stays as it was planned, of which the next instalments are paid."""
        is_next = self.rules.prepayment is PrepaymentRule.NEXT_INSTALMENTS
        return is_next and not self.recalculates

    @property
    def current(self) -> Line | None:
        """The line whose period is under way; None after the last due date, or once repaid."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    @property
    def shown(self) -> list[Line]:
        """Without what follows the last line on which anything is due."""
        last = max((line.number for line in self.lines if not line.is_empty), default=0)
        return self.lines[:last]

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

    def settle_until(self, day: date, *, is_repayment: bool = False) -> None:
        """End the stretch under way on this day of the present period."""
        line = self.current
        is_open = self.recalculates and self.ends_on is None
        if is_open and line is not None and self.since < day:
            balance = self.bearing_balance(is_repayment=is_repayment)
            line.stretches.append(self._stretch(line, self.since, day, balance))
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
        if self.recalculates or self.plan.is_flat or line is None:
            return
        if line.coming and day < line.due:
            more = self._stretch(line, day, line.due, amount)
            line.coming.append(more)
            line.interest.due += more.interest_minor

    def refresh(self) -> None:
        """Let the interest of the days to come follow what is owed now."""
        self.bearing, self.late = self.balance, self.overdue_principal

    def roll(self, day: date) -> None:
        """Let all due dates before this day pass."""
        while (line := self.current) is not None and line.due < day:
            if self.recalculates:
                self.settle_until(line.due, is_repayment=self.was_paid)
                self.replan()
                self.ahead = line.ahead_after
            self.was_paid = False
            self.since = line.due
            self.at += 1
            self.refresh()

    def replan(self, until: date = date.min) -> None:
        """Plan the present line and all later ones, taking what is overdue as paid on `until`."""
        if self.ends_on is not None:
            return
        balance, ahead = self.balance - self.overdue_principal, self.ahead
        for index in range(self.at, len(self.lines)):
            line = self.lines[index]
            opening = balance + line.principal.paid
            if self.recalculates or index > self.at or not line.coming:
                self._bear_interest(line, balance, until if index == self.at else None)
            is_last = index == len(self.lines) - 1
            wanted = opening if is_last else min(line.wanted, opening)
            planned = wanted - (0 if is_last else min(ahead, wanted))
            line.principal.due = max(planned, line.principal.paid)
            balance = opening - line.principal.due
            ahead = self._ahead_after(line, ahead - (wanted - planned), planned)
            if index == self.at:
                line.ahead_after = ahead

    def _ahead_after(self, line: Line, ahead: int, planned: int) -> int:
        """What the lines after this one need not repay, as this one has repaid it."""
        if self.rules.prepayment is not PrepaymentRule.NEXT_INSTALMENTS:
            return ahead
        return ahead + max(line.principal.paid - planned, 0)

    def _bear_interest(self, line: Line, balance: int, until: date | None) -> None:
        """The interest of a line, of the days that are over and of those to come.

        Of a later period, where `until` is None, all days are to come.
        """
        line.coming = self._whole(line, balance) if until is None else self._rest(line, until)
        due = sum(each.interest_minor for each in (*line.stretches, *line.coming))
        if self.plan.is_flat and line is self.lines[-1] and line.coming:
            due = self._rest_of_flat(line)
        line.interest.due = max(due, line.interest.paid + line.interest.waived)

    def _rest_of_flat(self, last: Line) -> int:
        """Flat interest is rounded as a whole; what that leaves is in the last instalment."""
        whole = [self._stretch(line, line.start, line.due, 0) for line in self.lines]
        total = rounded(sum((each.interest for each in whole), start=Fraction(0)))
        return max(total - sum(line.interest.due for line in self.lines if line is not last), 0)

    def _rest(self, line: Line, until: date) -> list[Stretch]:
        """The rest of the period: what is overdue bears interest until `until`, not beyond."""
        full, without = self.bearing_balance(is_repayment=True), self.bearing - self.late
        seam = self.since
        if full != without and until > self.since:
            seam = min(self.counts_from(until), line.due)
        return [
            self._stretch(line, since, day, balance)
            for since, day, balance in ((self.since, seam, full), (seam, line.due, without))
            if since < day
        ]

    def _whole(self, line: Line, balance: int) -> list[Stretch]:
        return [self._stretch(line, line.start, line.due, balance)] if balance else []

    def _stretch(self, line: Line, since: date, until: date, balance: int) -> Stretch:
        balance = self.disbursed if self.plan.is_flat else balance
        factor = self.plan.factor(line.period, since, until, line.rate)
        return Stretch(since, until, balance, line.rate, factor)

    def accrued(self, day: date) -> list[Stretch]:
        """Of the present period, the days before this one."""
        day = day if self.ends_on is None else min(day, self.ends_on)
        line = self.current
        if line is None or day <= line.start:
            return []
        if not self.recalculates:
            return [
                self._stretch(line, each.since, min(each.until, day), each.balance_minor)
                for each in line.coming
                if each.since < day
            ]
        over = list(line.stretches)
        if self.since < min(day, line.due):
            balance = self.bearing_balance(is_repayment=True)
            over.append(self._stretch(line, self.since, min(day, line.due), balance))
        return over

    def retarget(self, first: int) -> None:
        """Let the lines from this one on repay all that is not due before in equal instalments.

        Where no such instalment can be found, a balance too small for the multiple, all stays.
        """
        lines = [line for line in self.lines[first:] if not line.is_principal_free]
        before = sum(line.principal.open for line in self.lines[:first])
        if not lines or self.balance <= before:
            return
        periods = [line.period for line in lines]
        try:
            target = self.plan.target(self.balance - before, lines[0].rate, periods)
        except UnsupportedTerms:
            return
        for line in self.lines[first:]:
            line.target = target

    def follow(self, day: date) -> None:
        """After an event: interest follows it from when it counts, and what is to come is planned
        again where interest is recalculated."""
        if self.rules.recalculation is Recalculation.DAILY:
            self.refresh()
        self.replan_for(day)

    def replan_for(self, day: date) -> None:
        """See what is due on this day, where that depends on the day."""
        if self.recalculates:
            self.replan(day)

    def keep_version(self, event: LoanEvent) -> None:
        """Keep the schedule as it is now, if the event changed it."""
        if not self.is_changed:
            return
        self.is_changed = False
        lines = self.shown
        balance = sum(line.principal.due for line in lines)
        planned = []
        for line in lines:
            balance -= line.principal.due
            parts = (line.principal.due, line.interest.due, balance)
            planned.append(Planned(line.number, line.due, *parts))
        number = len(self.versions) + 1
        self.versions.append(
            Version(number, event.sequence, event.kind, event.value_date, tuple(planned))
        )

    def note(self, event: Repaid | GivenBack | Waived, line: Line, part: Part, amount: int) -> None:
        is_waiver = isinstance(event, Waived)
        self.allocations.append(
            Allocation(event.sequence, event.value_date, line.number, part, amount, is_waiver)
        )
