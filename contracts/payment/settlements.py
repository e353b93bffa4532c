"""Settlement between the banks: what was booked over a rail in a window, moved in one entry."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import READERS, Message, Query
from contracts.money import Currency
from contracts.payment.values import Rail
from contracts.words import Cursor, PageSize


class SettlementState(StrEnum):
    """How far the entry of a settlement is."""

    PROCESSING = "processing"  # it is sent to the books until they have said yes or no
    COMPLETED = "completed"  # it is booked, or there is nothing to move
    FAILED = "failed"  # the books refused it; what was in it is in a later window


class Settlement(Message):
    """One window of a rail; amounts in minor units.

    A window is a business date, or part of one that ends at a moment. What was paid is owed to the
    other banks, what was received they owe; the net is positive where we pay.
    """

    settlement_id: UUID
    rail: Rail
    currency: Currency
    business_date: date
    window_ends: datetime | None  # None: with its business date
    state: SettlementState
    reference: str  # of its entry
    entry_id: UUID | None  # None: not booked, or nothing to be moved
    movement_count: int
    paid_minor: int
    received_minor: int
    net_minor: int  # paid less received
    created_at: datetime
    settled_at: datetime | None


class Settlements(Message):
    """A page of settlements; `next_cursor` is None on the last one."""

    items: tuple[Settlement, ...]
    next_cursor: str | None


class ListSettlements(Query):
    """Settlements, newest first; the dates are business dates."""

    reply = Settlements
    roles = READERS

    rail: Rail | None = None
    from_date: date | None = None
    to_date: date | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class GetSettlement(Query):
    """One settlement."""

    reply = Settlement
    roles = READERS

    settlement_id: UUID


class SettledMovement(BaseModel):
    """One posting on the clearing line of a rail, which is in one settlement."""

    model_config = ConfigDict(frozen=True)

    sequence: int  # its number on the line
    given_reference: str  # of its entry, or what it is called
    entry_id: UUID | None  # None: what stood on the line before this service heard of its postings
    payment_id: UUID | None  # None: it is of no payment of ours
    amount_minor: int  # signed, positive where we pay
    currency: Currency
    description: str
    booked_at: datetime


class SettledMovements(Message):
    """A page of movements; `next_cursor` is None on the last one."""

    items: tuple[SettledMovement, ...]
    next_cursor: str | None


class ListSettledMovements(Query):
    """What is in a settlement, the newest first."""

    reply = SettledMovements
    roles = READERS

    settlement_id: UUID
    limit: PageSize = 25
    cursor: Cursor | None = None
