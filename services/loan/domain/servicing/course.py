"""A loan on its way through its events: what a replay changes from day to day.

What bears interest is in `bearing.py`. Here time passes: due dates go by, the line under way and
the later ones are planned again, and what has come of it all is noted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from contracts.loan.penal import PenalTerms
from contracts.loan.quotes import Disbursement
from contracts.loan.servicing import PrepaymentRule, Recalculation
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.bearing import Bearing, interest_of
from services.loan.domain.servicing.events import GivenBack, LoanEvent, Part, Repaid, Waived
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.position import Allocation, WriteOff
from services.loan.domain.spans import InterestIs


@dataclass(slots=True)
class Course(Bearing):
    penal: PenalTerms | None = None  # None: late payment is not charged
    charged_until: date = date.min  # the morning until which it was
    anchor: date = date.min  # from which due dates are counted, and the place that is due then
    anchored: int = -1
    was_paid: bool = False  # within the period under way
    is_changed: bool = False  # by the event that happens, so that the schedule is another
    ahead: int = 0  # principal paid that the next instalments need not repay
    is_shortened: bool = False  # by what was repaid in advance
    is_replanned: bool = False  # by people
    paid_out: list[Disbursement] = field(default_factory=list)
    is_given_back: bool = False
    kept_back: int = 0
    kept_back_tax: int = 0
    fees_tax: int = 0  # in the fees charged since
    repaid: int = 0
    refunded: int = 0
    recovered: int = 0
    overpaid: int = 0
    allocations: list[Allocation] = field(default_factory=list)
    changed_by: list[int] = field(default_factory=list)  # the numbers of the events that did so
    written_off: WriteOff | None = None
    _planning: Iterator[int] = field(default_factory=lambda: iter(()))  # of lines not looked at yet

    @property
    def shown(self) -> list[Line]:
        """Without what follows the last line on which anything is due."""
        last = next((line.number for line in reversed(self.lines) if not line.is_empty), 0)
        return self.lines[:last]

    @property
    def _past(self) -> Iterator[Line]:
        """The lines whose due date has passed, the last one first."""
        return reversed(self.lines[: self.at])

    @property
    def disbursed(self) -> int:
        return sum(each.amount_minor for each in self.paid_out)

    @property
    def is_paid_out(self) -> bool:
        """Nothing of the principal is still to come."""
        return self.disbursed >= self.plan.terms.principal_minor

    def balances(self) -> Iterator[tuple[Line, int]]:
        """Each line that is shown, and what is owed of principal after it."""
        self.plan_rest()
        repaid = 0
        for line in self.shown:
            repaid += line.principal.due - line.capitalised
            is_before = self.plan.is_progressive and not line.is_down_payment
            until = line.due + timedelta(days=not is_before)
            lent = sum(each.amount_minor for each in self.paid_out if each.on < until)
            yield line, max(lent - repaid, 0)

    def roll(self, day: date) -> None:
        """Let all due dates before this day pass."""
        while (line := self.current) is not None and line.due < day:
            if self.recalculates:
                self.settle_until(line.due, is_repayment=self.was_paid)
                self.replan()
                self.ahead = line.ahead_after
            self.charge_fee(line)
            self.was_paid = False
            self.since = line.due
            self.balance += line.capitalised
            self.at += 1
            next(self._planning, None)
            self.refresh()
        if line is not None and line.due == day:
            self.charge_fee(line)

    def charge_fee(self, line: Line) -> None:
        """Make the fee that the schedule has for a line due, once."""
        if line.planned_fee:
            line.fees.due += line.planned_fee
            self.fees_tax += line.planned_fee_tax
            line.drop_fee()
            line.is_fee_charged = True

    def replan(self, until: date = date.min) -> None:
        """Plan the present line and all later ones, taking what is overdue as paid on `until`.

        Where interest is recalculated every event has it done again, so that lines that are due
        later than `until` wait to be planned until somebody looks at them.
        """
        if self.ends_on is not None:
            return
        self._planning = self._plan(until)
        for index in self._planning:
            following = self.lines[index + 1 : index + 2]
            if self.recalculates and all(each.due > until for each in following):
                return

    def plan_rest(self) -> None:
        """Plan the lines that nobody has looked at yet."""
        for _ in self._planning:
            pass

    def _plan(self, until: date) -> Iterator[int]:
        """Plan line after line from the present one on; gives the place of each that is planned."""
        at, balance, ahead = self.at, self.to_repay(self.at), self.ahead
        brought, carried = self._put_off()
        is_early, keeps = self.pays_early, self.keeps_lines
        paid = sum(line.principal.paid for line in self.lines[at:]) if keeps else 0
        for index in range(at, len(self.lines)):
            line = self.lines[index]
            is_last = index == len(self.lines) - 1
            too_late = 0 if is_last or line.is_down_payment else self._paid_out_on(line.due)
            opening = balance - too_late
            opening += 0 if keeps else line.principal.paid
            if self.recalculates and index == at:
                line.coming = self.rest(line, until)
            elif index > at or not line.coming:
                line.coming = self.whole(line, balance - too_late - (paid if is_early else 0))
            line.own, line.carried = interest_of((*line.stretches, *line.coming)), carried
            paid -= line.principal.paid if keeps else 0  # what is left to those after it
            wanted = opening if is_last else self._wanted(line, opening - paid)
            planned = wanted - (0 if is_last else min(ahead, wanted))
            line.principal.due = max(planned, line.principal.paid)
            balance = opening - line.principal.due + too_late
            if not line.is_down_payment:
                is_over = not balance and (is_last or self.is_paid_out)
                self._bear(line, brought, is_last=is_over)
                brought, carried = self._following(line)
                balance += line.capitalised
            ahead = self._ahead_after(line, ahead - (wanted - planned), planned)
            if index == at:
                line.ahead_after = ahead
            yield index

    def _put_off(self) -> tuple[int, int]:
        """Interest that the lines before have left to the present one, on top of its instalment and
        within it."""
        before = next((each for each in self._past if not each.is_down_payment), None)
        return (0, 0) if before is None else self._following(before)

    def _following(self, line: Line) -> tuple[int, int]:
        is_within = self.pays_early and line.interest_is is InterestIs.DUE
        return (0, line.put_off) if is_within else (line.put_off, 0)

    def _paid_out_on(self, day: date) -> int:
        """What a line that is due on the day does not repay: it bears interest from then on."""
        lent = sum(each.amount_minor for each in self.paid_out if each.on == day)
        down = (each for each in self._past if each.is_down_payment and each.due == day)
        return lent - sum(each.principal.due for each in down)

    def _wanted(self, line: Line, opening: int) -> int:
        """What a line repays: a balloon is left to the last one."""
        balloon = 0 if line.is_down_payment else self.balloon
        return max(min(line.wanted, opening - balloon), 0)

    def _bear(self, line: Line, brought: int, *, is_last: bool) -> None:
        """Say what is due of interest, and with it of fees, once the principal is known."""
        own = self._flat_interest(line, is_last=is_last) if self.plan.is_flat else line.own
        line.bear(own, brought, len(self.lines) - line.number + 1, is_last=is_last)
        line.settled_on = None if line.debt else line.settled_on
        fees = (0, 0)
        if not (line.is_fee_charged or line.is_empty or line.is_relieved):
            fees = self.plan.instalment_fees(line.principal.due, line.interest.due)
        line.planned_fee, line.planned_fee_tax = fees

    def _flat_interest(self, line: Line, *, is_last: bool) -> int:
        """Flat interest is rounded as a whole; what that leaves is in the last instalment."""
        if not line.coming:
            return line.own
        bearing = (each for each in self.lines if not each.is_down_payment)
        whole = [self.stretch(each, each.start, each.due, 0) for each in bearing]
        total = rounded(sum((each.interest for each in whole), start=Fraction(0)))
        left = max(total - sum(each.own for each in self.lines[: line.number - 1]), 0)
        is_whole = line is self.lines[-1] or not self.is_shortened
        return left if is_last and is_whole else min(line.own, left)

    def _ahead_after(self, line: Line, ahead: int, planned: int) -> int:
        """What the lines after this one need not repay, as this one has repaid it."""
        if self.rules.prepayment is not PrepaymentRule.NEXT_INSTALMENTS:
            return ahead
        return ahead + max(line.principal.paid - planned, 0)

    def retarget(self, first: int) -> None:
        """Let the lines from this one on repay all that is not due before in equal instalments.

        Where no such instalment can be found, a balance too small for the multiple, all stays.
        """
        self.plan_rest()
        lines = [line for line in self.lines[first:] if line.repays]
        down = sum(line.principal.open for line in self.lines[first:] if line.is_down_payment)
        capitalised = sum(line.capitalised for line in self.lines[self.at :])
        to_repay = self.to_repay(first) + capitalised - down + self._to_be_paid_out
        if not lines or to_repay <= 0:
            return
        try:
            target = self._target_of(lines, to_repay)
        except UnsupportedTerms:
            return
        for line in lines:
            line.target = target

    def to_repay(self, first: int) -> int:
        """The principal that the lines from this one on repay, with what was paid of it in
        advance where that leaves them as they were planned."""
        open_before = sum(line.principal.open for line in self.lines[:first])
        ahead = 0
        if self.keeps_lines:
            ahead = sum(line.principal.paid for line in self.lines[first:])
        return self.balance - open_before + ahead

    @property
    def _to_be_paid_out(self) -> int:
        """What a schedule that is drawn for the whole principal still expects."""
        left = max(self.plan.terms.principal_minor - self.disbursed, 0)
        if self.plan.is_found_anew or not left:
            return 0
        return left - self.plan.down_payment(left, is_first=False)

    def _target_of(self, lines: list[Line], balance: int) -> int:
        """What each of these lines has to repay; within the first one, more may be paid out."""
        first = lines[0]
        added = sum(each.amount_minor for each in first.added)
        start = Disbursement(on=first.start, amount_minor=max(balance - added, 0))
        free = sum(line.interest_is is InterestIs.FREE for line in lines)
        return self.plan.target(
            [start, *first.added],
            first.rate,
            [line.period for line in lines],
            changes=first.changes,
            free=free,
        )

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

    def note_change(self, event: LoanEvent) -> None:
        """Note that the schedule is another since the event, if it is."""
        if self.is_changed:
            self.changed_by.append(event.sequence)
        self.is_changed = False

    def note(self, event: Repaid | GivenBack | Waived, line: Line, part: Part, amount: int) -> None:
        is_waiver = isinstance(event, Waived)
        self.allocations.append(
            Allocation(event.sequence, event.value_date, line.number, part, amount, is_waiver)
        )

    def insert(self, line: Line) -> None:
        """Put a line among the others in the order of due dates, of its own date before all but
        down payments, or in a progressive schedule after all; all are to be planned again."""
        self._planning = iter(())
        stays = self.plan.is_progressive
        index = sum(
            each.due < line.due or (each.due == line.due and (stays or each.is_down_payment))
            for each in self.lines
        )
        self.lines.insert(index, line)
        self.at += index <= self.at
        for number, each in enumerate(self.lines, start=1):
            each.number = number
        self.allocations = [
            replace(each, instalment=each.instalment + (each.instalment > index))
            for each in self.allocations
        ]
