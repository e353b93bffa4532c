"""Money set aside, under lock."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.account.values import Channel, HoldState
from services.account.domain.ledger.accounts import LedgerAccount


@dataclass(slots=True, eq=False)
class Hold:
    """Money set aside. Without an account: a release that came before the hold it undoes."""

    hold_id: UUID
    account: LedgerAccount | None
    state: HoldState
    amount_minor: int
    captured_minor: int
    released_minor: int
    reason: str
    channel: Channel
    placed_on: date
    placed_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    caused_by: UUID
    placed_by: str  # the broker user whose it is

    def is_due(self, now: datetime) -> bool:
        """True when it should have expired by now."""
        is_open = self.state is HoldState.OPEN
        return is_open and self.expires_at is not None and self.expires_at <= now

    @property
    def open_minor(self) -> int:
        """What is still held."""
        return self.amount_minor - self.captured_minor if self.state is HoldState.OPEN else 0
