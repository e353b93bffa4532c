"""The `bank jobs` commands: the work behind each business date, asked of those who do it."""

from datetime import date, datetime
from typing import Annotated

import typer

from contracts.jobs import (
    GetJob,
    Job,
    JobDetails,
    JobFault,
    JobPart,
    JobRetried,
    Jobs,
    JobState,
    ListJobs,
    RetryJob,
)
from contracts.topology import JOBS
from infra.deployment.cli_asking import answer, answers
from infra.deployment.cli_place import echo
from infra.deployment.local import LocalError
from infra.deployment.local.terminal import in_one_line

LIMIT_DEFAULT, LIMIT_MAX = 20, 200

jobs_app = typer.Typer(no_args_is_help=True, help="The work behind each business date.")

Name = Annotated[str, typer.Argument(help="The job, as `list` shows it.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The business date.")]
State = Annotated[JobState | None, typer.Option(help="Only those in this state.")]
Limit = Annotated[
    int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many of each service, newest first.")
]


@jobs_app.command("list")
def list_jobs(state: State = None, limit: Limit = LIMIT_DEFAULT) -> None:
    """Each job on each date: how far it is, and how many items could not be done."""
    query = ListJobs(state=state, limit=limit)
    found = answers(query, Jobs, sorted(set(JOBS.values())))
    jobs = [job for page in found.given for job in page.items]
    for job in jobs:
        echo(_headline(job))
    found.require_all()
    if not jobs:
        echo("no jobs")


@jobs_app.command("show")
def show_job(name: Name, day: Day) -> None:
    """One job on one date: its parts, and what could not be done and why."""
    job = answer(GetJob(name=name, business_date=_date(day)), JobDetails, _owner(name))
    echo(_headline(job))
    for part in job.parts:
        echo(_part(part))
    for fault in job.faulty_items:
        echo(_fault(fault))


@jobs_app.command("retry")
def retry_job(name: Name, day: Day) -> None:
    """Try again what could not be done, and what is stuck; first mend the cause."""
    command = RetryJob(name=name, business_date=_date(day))
    retried = answer(command, JobRetried, _owner(name))
    echo(f"{retried.faults} faults and {retried.parts} parts of {name} are tried again")


def _headline(job: Job) -> str:
    speed = "" if job.items_per_second is None else f"  {job.items_per_second} a second"
    of_all = "?" if job.total is None else job.total
    error = "" if job.last_error is None else f"  {in_one_line(job.last_error)}"
    return (
        f"{job.business_date}  {job.name:<20}{job.state:<8}"
        f"{job.done:>9} of {of_all}, {job.faults} faults{speed}{error}"
    )


def _part(part: JobPart) -> str:
    of_all = "?" if part.total is None else part.total
    error = "" if part.last_error is None else f"  {in_one_line(part.last_error)}"
    again = "" if part.retry_at is None else f", again at {part.retry_at:%F %T} UTC"
    return f"  part {part.part:<3}{part.state:<8}{part.done:>9} of {of_all}{error}{again}"


def _fault(fault: JobFault) -> str:
    if fault.repaired_at is not None:
        became = f"repaired at {fault.repaired_at:%F %T} UTC"
    elif fault.retry_at is not None:
        became = f"again at {fault.retry_at:%F %T} UTC"
    else:
        became = f"tried {fault.tries} times, waits for `bank jobs retry`"
    return f"  item {in_one_line(fault.item)}  {in_one_line(fault.reason)}; {became}"


def _date(day: datetime) -> date:
    return day.date()


def _owner(name: str) -> str:
    if name not in JOBS:
        raise LocalError(f"there is no job {name}; there are {', '.join(sorted(JOBS))}")
    return JOBS[name]
