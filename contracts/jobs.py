"""What is said of jobs, the work for each business date that is over, by each service with some.

The routing key names the service; whose a job is stands in contracts/topology.py.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from contracts.envelope import GATEWAY, OPERATOR, READERS, Command, Message, Query
from contracts.words import Cursor, PageSize

JobName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,49}$")]


class JobState(StrEnum):
    """Of a job for one date, or of a part of it."""

    WAITING = "waiting"  # not begun: an earlier date goes first
    RUNNING = "running"
    DONE = "done"  # every item was dealt with; those that failed are its faults


class Job(Message):
    """How a job stands on one business date."""

    name: str
    business_date: date
    state: JobState
    done: int  # items
    total: int | None  # None: not every part has been counted
    faults: int  # items that could not be done, so far
    items_per_second: int | None  # None: not begun
    last_error: str | None  # why a part does not go on; None: nothing is in the way
    started_at: datetime | None
    ended_at: datetime | None


class Jobs(Message):
    """A page of jobs; `next_cursor` is None on the last one."""

    items: tuple[Job, ...]
    next_cursor: str | None


class JobPart(BaseModel):
    """A share of the items of a job on one date; several processes may be at several parts."""

    model_config = ConfigDict(frozen=True)

    part: int
    state: JobState
    done: int
    total: int | None
    tries: int  # since it last went on
    last_error: str | None
    retry_at: datetime | None  # None: it goes on now, or is done
    updated_at: datetime | None


class JobFault(BaseModel):
    """An item that could not be done when its turn came."""

    model_config = ConfigDict(frozen=True)

    item: str
    part: int
    reason: str
    tries: int
    noted_at: datetime
    retry_at: datetime | None  # None: when an operator asks for it, or never again
    repaired_at: datetime | None


class JobDetails(Job):
    """A job on one date with its parts, and at most 200 faults, those that are left first."""

    parts: tuple[JobPart, ...]
    faulty_items: tuple[JobFault, ...]


class ListJobs(Query):
    """Jobs, the newest date first."""

    reply = Jobs
    senders = frozenset({GATEWAY, OPERATOR})
    roles = READERS

    name: JobName | None = None
    business_date: date | None = None
    state: JobState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class GetJob(Query):
    """One job on one business date that is over."""

    reply = JobDetails
    senders = frozenset({GATEWAY, OPERATOR})
    roles = READERS

    name: JobName
    business_date: date


class JobRetried(Message):
    """Reply to RetryJob: so many faults are tried again, and so many parts that were stuck."""

    name: str
    business_date: date
    faults: int
    parts: int


class RetryJob(Command):
    """Try the faults of a job on one date again, and its parts that are stuck, now."""

    reply = JobRetried
    senders = frozenset({OPERATOR})
    roles = frozenset()
    about = "job:{name}.{business_date}"

    name: JobName
    business_date: date
