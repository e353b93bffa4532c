"""A Service as a running process: database, broker, lanes, relay, timers, watchdog, stop."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from aio_pika import IncomingMessage
from faststream import AckPolicy
from faststream.asgi import AsgiFastStream
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from contracts.topology import (
    COMMANDS,
    command_queue,
    event_queue,
    exchange_name,
    query_queue,
    reply_queue,
)
from infra import decoding
from infra.canary import Canary
from infra.consumers import dead_consumers, watch
from infra.database import open_pool
from infra.front_page import routes
from infra.lanes import Lane
from infra.memory import collect_garbage_rarely
from infra.pipeline import Pipeline
from infra.publisher import Publisher, with_heartbeat
from infra.questions import Questions
from infra.relay import Relay
from infra.sealing import derived_key
from infra.service import Service
from infra.settings import Settings
from infra.telemetry import configure_logging
from infra.timers import run_timers
from infra.waiting import patiently

log = structlog.get_logger()

# Unacknowledged AMQP messages per lane. A carrier holds up to 100 commands, so 64 of them keep the
# batcher busy while a commit runs; more would only be redelivered in vain after a crash.
PREFETCH = 64
GRACE_SECONDS = 10.0  # a stopping process finishes what it has begun
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
        self.broker = RabbitBroker(
            with_heartbeat(settings.amqp_url),
            logger=None,
            # A lane takes the message as it is; resolving arguments would cost as much as the rest.
            apply_types=False,
            reconnect_interval=1.0,
            fail_fast=False,
            graceful_timeout=GRACE_SECONDS,
            default_channel=Channel(on_return_raises=True),
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._relay: Relay | None = None
        self._relaying: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything but the consumers, which the framework starts once this has entered."""
        settings, service = self.settings, self.service
        key = derived_key(settings.secret, "inbox")
        self.pool = await patiently(
            "database", lambda: open_pool(settings.postgres_url, service.name, settings.pool_size)
        )
        await patiently("broker", self.publisher.start)
        self._relay = Relay(self.pool, self.publisher)
        pipeline = Pipeline(
            service, self.pool, key, ask=self.questions.for_delivery, leave=self._relay.leave
        )
        for lane in self._lanes(pipeline):
            self._subscribe(lane)
            self._keep(lane.run())
        self._relaying = asyncio.create_task(self._relay.run())
        self._relaying.add_done_callback(_end_process_on_failure)
        self._keep(self.canary.run())
        self._keep(run_timers(service, pipeline, self.pool))
        self._keep(watch(self._is_deaf, settings.amqp_url, settings.watchdog_seconds))
        try:
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

    def _lanes(self, pipeline: Pipeline) -> Sequence[Lane]:
        service = self.service
        lane = partial(
            Lane, service=service.name, pipeline=pipeline, publisher=self.publisher, batched=True
        )
        lanes = [lane(query_queue(service.name), batched=False)]
        if any(exchange_name(kind) == COMMANDS for kind in service.commands):
            lanes.append(lane(command_queue(service.name)))
        if service.events:
            lanes.append(lane(event_queue(service.name), gather_seconds=service.gather_seconds))
        if service.replies:
            lanes.append(lane(reply_queue(service.name)))
        return lanes

    def _subscribe(self, lane: Lane) -> None:
        async def undecoded(message: RabbitMessage) -> IncomingMessage:
            return message.raw_message

        subscribe = self.broker.subscriber(
            RabbitQueue(lane.queue, declare=False),
            channel=Channel(prefetch_count=PREFETCH),
            ack_policy=AckPolicy.MANUAL,
            # The pipeline answers, after the commit; the framework would answer anybody.
            no_reply=True,
            decoder=undecoded,
        )
        subscribe(lane.consume)

    async def _stop(self) -> None:
        """Consumers have stopped; send what is left, then close."""
        for task in self._tasks:
            task.cancel()
        if self._relay is not None and self._relaying is not None:
            self._relay.stop()
            await asyncio.wait([self._relaying], timeout=GRACE_SECONDS)
            self._relaying.cancel()
            self._tasks.append(self._relaying)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.questions.stop()
        await self.publisher.stop()
        await self.pool.close()

    async def health(self) -> dict[str, object]:
        """What is wrong, if anything; `status` is "ok" only when every consumer is alive."""
        faults = [f"not consuming {queue}" for queue in dead_consumers(self.broker)]
        if not self.broker.subscribers:
            faults.append("still starting")
        if not self.publisher.is_connected:
            faults.append("not connected to the broker")
        elif not self.canary.is_taking:
            faults.append("the broker takes no messages")
        if self._relay is not None and self._relay.oldest_seconds > OUTBOX_SECONDS_MAX:
            faults.append(f"messages wait in the outbox for {self._relay.oldest_seconds:.0f} s")
        try:
            async with asyncio.timeout(2):
                await self.pool.fetchval("select 1")
        except Exception as error:
            faults.append(f"database: {type(error).__name__}")
        status = "unavailable" if faults else "ok"
        return {"status": status, "service": self.service.name, "faults": faults}

    def _is_deaf(self) -> bool:
        return (
            bool(dead_consumers(self.broker))
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
    except Exception as error:
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
