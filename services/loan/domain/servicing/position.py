"""A loan as it stands on a date: what a replay of its events gives.

Amounts are minor units of the loan's currency. Nothing in a position is ever stored as the truth:
it can be computed again, on any date, from the terms and the events.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.penal import PenalTerms
from services.loan.domain.rounding import rounded_ratio
from services.loan.domain.servicing.events import Part


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is due of one part of an instalment, and what became of it."""

    due_minor: int = 0
    paid_minor: int = 0
    waived_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        return self.due_minor - self.paid_minor - self.waived_minor


@dataclass(frozen=True, slots=True)
class Stretch:
    """Interest of some days in which balance and rate stayed: balance x factor, rounded once."""

    since: date  # this day counts
    until: date  # this one does not
    balance_minor: int
    annual_rate: Decimal  # percent
    factor: Fraction  # of the balance
    multiple_minor: int = 1  # to which it is rounded

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def interest(self) -> Fraction:
        """Minor units, not rounded."""
        return self.balance_minor * self.factor

    @property
    def interest_minor(self) -> int:
        """The same rounded, without finding its lowest terms first."""
        factor = self.factor
        interest = self.balance_minor * factor.numerator
        return rounded_ratio(interest, factor.denominator, self.multiple_minor)


@dataclass(frozen=True, slots=True)
class PenalCharge:
    """What late payment of an instalment has cost in the morning of a day."""

    on: date
    terms: PenalTerms
    amount_minor: int  # without the tax
    tax_minor: int
    days: Stretch | None  # that are charged, on what was overdue; None: the amount of the terms
    is_capped: bool  # it would be more without the cap


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment: what is due by parts, and how its interest comes about."""

    number: int
    start_on: date  # of the days whose interest it bears
    due_on: date
    principal: Amounts
    interest: Amounts
    fees: Amounts
    penalties: Amounts
    balance_minor: int  # of principal, once this and all before are paid
    target_minor: int  # of which principal and interest together were meant to be
    stretches: tuple[Stretch, ...]
    settled_on: date | None  # when nothing of its principal and interest was left to pay
    penal_charges: tuple[PenalCharge, ...] = ()
    brought_minor: int = 0  # of its interest, what instalments before have put off
    put_off_minor: int = 0  # interest until its due date that is due later
    capitalised_minor: int = 0  # of its interest, what has become principal
    to_capitalise_minor: int = 0  # what will on its due date, and is in principal due later
    fee_to_come_minor: int = 0  # of `fees`, what is charged on the due date only; tax included
    is_down_payment: bool = False

    @property
    def own_interest_minor(self) -> int:
        """What its own period bears."""
        later = self.put_off_minor + self.capitalised_minor + self.to_capitalise_minor
        return self.interest.due_minor - self.brought_minor + later

    def part(self, part: Part) -> Amounts:
        amounts: Amounts = getattr(self, part.value)
        return amounts

    @property
    def parts(self) -> Iterator[Amounts]:
        yield from (self.principal, self.interest, self.fees, self.penalties)

    @property
    def due_minor(self) -> int:
        return sum(each.due_minor for each in self.parts)

    @property
    def paid_minor(self) -> int:
        return sum(each.paid_minor for each in self.parts)

    @property
    def waived_minor(self) -> int:
        return sum(each.waived_minor for each in self.parts)

    @property
    def outstanding_minor(self) -> int:
        return sum(each.outstanding_minor for each in self.parts)

    @property
    def late_minor(self) -> int:
        """The same without penal charges: what is late once it was due."""
        return self.outstanding_minor - self.penalties.outstanding_minor

    @property
    def debt_minor(self) -> int:
        """What is left to pay of principal and interest."""
        return self.principal.outstanding_minor + self.interest.outstanding_minor


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a payment, or of a waiver, went to this part of this instalment."""

    sequence: int  # of the event
    on: date
    instalment: int
    part: Part
    amount_minor: int
    is_waiver: bool = False


@dataclass(frozen=True, slots=True)
class WriteOff:
    """What was owed when the bank stopped counting on it."""

    on: date
    principal_minor: int
    interest_minor: int
    fees_minor: int
    penalties_minor: int
    recovered_on: date | None = None  # all of it; None: not yet

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor + self.penalties_minor


@dataclass(frozen=True, slots=True)
class Position:
    """A loan on the date `on`, by all that counts from that date or earlier."""

    on: date
    disbursed_minor: int
    kept_back_minor: int  # of what was disbursed, as fees; the tax on them included
    kept_back_tax_minor: int
    fees_tax_minor: int  # in the fees charged since
    penalties_tax_minor: int  # in the penal charges
    repaid_minor: int
    refunded_minor: int
    recovered_minor: int
    overpaid_minor: int  # of it, what is the borrower's
    instalments: tuple[Instalment, ...]
    allocations: tuple[Allocation, ...]
    changed_by: tuple[int, ...]  # the numbers of the events that made another schedule
    payoff_minor: int  # what closes the loan on this date
    accruing: tuple[Stretch, ...]  # the days of the period under way that are over
    written_off: WriteOff | None = None
    is_given_back: bool = False  # within the days to think
    borrower_npa_since: date | None = None  # as the bank has classified him; None: he performs

    @property
    def accrued(self) -> Fraction:
        """Interest of the days of the period under way that are over, not rounded."""
        return sum((each.interest for each in self.accruing), start=Fraction(0))

    @property
    def accrued_minor(self) -> int:
        """The same, each stretch of days rounded."""
        return sum(each.interest_minor for each in self.accruing)

    @property
    def principal_minor(self) -> int:
        """Outstanding, also when it is written off."""
        due = sum(each.principal.outstanding_minor for each in self.instalments)
        return due - self.to_capitalise_minor

    @property
    def to_capitalise_minor(self) -> int:
        """Interest of the moratorium that will become principal; it is no principal yet."""
        return sum(each.to_capitalise_minor for each in self.instalments)

    @property
    def capitalised_minor(self) -> int:
        """Interest that has become principal."""
        return sum(each.capitalised_minor for each in self.instalments)

    @property
    def unrealised_minor(self) -> int:
        """What is left to pay of it, if what was lent is repaid first."""
        return min(self.capitalised_minor, self.principal_minor)

    @property
    def outstanding_minor(self) -> int:
        """All parts of all instalments, due or not."""
        return sum(each.outstanding_minor for each in self.instalments)

    @property
    def is_repaid(self) -> bool:
        """Nothing is left to pay; a loan nobody has paid out yet is not repaid."""
        return self.disbursed_minor > 0 and self.outstanding_minor == 0

    @property
    def overdue(self) -> tuple[Instalment, ...]:
        """Instalments whose due date has passed and of which something is left to pay."""
        return tuple(
            each for each in self.instalments if each.due_on < self.on and each.outstanding_minor
        )
