"""Timers of a service: each runs in a transaction, in one process at a time, and never fails it."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from contracts.envelope import Subject
from infra.data.database import Connection, Pool
from infra.handling import mailbox, seals
from infra.handling.approvals import EXPIRE_SECONDS, expire_approvals, parks
from infra.handling.context import Context
from infra.handling.packing import Leaving
from infra.handling.pipeline import Pipeline
from infra.handling.service import Service, Timer
from infra.handling.telling import Outgoing
from infra.runtime.clock import new_id, utc_now
from infra.runtime.tracing import new_trace

log = structlog.get_logger()

INBOX_DAYS = 14  # how long outcomes are kept for whoever asks again; references are kept on
FORGOTTEN_MAX = 5_000  # outcomes dropped in one tick: 500 a second, more than can be earned
_FORGET_SECONDS = 10.0
_SEAL_SECONDS = 5.0


async def run_timers(service: Service[Any], pipeline: Pipeline, pool: Pool) -> None:
    """All timers of the service until cancelled, and those that come with its tables."""
    timers = [
        *service.timers,
        (_FORGET_SECONDS, _forget_outcomes),
        (_SEAL_SECONDS, _seal_audit_trail),
    ]
    if parks(service):
        timers.append((EXPIRE_SECONDS, expire_approvals))
    async with asyncio.TaskGroup() as group:
        for seconds, timer in timers:
            group.create_task(_run(service, pipeline, seconds, timer))


async def _run(
    service: Service[Any], pipeline: Pipeline, seconds: float, timer: Timer[Any]
) -> None:
    while True:
        try:
            await pipeline.tick(lambda db: _tick(service, timer, db))
        except Exception as error:
            log.warning("timer_failed", timer=timer.__name__, error=repr(error))
        # Processes of one service start together; they should not go on ticking together.
        await asyncio.sleep(seconds * random.uniform(0.9, 1.1))


async def _tick(service: Service[Any], timer: Timer[Any], db: Connection) -> Sequence[Leaving]:
    if not await db.fetchval(
        "select pg_try_advisory_xact_lock(hashtext($1))", f"{service.name}.{timer.__name__}"
    ):
        return []
    now = utc_now()
    context = _context(service.name, new_id(), now, await service.today(db, now))
    outgoing = await timer(service.store(db), context)
    tick_id = str(context.message_id)
    return [Leaving(outgoing, tick_id, tick_id, new_trace())] if outgoing else []


def _context(service: str, tick_id: UUID, now: datetime, today: date) -> Context:
    return Context(
        message_id=tick_id,
        correlation_id=str(tick_id),
        causation_id=None,
        sender=service,
        subject=Subject(id=service),
        now=now,
        business_date=today,
    )


async def _seal_audit_trail(store: Any, context: Context) -> Outgoing:
    return await seals.seal(store.db, context.sender)


async def _forget_outcomes(store: Any, context: Context) -> None:
    await mailbox.forget(store.db, context.now - timedelta(days=INBOX_DAYS), FORGOTTEN_MAX)
