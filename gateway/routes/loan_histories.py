"""What has become of loans: versions of their schedules, and what late events have changed."""

from typing import Annotated

from fastapi import Path
from pydantic import Field

from contracts.loan.differences import GetLoanDifferences
from contracts.loan.versions import GetScheduleVersions
from gateway.answers.loan_histories import LoanDifferencesAnswer, ScheduleVersionsAnswer
from gateway.routes.loans import LoanPath
from gateway.routing import EdgeRouter

SequencePath = Annotated[
    int,
    Field(ge=1, le=2_000),
    Path(description="The number of the event, as transactions show it.", examples=[1]),
]

router = EdgeRouter("/api/loans", "loans")


@router.asks(
    GetScheduleVersions, "GET /{loan_id}/schedule/versions", answers=ScheduleVersionsAnswer
)
def get_schedule_versions(loan_id: LoanPath) -> GetScheduleVersions:
    """Which versions the schedule has had, and what made each; `?version=` reads one."""
    return GetScheduleVersions(loan_id=loan_id)


@router.asks(
    GetLoanDifferences,
    "GET /{loan_id}/transactions/{sequence}/differences",
    answers=LoanDifferencesAnswer,
)
def get_loan_differences(loan_id: LoanPath, sequence: SequencePath) -> GetLoanDifferences:
    """What one event has changed, such as a repayment that was backdated or taken back."""
    return GetLoanDifferences(loan_id=loan_id, sequence=sequence)
