"""A lane: one queue of a service, read in order and handled in batches, answered after the commit.

Each delivery of the broker is its own task; it hands its messages to the lane's batcher, waits for
their outcomes, answers, and only then acknowledges. What cannot be read or trusted is set aside in
the dead queue with its reason; what fails is tried again later, and in the end set aside too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from contracts.topology import CARRIED, CARRIER, DEAD, RETRY, RETRY_SECONDS
from infra.mailbox import reply_id
from infra.outcomes import Answer, Failed, NotDone, Result, refusal
from infra.pipeline import Admitted, Pipeline
from infra.publisher import Publisher, PublishFailed
from infra.telemetry import SET_ASIDE, trace_id
from infra.wire import JSON, Delivery, Envelope, Unacceptable, carrier, unpack

log = structlog.get_logger()

BATCH_MAX = 256  # messages in one commit: beyond it the gain is small and the wait is not
ALONE_MAX = 6  # handlers that wait for something slow, at once; each holds a database connection
_REPUBLISH_PAUSE_SECONDS = 1.0
_HEADER_TEXT_MAX = 500


@dataclass(slots=True)
class _Waiting:
    item: Admitted
    result: "asyncio.Future[Result]"


class Batcher:
    """Group commit: takes all that is waiting, handles it as one, and looks again.

    A lane that nobody waits for may gather for a while first: the same work in fewer commits.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Admitted]], Awaitable[list[Result]]],
        gather_seconds: float,
    ) -> None:
        self._process = process
        self._gather_seconds = gather_seconds
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()

    def submit(self, item: Admitted) -> "asyncio.Future[Result]":
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Waiting(item, future))
        return future

    async def run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            if self._gather_seconds:
                await asyncio.sleep(self._gather_seconds)
            while len(batch) < BATCH_MAX and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            results = await self._process([entry.item for entry in batch])
            for entry, result in zip(batch, results, strict=True):
                if not entry.result.done():
                    entry.result.set_result(result)


