"""The runner: one loop in each process of a service that has jobs.

A step is one transaction: it takes a part of the oldest date that is not done, does its next
items, and stores how far it has come. Items that fail are found by halving, set aside and skipped.
When no part is to be done, a step tries faults again that are due. Between two steps it rests for
as long as the last one took, so that customers go first.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, cast

import structlog
from prometheus_client import Gauge

from contracts.envelope import DomainError
from infra.data.database import CONTENTION, OUTAGE, Connection, Pool
from infra.handling import mailbox
from infra.handling.daily import Job
from infra.handling.packing import Leaving
from infra.handling.service import Service
from infra.handling.telling import Outgoing
from infra.jobs.rows import JobRows, Taken
from infra.runtime.clock import new_id_text, utc_now
from infra.runtime.telemetry import REGISTRY
from infra.runtime.tracing import new_trace

log = structlog.get_logger()

LOOK_SECONDS = 2.0  # how long after its day is over a job may begin
REPAIR_SECONDS = 60.0  # before a fault is tried again by itself, once
PUT_OFF_SECONDS_MAX = 300
CONTENTION_TRIES_MAX = 3  # from then on what is in the way is taken for a fault of its item
REASON_CHARS_MAX = 300

_LABELS = ["job"]
DAYS = Gauge("bank_job_days_waiting", "Dates over, not done", _LABELS, registry=REGISTRY)
DONE = Gauge("bank_job_items_done", "On the date it is at", _LABELS, registry=REGISTRY)
TOTAL = Gauge("bank_job_items_total", "On the date it is at", _LABELS, registry=REGISTRY)
FAULTS = Gauge("bank_job_faults", "Items set aside, of all dates", _LABELS, registry=REGISTRY)


class Runner:
    """Does the jobs of one service, beside other processes that do the same."""

    def __init__(
        self, service: Service[Any], pool: Pool, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._service = service
        self._pool = pool
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            begun_at = monotonic()
            try:
                is_busy = await self.step()
            except Exception as error:
                log.warning("jobs_put_off", error=repr(error))
                is_busy = False
            await asyncio.sleep(monotonic() - begun_at if is_busy else LOOK_SECONDS)

    async def step(self) -> bool:
        """One transaction of work on each job; False when there was nothing to do."""
        did = [await self._step(job) for job in self._service.jobs.values()]
        return any(did)

    async def _step(self, job: Job[Any]) -> bool:
        taken: Taken | None = None
        try:
            async with self._pool.acquire() as proxy, proxy.transaction():
                db = cast(Connection, proxy)
                rows = JobRows(db, job.name)
                taken = await rows.take(self._clock())
                if taken is not None:
                    await self._go_on(job, rows, db, taken)
                    return True
                repaired = await self._repair(job, rows, db)
        except Exception as error:
            if taken is None or _is_outage(error):
                raise
            await self._put_off(taken, error)
            return True
        return repaired or await self._look(job)

    async def _go_on(self, job: Job[Any], rows: JobRows, db: Connection, taken: Taken) -> None:
        store, part = self._service.store(db), taken.part
        total = await job.count(store, part) if taken.total is None else taken.total
        items = await job.items(store, part, taken.cursor, job.at_once)
        is_patient = taken.tries < CONTENTION_TRIES_MAX
        reasons = await self._done(job, db, part.business_date, items, is_patient=is_patient)
        now = self._clock()
        if reasons:
            due_at = now + timedelta(seconds=REPAIR_SECONDS)
            await rows.set_aside(part, reasons, due_at, now)
            _tell(job.name, part.business_date, reasons)
        await rows.advance(
            taken,
            cursor=items[-1] if items else taken.cursor,
            done=len(items) - len(reasons),
            total=total,
            is_last=len(items) < job.at_once,
            now=now,
        )

    async def _done(
        self, job: Job[Any], db: Connection, day: date, items: Sequence[str], *, is_patient: bool
    ) -> dict[str, str]:
        """Do the items; those that cannot be done, and why, have left no trace."""
        if not items:
            return {}
        try:
            async with db.transaction():
                told = await job.work(self._service.store(db), day, items)
                await self._leave(db, told or ())
            return {}
        except Exception as error:
            if _is_outage(error) or (is_patient and isinstance(error, CONTENTION)):
                raise
            if len(items) == 1:
                return {items[0]: _reason(error)}
        middle = len(items) // 2
        return {
            **await self._done(job, db, day, items[:middle], is_patient=is_patient),
            **await self._done(job, db, day, items[middle:], is_patient=is_patient),
        }

    async def _leave(self, db: Connection, told: Outgoing) -> None:
        """Put it into the outbox, where the relay's next look finds it."""
        work_id = new_id_text()
        leaving = [Leaving(told, work_id, work_id, new_trace())] if told else []
        await mailbox.append(db, self._service.name, leaving, self._clock())

    async def _repair(self, job: Job[Any], rows: JobRows, db: Connection) -> bool:
        """Try faults again that are due; False when none is."""
        faults = await rows.due_faults(self._clock())
        for fault in faults:
            reasons = await self._done(job, db, fault.business_date, [fault.item], is_patient=False)
            now = self._clock()
            if reasons:
                await rows.failed_again(fault, reasons[fault.item], now)
                _tell(job.name, fault.business_date, reasons)
            else:
                await rows.repaired(fault, now)
        return bool(faults)

    async def _put_off(self, taken: Taken, error: Exception) -> None:
        """The part goes on later, and people see why it does not now."""
        log.warning(
            "job_part_failed", job=taken.job, business_date=str(taken.part.business_date),
            part=taken.part.number, tries=taken.tries + 1, exc_info=error,
        )  # fmt: skip
        now = self._clock()
        pause = timedelta(seconds=min(2 ** min(taken.tries, 10), PUT_OFF_SECONDS_MAX))
        async with self._pool.acquire() as proxy:
            rows = JobRows(cast(Connection, proxy), taken.job)
            await rows.put_off(taken, _reason(error), now + pause, now)

    async def _look(self, job: Job[Any]) -> bool:
        """Plan the dates that have ended meanwhile, and show how the job stands; True if any."""
        async with self._pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            rows = JobRows(db, job.name)
            days = await job.days(self._service.store(db), await rows.newest())
            if days:
                await rows.plan(days, job.parts, self._clock())
            figures = await rows.figures()
        for gauge, figure in zip((DAYS, DONE, TOTAL, FAULTS), figures, strict=True):
            gauge.labels(job.name).set(figure)
        return bool(days)


def _is_outage(error: Exception) -> bool:
    """The database is away; a ValueError is a value that the driver cannot send."""
    return isinstance(error, OUTAGE) and not isinstance(error, ValueError)


def _reason(error: Exception) -> str:
    """For people: without the row, which the lines after the first may show."""
    code = error.code if isinstance(error, DomainError) else type(error).__name__
    first, *_ = str(error).splitlines() or [""]
    return f"{code}: {first}"[:REASON_CHARS_MAX]


def _tell(job: str, day: date, reasons: dict[str, str]) -> None:
    for item, reason in reasons.items():
        log.warning("job_fault", job=job, business_date=str(day), item=item, reason=reason)
