"""What the rails carry: dated rules, each in force from a business date until the next one's."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import Command, Message, Query, Role
from contracts.money import MINOR_MAX, Currency
from contracts.payment.values import Handle, Rail
from contracts.words import Weekday

HOLIDAYS_MAX = 400  # of one rule: some years of them
HANDLES_MAX = 500  # of one rule: some times as many as there are
FEES_MAX = 20  # slabs of one rule
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
BatchMinutes = Annotated[int, Field(strict=True, ge=1, le=720)]
Bound = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
GstPercent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class FeeSlab(BaseModel):
    """What one payment costs that is above the slab before and not above this one's end; in minor
    units of the rule's currency, without tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to_minor: Bound | None = None  # None: it has no end
    fee_minor: Annotated[int, Field(strict=True, ge=0, le=MINOR_MAX)]


Fees = Annotated[tuple[FeeSlab, ...], Field(max_length=FEES_MAX)]


class RailRule(Message):
    """What one transfer over a rail may be, and when; None means that there is no bound.

    Hours and days are those of India: from `opens` until `closes` on each day but its holidays.
    Over a rail that takes batches one leaves every `batch_minutes` after it opens, and when it
    closes.
    """

    rail: Rail
    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    currency: Currency
    least_minor: int | None
    most_minor: int | None
    is_in_force: bool  # today
    opens: Clock | None = None
    closes: Clock | None = None
    weekly_holidays: tuple[Weekday, ...] = ()
    holidays: tuple[date, ...] = ()
    batch_minutes: BatchMinutes | None = None  # None: each transfer goes by itself
    # How long a window of the settlement between the banks is; None: as long as one of batches, or
    # else a business date.
    settlement_minutes: BatchMinutes | None = None
    handles: tuple[str, ...] = ()  # of the addresses that it pays; an account has none
    fees: Fees = ()  # by the amount; none: a payment costs nothing
    gst_percent: GstPercent = Decimal(0)  # the tax on a fee, on top of it


class RailRules(Message):
    """Every rule of a rail in order, those to come included."""

    rail: Rail
    rules: tuple[RailRule, ...]
    next_cut_off: datetime | None = None  # of the batch that leaves next, by the rule in force


class Rails(Message):
    """Every rail that payments go over."""

    items: tuple[RailRules, ...]


class ListRails(Query):
    """All rails, each with its rules."""

    reply = Rails


class GetRailRules(Query):
    """The rules of one rail: past, in force, to come."""

    reply = RailRules

    rail: Rail


class RailRuleAdded(RailRule):
    """Reply to AddRailRule."""


class AddRailRule(Command):
    """Give a rail another rule from a business date on; payments that were accepted go on."""

    reply = RailRuleAdded
    roles = frozenset({Role.ADMIN})
    about = "rail:{rail}"

    rail: Rail
    valid_from: date  # today's business date or a later one, after that of the last rule
    currency: Currency = Currency.INR
    least_minor: Bound | None = None
    most_minor: Bound | None = None
    opens: Clock | None = None
    closes: Clock | None = None  # after `opens`; both or neither
    weekly_holidays: Annotated[tuple[Weekday, ...], Field(max_length=6)] = ()
    holidays: Annotated[tuple[date, ...], Field(max_length=HOLIDAYS_MAX)] = ()
    batch_minutes: BatchMinutes | None = None  # of a rail that takes batches, and of no other
    settlement_minutes: BatchMinutes | None = None
    # Of a rail that pays addresses, and of no other.
    handles: Annotated[tuple[Handle, ...], Field(max_length=HANDLES_MAX)] = ()
    fees: Fees = ()  # each ends above the one before, and the last one has no end
    gst_percent: GstPercent = Decimal(0)
