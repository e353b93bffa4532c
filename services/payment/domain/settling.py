"""Settlement between the banks: which window a posting is in, and which windows are to be settled.

A window is a business date, or part of one where the rail's rule has minutes: batches leave so
often, or the rule says so of settlement. What is heard of late goes into the window that is open
then, so a window that was settled never changes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.account.books import Moved
from contracts.envelope import NotFound
from contracts.money import Currency
from contracts.payment.rails import RailRule
from contracts.payment.values import Rail
from infra.runtime.clock import BUSINESS_ZONE
from services.payment.domain.payments import opening, window_end

CLEARING = "GL-CLEARING-"
SETTLEMENT = "GL-SETTLEMENT-"
# After its end a window waits so long for what was booked in it to be heard of.
GRACE = timedelta(seconds=60)
Line: TypeAlias = tuple[Rail, Currency]
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class SettlementNotFound(NotFound):
    """There is no such settlement."""


@dataclass(frozen=True, slots=True)
class Window:
    """A business date, or the part of it that ends at this moment."""

    day: date
    ends: datetime | None = None

    def __str__(self) -> str:
        """For references and people: `20261127`, or `20261127-1030` by the clock of India."""
        if self.ends is None:
            return f"{self.day:%Y%m%d}"
        local = self.ends.astimezone(BUSINESS_ZONE)
        clock = "2400" if local.date() > self.day else f"{local:%H%M}"
        return f"{self.day:%Y%m%d}-{clock}"

    def is_after(self, other: "Window | None") -> bool:
        return other is None or self._place > other._place

    def is_over(self, at: datetime, open_day: date) -> bool:
        """Whether nothing is booked in it any more."""
        return self.day < open_day if self.ends is None else self.ends <= at

    @property
    def _place(self) -> tuple[date, datetime]:
        return self.day, self.ends or _BEGINNING


@dataclass(frozen=True, slots=True)
class Position:
    """What waits on one clearing line for the end of one window."""

    rail: Rail
    currency: Currency
    window: Window

    @property
    def line(self) -> Line:
        return self.rail, self.currency

    @property
    def reference(self) -> str:
        """Of its entry: there is one for each window, whatever is sent twice."""
        return f"SETTLE-{self.rail}-{self.currency}-{self.window}"

    @property
    def settlement_id(self) -> UUID:
        return uuid5(NAMESPACE_URL, self.reference)


def clearing_line(rail: Rail, currency: Currency) -> str:
    """Where the money of a rail waits for the settlement between the banks."""
    return f"{CLEARING}{rail}-{currency}"


def suspense_line(currency: Currency) -> str:
    """Where money stands whose owner has to be found by a person."""
    return f"GL-SUSPENSE-{currency}"


def settlement_account(currency: Currency) -> str:
    """What the bank has at the central bank."""
    return f"{SETTLEMENT}{currency}"


_SETTLEMENT_ACCOUNTS = frozenset(map(settlement_account, Currency))


def is_kept(posting: Moved) -> bool:
    """Whether the posting is on a line that this service settles, or on what settles it."""
    is_own, number = posting.customer_id is None, posting.account_number
    return is_own and (number.startswith(CLEARING) or number in _SETTLEMENT_ACCOUNTS)


def rail_of(account_number: str) -> Rail | None:
    """Whose clearing line it is; None: of no rail."""
    name = account_number.removeprefix(CLEARING).partition("-")[0]
    return Rail(name) if account_number.startswith(CLEARING) and name in set(Rail) else None


def window_of(rule: RailRule | None, booked_at: datetime, booked_on: date) -> Window:
    """The window of what was booked then, on that business date.

    What is booked early, since the day was closed before midnight, is in the first window of its
    date; what comes while the rail is closed is in the next one.
    """
    minutes = (rule.settlement_minutes or rule.batch_minutes) if rule else None
    if rule is None or minutes is None:
        return Window(booked_on)
    at = max(booked_at, datetime.combine(booked_on, time(), BUSINESS_ZONE))
    return Window(opening(rule, at).date(), window_end(rule, minutes, at))


def late(waiting: Collection[Position], settled: Mapping[Line, Window]) -> list[Position]:
    """What waits for windows that were settled before it was heard of."""
    return [each for each in waiting if not each.window.is_after(settled.get(each.line))]


def due(waiting: Collection[Position], at: datetime, open_day: date) -> list[Position]:
    """Those whose window is over, in order."""
    over = [each for each in waiting if each.window.is_over(at, open_day)]
    return sorted(over, key=lambda each: (each.line, str(each.window)))
