"""What has become of loans: the versions of their schedules."""

from contracts.loan.versions import GetScheduleVersions
from gateway.answers.loan_histories import ScheduleVersionsAnswer
from gateway.routes.loans import LoanPath
from gateway.routing import EdgeRouter

router = EdgeRouter("/api/loans", "loans")


@router.asks(
    GetScheduleVersions, "GET /{loan_id}/schedule/versions", answers=ScheduleVersionsAnswer
)
def get_schedule_versions(loan_id: LoanPath) -> GetScheduleVersions:
    """Which versions the schedule has had, and what made each; `?version=` reads one."""
    return GetScheduleVersions(loan_id=loan_id)
