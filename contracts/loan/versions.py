"""Versions of a loan's schedule: what made each, by whom, and when it became known."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Message, Query


class ScheduleVersion(BaseModel):
    """What made one version of a schedule; GetLoanSchedule has the schedule itself."""

    model_config = ConfigDict(frozen=True)

    number: int  # 1, 2, 3 …: in the order in which they became known
    kind: str  # of the event: `disbursed`, `rescheduled`, `waived` …
    sequence: int  # of the event
    value_date: date  # from when it counts
    booked_on: date  # business date on which it became known
    recorded_at: datetime
    made_by: str | None  # None: not shown to customers
    reason: str | None  # None: none was given, or not shown to customers


class ScheduleVersions(Message):
    """All versions of a loan's schedule, the oldest first; none before it is paid out."""

    loan_id: UUID
    items: tuple[ScheduleVersion, ...]


class GetScheduleVersions(Query):
    """Which versions a loan's schedule has had; a customer sees his own loans only."""

    reply = ScheduleVersions

    loan_id: UUID
