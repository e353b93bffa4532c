"""Jobs: the work behind each business date, as those who look after the bank see it."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from fastapi import Path, Query, Response

from contracts.jobs import (
    GetJob,
    Job,
    JobDetails,
    JobFault,
    JobName,
    JobPart,
    Jobs,
    ListJobs,
)
from contracts.topology import JOBS
from gateway.edge import Call
from gateway.problems import refused
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, IsoDate, Limit, Page, example
from gateway.several import Order, listed
from gateway.states import JOB_WORDS, JobState
from gateway.telling import From
from infra.jobs.answering import UnknownJob, place_of
from infra.jobs.reading import PLACES

router = EdgeRouter("/api/jobs", "jobs")

# The newest date first, and the jobs of one date by name.
ORDER = Order(place_of, PLACES, key=lambda job: (-job.business_date.toordinal(), job.name))

A_JOB = {
    "name": "end-of-day", "business_date": "2026-01-01", "state": "completed", "done": 1199,
    "total": 1200, "faults": 1, "items_per_second": 600, "last_error": None,
    "started_at": "2026-01-01T18:30:02Z", "ended_at": "2026-01-01T18:30:04Z",
}  # fmt: skip

NamePath = Annotated[JobName, Path(examples=["end-of-day"])]
DatePath = Annotated[IsoDate, Path(alias="date", examples=["2026-01-01"])]
NameFilter = Annotated[JobName | None, Query()]
DateFilter = Annotated[IsoDate | None, Query(alias="date", description="A business date.")]
StateFilter = Annotated[JobState | None, JOB_WORDS.either, Query()]


class JobAnswer(Answer):
    """`done` and `total` count items, `faults` those that could not be done and are left."""

    model_config = example(**A_JOB)
    tells: ClassVar[type[Job]] = Job

    name: str
    business_date: date
    state: Annotated[JobState, From("state", JOB_WORDS.told)]
    done: int
    total: int | None
    faults: int
    items_per_second: int | None
    last_error: str | None
    started_at: datetime | None
    ended_at: datetime | None


class JobsAnswer(Page[JobAnswer]):
    """Jobs, the newest date first."""

    model_config = example(items=[A_JOB], next_cursor=None)
    tells = Jobs


class JobPartAnswer(Answer):
    """A share of the items: `retry_at` says when it goes on if something is in its way."""

    tells = JobPart

    part: int
    state: Annotated[JobState, From("state", JOB_WORDS.told)]
    done: int
    total: int | None
    tries: int
    last_error: str | None
    retry_at: datetime | None
    updated_at: datetime | None


class JobFaultAnswer(Answer):
    """An item that could not be done when its turn came; with `repaired_at` it was, later."""

    tells = JobFault

    item: str
    part: int
    reason: str
    tries: int
    noted_at: datetime
    retry_at: datetime | None
    repaired_at: datetime | None


class JobDetailsAnswer(JobAnswer):
    """A job on one date with its parts and what could not be done."""

    model_config = example(
        **A_JOB,
        parts=[
            {"part": 0, "state": "completed", "done": 1199, "total": 1200, "tries": 0,
             "last_error": None, "retry_at": None, "updated_at": "2026-01-01T18:30:04Z"},
        ],
        faulty_items=[
            {"item": "17", "part": 0, "reason": "DeadlockDetectedError: deadlock detected",
             "tries": 1, "noted_at": "2026-01-01T18:30:03Z", "retry_at": "2026-01-01T18:31:03Z",
             "repaired_at": None},
        ],
    )  # fmt: skip
    tells = JobDetails

    parts: tuple[JobPartAnswer, ...]
    faulty_items: tuple[JobFaultAnswer, ...]


@router.calls(ListJobs, "GET ", gives=JobsAnswer)
async def list_jobs(
    call: Call,
    name: NameFilter = None,
    business_date: DateFilter = None,
    state: StateFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """The jobs of all services, the newest date first."""
    query = ListJobs(
        name=name,
        business_date=business_date,
        state=JOB_WORDS.inside(state),
        limit=limit,
        cursor=cursor,
    )
    page = await listed(call, query, sorted(set(JOBS.values())), ORDER)
    return JobsAnswer.about(page).response(200)


@router.calls(GetJob, "GET /{name}/{date}", gives=JobDetailsAnswer)
async def get_job(call: Call, name: NamePath, business_date: DatePath) -> Response:
    """One job on one business date: how far each part is, and what could not be done."""
    if name not in JOBS:
        raise refused(UnknownJob().refusal())
    found = await call.ask(GetJob(name=name, business_date=business_date), owner=JOBS[name])
    assert isinstance(found, JobDetails)
    return JobDetailsAnswer.about(found).response(200)