class Lane:
    """One queue of one service. `batched` lanes keep order; others handle messages side by side."""

    def __init__(
        self,
        queue: str,
        service: str,
        pipeline: Pipeline,
        publisher: Publisher,
        *,
        batched: bool,
        gather_seconds: float = 0.0,
    ) -> None:
        self.queue = queue
        self._service = service
        self._pipeline = pipeline
        self._publisher = publisher
        self._batched = batched
        self._alone = asyncio.Semaphore(ALONE_MAX)
        self._batcher = Batcher(self._process, gather_seconds)

    async def run(self) -> None:
        await self._batcher.run()

    async def consume(self, message: AbstractIncomingMessage) -> None:
        """Handle one AMQP message to its end: outcomes committed, answered, acknowledged."""
        try:
            await self._consume(message)
            await message.ack()
        except PublishFailed as failure:
            log.warning("answer_not_sent", queue=self.queue, reason=str(failure))
            await asyncio.sleep(_REPUBLISH_PAUSE_SECONDS)
            await _nack(message)
        except (AMQPError, RuntimeError) as error:
            # The channel is gone; the message comes again and finds its stored outcome.
            log.info("acknowledgement_lost", queue=self.queue, error=repr(error))

    async def _consume(self, message: AbstractIncomingMessage) -> None:
        envelope = Envelope(
            queue=self.queue,
            body=message.body,
            type=message.type,
            message_id=message.message_id,
            correlation_id=message.correlation_id,
            user_id=message.user_id,
            reply_to=message.reply_to,
            content_type=message.content_type,
            content_encoding=message.content_encoding,
            headers=message.headers,
        )
        try:
            deliveries = unpack(envelope, self._service)
        except Unacceptable as reason:
            await self._set_aside(envelope, str(reason))
            return
        results = await asyncio.gather(*(self._handle(delivery) for delivery in deliveries))
        await self._reply(deliveries, results)
        for delivery, result in zip(deliveries, results, strict=True):
            if isinstance(result, Failed) and self._batched:
                await self._try_later(delivery, result)

    async def _handle(self, delivery: Delivery) -> Result:
        try:
            admitted = self._pipeline.admit(delivery)
        except Unacceptable as reason:
            return Failed(str(reason), is_final=True)
        if not isinstance(admitted, Admitted):
            return admitted
        # Shielded: a lost connection cancels this task, but never a transaction half-way.
        if self._batched and not admitted.handler.alone:
            return await asyncio.shield(self._batcher.submit(admitted))
        async with self._alone:
            [result] = await asyncio.shield(self._process([admitted]))
        return self._in_memory_only(result)

    def _in_memory_only(self, result: Result) -> Result:
        """On a lane that is not remembered nothing is kept for later: it may hold a password."""
        if self._batched or not isinstance(result, Failed):
            return result
        return refusal(NotDone())

    async def _process(self, batch: Sequence[Admitted]) -> list[Result]:
        return await self._pipeline.process(batch, lane=self.queue, remembered=self._batched)

    async def _reply(self, deliveries: Sequence[Delivery], results: Sequence[Result]) -> None:
        answered = [
            (delivery, result)
            for delivery, result in zip(deliveries, results, strict=True)
            if delivery.reply_to is not None and isinstance(result, Answer)
        ]
        if not answered:
            return
        route = answered[0][0].reply_to
        assert route is not None
        # A caller over HTTP who is gone must not make his answer a failure.
        is_queue = not route.startswith("amq.")
        if len(answered) == 1:
            await self._reply_single(route, *answered[0], is_queue=is_queue)
            return
        items = [
            {
                "correlation_id": delivery.correlation_id,
                "type": result.type,
                "replayed": result.replayed,
                "body": orjson.Fragment(result.body),
            }
            for delivery, result in answered
        ]
        await self._publisher.publish(
            "", (route,), carrier(items), type=CARRIED, content_type=CARRIER,
            persistent=is_queue, mandatory=is_queue,
        )  # fmt: skip

    async def _reply_single(
        self, route: str, delivery: Delivery, answer: Answer, *, is_queue: bool
    ) -> None:
        headers: dict[str, Any] = {"causation-id": str(delivery.message_id)}
        if delivery.traceparent:
            headers["traceparent"] = delivery.traceparent
        if answer.replayed:
            headers["replayed"] = True
        await self._publisher.publish(
            "", (route,), answer.body, type=answer.type, content_type=JSON, headers=headers,
            message_id=str(reply_id(delivery.message_id)), correlation_id=delivery.correlation_id,
            persistent=is_queue, mandatory=is_queue,
        )  # fmt: skip

    async def _try_later(self, delivery: Delivery, failed: Failed) -> None:
        """A copy to the retry queue of its turn, or to the dead queue after the last."""
        headers: dict[str, Any] = {
            "sender": delivery.sender,
            "subject": delivery.subject.model_dump_json(),
            "attempt": delivery.attempt + 1,
            "reason": failed.reason[:_HEADER_TEXT_MAX],
            "causation-id": delivery.causation_id,
            "traceparent": delivery.traceparent,
            "aggregate": delivery.aggregate,
            "sequence": delivery.sequence,
            "deadline": delivery.deadline.isoformat() if delivery.deadline else None,
        }
        is_dead = failed.is_final or delivery.attempt >= len(RETRY_SECONDS)
        if is_dead:
            exchange, key = DEAD, self.queue
            SET_ASIDE.labels(self.queue).inc()
        else:
            exchange, key = RETRY, f"{RETRY_SECONDS[delivery.attempt]}s.{self.queue}"
        log.warning(
            "message_set_aside" if is_dead else "message_retried_later", queue=self.queue,
            type=delivery.type, message_id=str(delivery.message_id), reason=failed.reason,
            trace_id=trace_id(delivery.traceparent),
        )  # fmt: skip
        await self._publisher.publish(
            exchange, (key,), orjson.dumps(delivery.payload), type=delivery.type,
            content_type=JSON, message_id=str(delivery.message_id),
            correlation_id=delivery.correlation_id, reply_to=delivery.reply_to,
            headers={name: value for name, value in headers.items() if value is not None},
        )  # fmt: skip

    async def _set_aside(self, envelope: Envelope, reason: str) -> None:
        SET_ASIDE.labels(self.queue).inc()
        log.warning("message_set_aside", queue=self.queue, reason=reason, sender=envelope.user_id)
        if not self._batched:
            return
        await self._publisher.publish(
            DEAD, (self.queue,), envelope.body, type=envelope.type or "",
            content_type=envelope.content_type or "application/octet-stream",
            content_encoding=envelope.content_encoding,
            message_id=envelope.message_id, correlation_id=envelope.correlation_id,
            headers={"sender": envelope.user_id or "", "reason": reason[:_HEADER_TEXT_MAX]},
        )  # fmt: skip


async def _nack(message: AbstractIncomingMessage) -> None:
    try:
        await message.nack(requeue=True)
    except (AMQPError, RuntimeError) as error:
        log.info("acknowledgement_lost", error=repr(error))
