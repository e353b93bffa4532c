"""Instalments while they are made: what a replay changes of each."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.loan.domain.calendar import Period
from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.position import PenalCharge, Stretch


@dataclass(slots=True)
class Bucket:
    """One part of a line, in minor units."""

    due: int = 0
    paid: int = 0
    waived: int = 0

    @property
    def open(self) -> int:
        return self.due - self.paid - self.waived


@dataclass(slots=True)
class Line:
    """One instalment while it is made."""

    number: int
    period: Period
    rate: Decimal  # percent a year
    target: int  # of interest and principal together, or of principal where parts are equal
    is_equal_part: bool = False
    is_principal_free: bool = False
    is_paused: bool = False  # in a moratorium, or because the loan was rescheduled
    principal: Bucket = field(default_factory=Bucket)
    interest: Bucket = field(default_factory=Bucket)
    fees: Bucket = field(default_factory=Bucket)
    penalties: Bucket = field(default_factory=Bucket)
    stretches: list[Stretch] = field(default_factory=list)  # that are over
    coming: list[Stretch] = field(default_factory=list)  # until its due date, as things are
    ahead_after: int = 0  # principal that was repaid for later lines
    settled_on: date | None = None
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
    def wanted(self) -> int:
        """The principal that it was meant to repay."""
        if self.is_principal_free:
            return 0
        return self.target if self.is_equal_part else max(self.target - self.interest.due, 0)

    def bucket(self, part: Part) -> Bucket:
        bucket: Bucket = getattr(self, part.value)
        return bucket

    @property
    def open(self) -> int:
        return self.principal.open + self.interest.open + self.fees.open + self.penalties.open

    @property
    def late(self) -> int:
        """What is open without the penal charges."""
        return self.open - self.penalties.open

    @property
    def is_empty(self) -> bool:
        return not any(self.bucket(part).due for part in Part)
