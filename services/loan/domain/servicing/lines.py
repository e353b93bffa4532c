"""Instalments while they are made: what a replay changes of each."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.quotes import Disbursement, RateChange
from services.loan.domain.calendar import Period
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.position import PenalCharge, Stretch
from services.loan.domain.spans import InterestIs


@dataclass(slots=True)
class Bucket:
    """One part of a line, in minor units."""

    due: int = 0
    paid: int = 0
    waived: int = 0

    @property
    def open(self) -> int:
        return self.due - self.paid - self.waived

    @property
    def done(self) -> int:
        return self.paid + self.waived


@dataclass(slots=True)
class Line:
    """One instalment while it is made.

    Interest of its period is `own`; `brought` was put off until now by the lines before. Both are
    due, unless the line puts them off itself. A fee that the schedule has for it is `planned_fee`
    until it is charged.
    """

    number: int
    place: int  # of its due date among the regular ones, 0 being the first
    period: Period
    rate: Decimal  # percent a year, at its start
    target: int  # of interest and principal together, or of principal where parts are equal
    rate_now: Decimal | None = None  # where it was changed within the period
    is_equal_part: bool = False
    is_principal_free: bool = False
    is_paused: bool = False  # in a moratorium, or because the loan was rescheduled
    is_relieved: bool = False  # of all that would be due with it, fees too
    capitalises: bool = False  # its interest becomes principal on its due date
    spreads: bool = False  # what was put off until now is shared with the lines after it
    is_down_payment: bool = False
    is_paid_ahead: bool = False  # some of its principal, before it was due
    interest_is: InterestIs = InterestIs.DUE
    own: int = 0
    brought: int = 0
    carried: int = 0  # borne after earlier ones were paid: due within its target, not on top
    put_off: int = 0
    capitalised: int = 0  # of its own interest
    planned_fee: int = 0  # the tax on it included
    planned_fee_tax: int = 0
    is_fee_charged: bool = False
    principal: Bucket = field(default_factory=Bucket)
    interest: Bucket = field(default_factory=Bucket)
    fees: Bucket = field(default_factory=Bucket)
    penalties: Bucket = field(default_factory=Bucket)
    stretches: list[Stretch] = field(default_factory=list)  # that are over
    coming: list[Stretch] = field(default_factory=list)  # until its due date, as things are
    added: list[Disbursement] = field(default_factory=list)  # within its period, after its start
    changes: list[RateChange] = field(default_factory=list)  # likewise
    ahead_after: int = 0  # principal that was repaid for later lines
    settled_on: date | None = None  # when nothing of its principal and interest was left
    penal_charges: list[PenalCharge] = field(default_factory=list)
    penalties_tax: int = 0  # in the penalties that are due
    late_since: date | None = None  # the days from then on are still to be charged; None: all

    @property
    def start(self) -> date:
        return self.period.start

    @property
    def due(self) -> date:
        return self.period.due

    @property
    def present_rate(self) -> Decimal:
        return self.rate if self.rate_now is None else self.rate_now

    @property
    def repays(self) -> bool:
        """Whether it shares in repaying what is owed, as instalments do without a grace."""
        return not self.is_principal_free and not self.is_down_payment

    @property
    def wanted(self) -> int:
        """The principal that it was meant to repay."""
        if self.is_principal_free:
            return 0
        return self.target if self.is_equal_part else max(self.target - self._within, 0)

    @property
    def _within(self) -> int:
        """Interest that is due within its target; once principal is paid ahead, what that left."""
        whole = self.own + self.carried
        return min(whole, self.room) if self.is_paid_ahead else whole

    @property
    def room(self) -> int:
        """What its principal that is paid leaves to interest within its target."""
        return max(self.target - self.principal.paid, self.interest.done)

    def bucket(self, part: Part) -> Bucket:
        bucket: Bucket = getattr(self, part.value)
        return bucket

    @property
    def open(self) -> int:
        return self.principal.open + self.interest.open + self.fees.open + self.penalties.open

    @property
    def debt(self) -> int:
        """What is open of principal and interest."""
        return self.principal.open + self.interest.open

    @property
    def late(self) -> int:
        """What is open without the penal charges."""
        return self.open - self.penalties.open

    @property
    def is_empty(self) -> bool:
        is_due = self.principal.due or self.interest.due or self.fees.due or self.penalties.due
        return not (self.put_off or self.capitalised or is_due)

    def bear(self, own: int, brought: int, left: int, *, is_last: bool) -> None:
        """Say what its interest is, never less than was paid or waived of it; the last line on
        which anything is owed puts nothing off. With this one, so many lines are left."""
        done = self.interest.done
        self.brought = brought + self.carried
        self.own = max(own, done - self.brought)
        whole = self.own + self.brought
        self.interest.due = whole if is_last else max(self._due_of(brought, left), done)
        is_added = self.capitalises and not is_last
        self.capitalised = self.own - max(done - self.brought, 0) if is_added else 0
        self.put_off = whole - self.interest.due - self.capitalised

    def _due_of(self, brought: int, left: int) -> int:
        if self.interest_is is not InterestIs.DUE:
            return 0
        return self._within + (rounded(Fraction(brought, left)) if self.spreads else brought)

    def let_go(self) -> None:
        """Make nothing due but what is paid already: the loan ends before this line."""
        self.principal.due = self.principal.paid
        self.interest.due = self.interest.done
        self.brought = min(self.brought, self.interest.due)
        self.own = self.interest.due - self.brought
        self.put_off = self.capitalised = 0
        self.coming = []
        self.drop_fee()

    def drop_fee(self) -> None:
        """Plan no fee any more: it is charged, or never will be."""
        self.planned_fee = self.planned_fee_tax = 0
