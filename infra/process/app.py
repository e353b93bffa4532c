"""A Service as a running process: database, broker, lanes, relay, timers, watchdog, stop."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from faststream.asgi import AsgiFastStream

from contracts.topology import (
    BATCH,
    COMMANDS,
    EVENTS,
    batch_queue,
    command_queue,
    event_queue,
    exchange_name,
    query_queue,
    reply_queue,
)
from infra.bus import decoding
from infra.bus.canary import Canary
from infra.bus.liveness import watch
from infra.bus.publisher import Publisher
from infra.data.database import open_pool
from infra.data.sealing import derived_key
from infra.handling.lanes import Lane
from infra.handling.pipeline import Pipeline
from infra.handling.precedence import Precedence
from infra.handling.questions import Questions
from infra.handling.relay import Relay
from infra.handling.service import Inside, Service
from infra.jobs.answering import answers_about_jobs
from infra.jobs.running import Runner
from infra.process.consumers import GRACE_SECONDS, consumers_at, dead_consumers, subscribe
from infra.process.front_page import routes
from infra.process.outside import links
from infra.process.settings import Settings
from infra.process.timers import run_timers
from infra.runtime.memory import collect_garbage_rarely
from infra.runtime.saturation import measure_lag
from infra.runtime.telemetry import configure_logging
from infra.runtime.waiting import patiently

log = structlog.get_logger()

OUTBOX_SECONDS_MAX = 60.0  # what has not left by then is a fault that operators should see


class Process:
    """All running parts of one service, in the order in which they start."""

    def __init__(self, service: Service[Any], settings: Settings) -> None:
        decoding.install()
        self.service = service
        self.settings = settings
        self.publisher = Publisher(settings.amqp_url, service.name)
        self.canary = Canary(self.publisher)
        self.questions = Questions(settings.amqp_url, service.name)
        self.broker = consumers_at(settings.amqp_url)
        self._links = links(service.name, settings.amqp_url)
        self._tasks: list[asyncio.Task[None]] = []
        self._relay: Relay | None = None
        self._relaying: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything but the bank's own consumers, which the framework starts once this has entered
        and has stopped when it is left."""
        settings, service = self.settings, self.service
        key = derived_key(settings.secret, "inbox")
        self.pool = await patiently(
            "database", lambda: open_pool(settings.postgres_url, service.name, settings.pool_size)
        )
        await patiently("broker", self.publisher.start)
        for link in self._links:
            await link.connect()
        outside = {each.system.orders: each.publisher for each in self._links}
        self._relay = Relay(self.pool, self.publisher, outside)
        pipeline = Pipeline(
            service, self.pool, key, ask=self.questions.for_delivery, leave=self._relay.leave,
            common=answers_about_jobs(service),
        )  # fmt: skip
        lane = partial(Lane, service=service.name, pipeline=pipeline, batched=True)
        for own in self._lanes(partial(lane, publisher=self.publisher)):
            subscribe(self.broker, own)
            self._keep(own.run())
        self._relaying = asyncio.create_task(self._relay.run())
        self._relaying.add_done_callback(_end_process_on_failure)
        self._keep(self.canary.run())
        self._keep(measure_lag())
        self._keep(run_timers(service, pipeline, self.pool))
        if service.jobs:
            self._keep(Runner(service, self.pool).run())
        if service.edge is not None:
            ask, leave = self.questions.on_behalf, self._relay.leave
            inside = Inside(self.pool, settings.amqp_url, key, outside, leave, ask)
            self._keep(service.edge(inside).run())
        self._keep(watch(self._is_deaf, settings.amqp_url, settings.watchdog_seconds))
        try:
            for link in self._links:
                self._keep((await link.listen(lane)).run())
            yield
        finally:
            await self._stop()

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it for the life of the process, which ends if it fails: half a service is worse
        than none, and a supervisor starts it again."""
        task = asyncio.create_task(work)
        task.add_done_callback(_end_process_on_failure)
        self._tasks.append(task)
        return task

    def _lanes(self, lane: Callable[..., Lane]) -> Iterator[Lane]:
        service, precedence = self.service, Precedence()
        exchanges = {exchange_name(kind) for kind in (*service.orders, *service.events)}
        yield lane(query_queue(service.name), batched=False, goes_before=precedence)
        if COMMANDS in exchanges:
            yield lane(command_queue(service.name), goes_before=precedence)
        if BATCH in exchanges:
            yield lane(batch_queue(service.name), goes_after=precedence)
        if EVENTS in exchanges:
            yield lane(event_queue(service.name), gather_seconds=service.gather_seconds)
        if service.replies:
            yield lane(reply_queue(service.name), goes_before=precedence)

    async def _stop(self) -> None:
        """The bank's own consumers have stopped; send what is left, then close."""
        for link in self._links:
            await link.stop_listening()
        for task in self._tasks:
            task.cancel()
        if self._relay is not None and self._relaying is not None:
            self._relay.stop()
            await asyncio.wait([self._relaying], timeout=GRACE_SECONDS)
            self._relaying.cancel()
            self._tasks.append(self._relaying)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.questions.stop()
        for publisher in (self.publisher, *(link.publisher for link in self._links)):
            await publisher.stop()
        await self.pool.close()

    async def health(self) -> dict[str, object]:
        """What is wrong, if anything; `status` is "ok" only when every consumer is alive. `is_deaf`
        when what is wrong is the process itself: a new one would hear again."""
        faults = [f"not consuming {queue}" for queue in dead_consumers(self.broker)]
        if not self.broker.subscribers:
            faults.append("still starting")
        if not self.publisher.is_connected:
            faults.append("not connected to the broker")
        elif not self.canary.is_taking:
            faults.append("the broker takes no messages")
        faults += [fault for link in self._links for fault in link.faults()]
        if self._relay is not None and self._relay.oldest_seconds > OUTBOX_SECONDS_MAX:
            faults.append(f"messages wait in the outbox for {self._relay.oldest_seconds:.0f} s")
        try:
            async with asyncio.timeout(2):
                await self.pool.fetchval("select 1")
        except Exception as error:
            faults.append(f"database: {type(error).__name__}")
        status = "unavailable" if faults else "ok"
        is_deaf = not self.broker.subscribers or self._is_deaf()
        return {
            "status": status, "service": self.service.name, "faults": faults, "is_deaf": is_deaf
        }  # fmt: skip

    def _is_deaf(self) -> bool:
        return (
            bool(dead_consumers(self.broker))
            or any(link.faults() for link in self._links)
            or not self.publisher.is_connected
            or self.questions.is_lost
        )


def _end_process_on_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("process_ends", exc_info=error)
        os._exit(70)


@asynccontextmanager
async def _ending_the_process(process: Process) -> AsyncIterator[None]:
    """As `running`, but an error ends the process: the framework calls itself started before its
    consumers are, and would answer 503 for ever when these do not start."""
    try:
        async with process.running():
            yield
    except BaseException as error:  # a dying connection raises CancelledError in who waits for it
        log.critical("process_ends", exc_info=error)
        os._exit(70)


def build_app(service: Service[Any], settings: Settings | None = None) -> AsgiFastStream:
    """The ASGI application of one service process: `uvicorn services.<name>.app:app`."""
    settings = settings or Settings()
    configure_logging(service.name, settings.log_level)
    collect_garbage_rarely()
    process = Process(service, settings)
    return AsgiFastStream(
        process.broker,
        lifespan=partial(_ending_the_process, process),
        asgi_routes=routes(service, process.health),
    )
