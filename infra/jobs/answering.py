"""What every service that has jobs answers about them."""

from collections.abc import Mapping
from typing import Any

import structlog

from contracts.envelope import Conflict, Message, NotFound
from contracts.jobs import GetJob, Job, JobDetails, JobRetried, Jobs, ListJobs, RetryJob
from infra.data.paging import page_of
from infra.data.store import Store
from infra.handling.context import Context
from infra.handling.service import Registered, Service
from infra.jobs.reading import PLACES, Place, ShownJobs

log = structlog.get_logger()


class UnknownJob(NotFound):
    """No job has this name."""


class DayNotOver(NotFound):
    """The job of a business date begins when the date is over."""


class DayBeforeFirst(NotFound):
    """The job has no date so early: the bank had not begun then."""


class NothingToRetry(Conflict):
    """The job has no fault on this date, and no part of it is stuck."""


def answers_about_jobs(service: Service[Any]) -> Mapping[type[Message], Registered]:
    """By kind; nothing for a service without jobs."""
    if not service.jobs:
        return {}

    async def get_job(query: GetJob, store: Store, context: Context) -> JobDetails:
        return await _known(service, query, store, context)

    async def retry_job(command: RetryJob, store: Store, context: Context) -> JobRetried:
        await _known(service, command, store, context)
        name, day = command.name, command.business_date
        faults, parts = await ShownJobs(store.db).retry(name, day, context.now)
        if not faults and not parts:
            raise NothingToRetry
        log.info("job_retried", job=name, business_date=str(day), faults=faults, parts=parts)
        return JobRetried(name=name, business_date=day, faults=faults, parts=parts)

    return {
        ListJobs: Registered(_list_jobs, alone=True),
        GetJob: Registered(get_job, alone=True),
        RetryJob: Registered(retry_job),
    }


async def _list_jobs(query: ListJobs, store: Store, context: Context) -> Jobs:
    found = await ShownJobs(store.db).jobs(query, query.limit + 1)
    page, following = page_of(found, query.limit, place_of, PLACES)
    return Jobs(items=page, next_cursor=following)


def place_of(job: Job) -> Place:
    return job.business_date, job.name


async def _known(
    service: Service[Any], asked: GetJob | RetryJob, store: Store, context: Context
) -> JobDetails:
    """The job that somebody names.

    Raises:
        UnknownJob, DayNotOver, DayBeforeFirst: there is none.
    """
    if asked.name not in service.jobs:
        raise UnknownJob
    shown = ShownJobs(store.db)
    job = await shown.job(asked.name, asked.business_date)
    if job is None:
        first = await shown.first_day(asked.name) or context.business_date
        raise DayBeforeFirst if asked.business_date < first else DayNotOver
    return job
