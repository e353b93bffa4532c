"""What has become of loans as answers: the versions of their schedules."""

from datetime import date, datetime
from uuid import UUID

from contracts.loan.versions import ScheduleVersion, ScheduleVersions
from gateway.answers.loans import LOAN, STAFF
from gateway.schemas import Answer, example

A_VERSION = {
    "number": 2, "kind": "rescheduled", "sequence": 2, "value_date": "2026-02-10",
    "booked_on": "2026-02-10", "recorded_at": "2026-02-10T10:00:00Z", "made_by": STAFF,
    "reason": "lower income",
}  # fmt: skip


class ScheduleVersionAnswer(Answer):
    """What made one version of a schedule. Customers do not see who, nor why."""

    tells = ScheduleVersion

    number: int
    kind: str
    sequence: int
    value_date: date
    booked_on: date
    recorded_at: datetime
    made_by: str | None
    reason: str | None


class ScheduleVersionsAnswer(Answer):
    """All versions of the schedule, the oldest first; none before it is paid out."""

    model_config = example(loan_id=LOAN, items=[A_VERSION])
    tells = ScheduleVersions

    loan_id: UUID
    items: tuple[ScheduleVersionAnswer, ...]
