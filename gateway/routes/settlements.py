"""Settlement between the banks: what was booked over a rail in a window, moved in one entry."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from contracts.money import Currency
from contracts.payment.settlements import (
    GetSettlement,
    ListSettledMovements,
    ListSettlements,
    SettledMovement,
    SettledMovements,
    Settlement,
    Settlements,
    SettlementState,
)
from contracts.payment.values import Rail
from gateway.answers.payments import PAYMENT
from gateway.money import MoneyText
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, IsoDate, Limit, Page, UuidPath, example

router = EdgeRouter("/api/payments", "payments")

SETTLEMENT = "3d0b6c1e-97b6-5b0e-8d14-2f6a3c9b7e01"
ENTRY = "01941f29-7c00-7000-8000-000000000021"
A_SETTLEMENT = {
    "settlement_id": SETTLEMENT, "rail": "NEFT", "currency": "INR", "business_date": "2026-11-27",
    "window_ends": "2026-11-27T05:00:00Z", "state": "completed",
    "reference": "SETTLE-NEFT-INR-20261127-1030", "entry_id": ENTRY, "movement_count": 2,
    "paid": "300.00", "received": "50.00", "net": "250.00", "created_at": "2026-11-27T05:01:05Z",
    "settled_at": "2026-11-27T05:01:06Z",
}  # fmt: skip
A_MOVEMENT = {
    "sequence": 12, "given_reference": "PAY-01941f297c0070008000000000000022", "entry_id": ENTRY,
    "payment_id": PAYMENT, "amount": "300.00", "currency": "INR",
    "description": "NEFT NEFT000000000042 Asha Rao", "booked_at": "2026-11-27T04:45:00Z",
}  # fmt: skip
SettlementPath = Annotated[UuidPath, Path(examples=[SETTLEMENT])]


class SettlementAnswer(Answer):
    """One window of a rail, and the entry that moves its net."""

    model_config = example(**A_SETTLEMENT)
    tells = Settlement

    settlement_id: UUID
    rail: Rail
    currency: Currency
    business_date: date
    window_ends: datetime | None
    state: SettlementState
    reference: str
    entry_id: UUID | None
    movement_count: int
    paid: MoneyText
    received: MoneyText
    net: MoneyText
    created_at: datetime
    settled_at: datetime | None


class SettlementsAnswer(Page[SettlementAnswer]):
    """Settlements, newest first."""

    model_config = example(items=[A_SETTLEMENT], next_cursor=None)
    tells = Settlements


class SettledMovementAnswer(Answer):
    """One posting on the clearing line of the rail: positive where the bank pays."""

    model_config = example(**A_MOVEMENT)
    tells = SettledMovement

    sequence: int
    given_reference: str
    entry_id: UUID | None
    payment_id: UUID | None
    amount: MoneyText
    currency: Currency
    description: str
    booked_at: datetime


class SettledMovementsAnswer(Page[SettledMovementAnswer]):
    """What is in a settlement, newest first."""

    model_config = example(items=[A_MOVEMENT], next_cursor=None)
    tells = SettledMovements


@router.asks(ListSettlements, "GET /settlements", answers=SettlementsAnswer)
def list_settlements(
    rail: Annotated[Rail | None, Query(description="Of this rail only.")] = None,
    from_date: Annotated[
        IsoDate | None, Query(alias="from", description="First business date.")
    ] = None,
    to_date: Annotated[IsoDate | None, Query(alias="to", description="Last business date.")] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListSettlements:
    """Settlements between the banks, newest first: gross, count and net of each window."""
    return ListSettlements(
        rail=rail, from_date=from_date, to_date=to_date, limit=limit, cursor=cursor
    )


@router.asks(GetSettlement, "GET /settlements/{settlement_id}", answers=SettlementAnswer)
def get_settlement(settlement_id: SettlementPath) -> GetSettlement:
    """One settlement, with how far its entry is."""
    return GetSettlement(settlement_id=settlement_id)


@router.asks(
    ListSettledMovements,
    "GET /settlements/{settlement_id}/movements",
    answers=SettledMovementsAnswer,
)
def list_settled_movements(
    settlement_id: SettlementPath, limit: Limit = 25, cursor: After = None
) -> ListSettledMovements:
    """What is in a settlement, newest first: each payment, with its sign."""
    return ListSettledMovements(settlement_id=settlement_id, limit=limit, cursor=cursor)
