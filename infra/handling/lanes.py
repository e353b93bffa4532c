"""A lane: one queue of a service, read in order and handled in batches, answered after the commit.

Each delivery of the broker is its own task; it hands its messages to the lane's batcher, waits for
their outcomes, answers, and only then acknowledges. What cannot be read or trusted is set aside in
the dead queue with its reason; what fails is tried again later, and in the end set aside too.
"""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import orjson
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from contracts.topology import DEAD, DELIVERY_LIMIT, RETRY, RETRY_SECONDS
from infra.bus.bodies import Unacceptable
from infra.bus.carriers import unpack
from infra.bus.publisher import Publisher, PublishFailed
from infra.bus.wire import (
    CUT_FROM,
    JSON,
    OUTSIDER_BYTES_MAX,
    Delivery,
    Envelope,
    first_sender,
    is_of_ours,
    kept_headers,
)
from infra.handling.admission import Admitted
from infra.handling.answering import answer
from infra.handling.answers_in_turn import as_they_come
from infra.handling.batching import Batcher
from infra.handling.journal import Journal
from infra.handling.outcomes import Failed, NotDone, Result, refusal
from infra.handling.pipeline import Pipeline
from infra.handling.precedence import Precedence
from infra.handling.service import ALONE, Room
from infra.handling.turns import TooManyAtOnce, Turns
from infra.runtime.telemetry import SET_ASIDE

log = structlog.get_logger()

# Unacknowledged AMQP messages per lane. A carrier holds up to 100 commands, so 64 of them keep the
# batcher busy while a commit runs; more would only be redelivered in vain after a crash.
PREFETCH = 64
BULK_PREFETCH = 1  # so that the order holds for what comes again, after a crash, too
_REPUBLISH_PAUSE_SECONDS = 1.0
_HEADER_TEXT_MAX = 500

_Judged = tuple[Delivery, Admitted | Result]


class Lane:
    """One queue of one service. `batched` lanes keep order; others handle messages side by side.

    Of two that share a `Precedence`, the one that `goes_after` begins a piece of work when the one
    that `goes_before` has nothing to do.
    """

    def __init__(
        self,
        queue: str,
        service: str,
        pipeline: Pipeline,
        publisher: Publisher,
        *,
        batched: bool,
        gather_seconds: float = 0.0,
        goes_before: Precedence | None = None,
        goes_after: Precedence | None = None,
    ) -> None:
        self.queue = queue
        self._service = service
        self._pipeline = pipeline
        self._publisher = publisher
        self._batched = batched
        self._journal = Journal()
        self._turns: dict[Room, Turns] = {}
        self._batcher = Batcher(self._process, gather_seconds, goes_after)
        self._first = nullcontext if goes_before is None else goes_before.first
        self.prefetch = PREFETCH if goes_after is None else BULK_PREFETCH

    async def run(self) -> None:
        await self._batcher.run()

    async def consume(self, message: AbstractIncomingMessage) -> None:
        """Handle one AMQP message to its end: outcomes committed, answered, acknowledged."""
        envelope = envelope_of(self.queue, message)
        is_last = envelope.headers.get("x-delivery-count") == DELIVERY_LIMIT
        if is_last:
            # Should it fail again, or end this process, the broker sets it aside in silence.
            log.warning(
                "message_comes_for_the_last_time", queue=self.queue, type=envelope.type,
                message_id=envelope.message_id, sender=envelope.user_id,
            )  # fmt: skip
        try:
            try:
                await self._consume(envelope, is_last=is_last)
            except (PublishFailed, AMQPError, ChannelInvalidStateError):
                raise
            except Exception as error:
                # A fault of ours; the message must not come again and again, nor block the lane.
                log.error("message_not_understood", queue=self.queue, exc_info=error)
                await self._set_aside(envelope, f"{type(error).__name__}: {error}")
            await message.ack()
        except PublishFailed as failure:
            log.warning("answer_not_sent", queue=self.queue, reason=str(failure))
            await asyncio.sleep(_REPUBLISH_PAUSE_SECONDS)
            await _nack(message)
        except (AMQPError, RuntimeError) as error:
            # The channel is gone; the message comes again and finds its stored outcome.
            log.info("acknowledgement_lost", queue=self.queue, error=repr(error))

    async def _consume(self, envelope: Envelope, *, is_last: bool) -> None:
        try:
            deliveries, unread = unpack(envelope, self._service, self._pipeline.kinds)
        except Unacceptable as reason:
            await self._set_aside(envelope, str(reason))
            return
        if is_last and len(deliveries) > 1:
            # One of them may have ended this process so often; it takes no other with it.
            for delivery in deliveries:
                await self._try_later(delivery, Failed("came too often, in a carrier with others"))
            deliveries = []
        admitted = [(delivery, self._admit(delivery)) for delivery in deliveries]
        rooms = {_room(judged) for _, judged in admitted}
        hurries = any(not isinstance(judged, Admitted) or judged.hurries for _, judged in admitted)
        with self._first() if hurries else nullcontext():
            finished = await asyncio.gather(
                *(
                    self._finish([each for each in admitted if _room(each[1]) is room])
                    for room in rooms
                ),
                return_exceptions=True,
            )
        for error in filter(None, finished):
            raise error
        for item in unread:
            await self._set_aside(item.envelope, item.reason)

    async def _finish(self, admitted: Sequence[_Judged]) -> None:
        """Handle and answer what came together for one room; no other room's work is waited for."""
        shares = [admitted] if self._batched else [[each] for each in admitted]
        async for done in as_they_come([self._results(share) for share in shares]):
            deliveries = [delivery for place in done for delivery, _ in shares[place]]
            results = [result for share in done.values() for result in share]
            await answer(self._publisher, deliveries, results)
            for delivery, result in zip(deliveries, results, strict=True):
                if isinstance(result, Failed):
                    await self._try_later(delivery, result)

    async def _results(self, admitted: Sequence[_Judged]) -> list[Result]:
        handling = self._handle([judged for _, judged in admitted])
        return await self._journal.noted(admitted, handling)

    async def _handle(self, judged: Sequence[Admitted | Result]) -> list[Result]:
        """One result for each, in order; those that are batched share one place in line."""
        done: dict[int, Result] = {}
        batched: dict[int, Admitted] = {}
        alone: dict[int, Admitted] = {}
        for place, admitted in enumerate(judged):
            if not isinstance(admitted, Admitted):
                done[place] = admitted
            elif self._batched and not admitted.handler.alone:
                batched[place] = admitted
            else:
                alone[place] = admitted
        in_batch, each = await asyncio.gather(
            self._process_together(list(batched.values())),
            asyncio.gather(*(self._process_alone(item) for item in alone.values())),
        )
        done |= zip(batched, in_batch, strict=True)
        done |= zip(alone, each, strict=True)
        return [done[place] for place in range(len(judged))]

    def _admit(self, delivery: Delivery) -> Admitted | Result:
        try:
            return self._pipeline.admit(delivery)
        except Unacceptable as reason:
            return Failed(str(reason), is_final=True)
        except Exception as error:
            # A fault of ours, which the others of a carrier have no part in.
            log.error("message_not_understood", queue=self.queue, exc_info=error)
            return Failed(f"{type(error).__name__}: {error}", is_final=True)

    # Shielded: a lost connection cancels the task of a delivery, but never a transaction half-way.

    async def _process_together(self, items: Sequence[Admitted]) -> list[Result]:
        return await asyncio.shield(self._batcher.submit(items)) if items else []

    async def _process_alone(self, item: Admitted) -> Result:
        room = item.handler.room
        turns = self._turns.setdefault(room, Turns(room, self.queue))
        try:
            await turns.take()
        except TooManyAtOnce as full:
            return refusal(full)
        result = await asyncio.shield(self._in_turn(turns, item))
        if isinstance(result, Failed) and not self._batched:
            # Nothing of this lane is kept for later: it may hold a password.
            return refusal(NotDone())
        return result

    async def _in_turn(self, turns: Turns, item: Admitted) -> Result:
        try:
            [result] = await self._process([item])
        finally:
            turns.leave()
        return result

    async def _process(self, batch: Sequence[Admitted]) -> list[Result]:
        return await self._pipeline.process(batch, lane=self.queue, remembered=self._batched)

    async def _try_later(self, delivery: Delivery, failed: Failed) -> None:
        """A copy to the retry queue of its turn, or to the dead queue after the last; what came in
        memory only is dropped."""
        if not self._batched:
            self._drop(failed.reason, delivery.sender)
            return
        headers: dict[str, Any] = {
            "sender": delivery.sender,
            "subject": delivery.subject.model_dump_json(),
            "attempt": delivery.attempt + 1,
            "reason": failed.reason[:_HEADER_TEXT_MAX],
            "causation-id": delivery.causation_id,
            **delivery.trace.headers(),
            "aggregate": delivery.aggregate,
            "sequence": delivery.sequence,
            "deadline": delivery.deadline.isoformat() if delivery.deadline else None,
            "source": delivery.source,
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
            trace_id=delivery.trace.id,
        )  # fmt: skip
        await self._publisher.publish(
            exchange, (key,), orjson.dumps(delivery.payload), type=delivery.type,
            content_type=JSON, message_id=str(delivery.message_id),
            correlation_id=delivery.correlation_id, reply_to=delivery.reply_to,
            headers={name: value for name, value in headers.items() if value is not None},
        )  # fmt: skip

    async def _set_aside(self, envelope: Envelope, reason: str) -> None:
        sender = first_sender(envelope, self._service)
        if not self._batched:
            self._drop(reason, sender)
            return
        SET_ASIDE.labels(self.queue).inc()
        log.warning(
            "message_set_aside", queue=self.queue, type=envelope.type, reason=reason,
            message_id=envelope.message_id, sender=sender,
        )  # fmt: skip
        kept, headers = envelope.body, dict[str, Any]()
        if is_of_ours(envelope.user_id, self._service):
            headers = kept_headers(envelope)
        elif len(kept) > OUTSIDER_BYTES_MAX:
            kept, headers[CUT_FROM] = kept[:OUTSIDER_BYTES_MAX], f"{len(kept)} bytes"
        await self._publisher.publish(
            DEAD, (self.queue,), kept, type=envelope.type or "",
            content_type=envelope.content_type or "application/octet-stream",
            content_encoding=envelope.content_encoding,
            message_id=envelope.message_id, correlation_id=envelope.correlation_id,
            reply_to=envelope.reply_to,
            headers={**headers, "sender": sender, "reason": reason[:_HEADER_TEXT_MAX]},
        )  # fmt: skip

    def _drop(self, reason: str, sender: str) -> None:
        log.warning("message_dropped", queue=self.queue, reason=reason, sender=sender)


def _room(judged: Admitted | Result) -> Room:
    return judged.handler.room if isinstance(judged, Admitted) else ALONE


def envelope_of(queue: str, message: AbstractIncomingMessage) -> Envelope:
    return Envelope(
        queue=queue, body=message.body, type=message.type, message_id=message.message_id,
        correlation_id=message.correlation_id, user_id=message.user_id, reply_to=message.reply_to,
        content_type=message.content_type, content_encoding=message.content_encoding,
        headers=message.headers,
    )  # fmt: skip


async def _nack(message: AbstractIncomingMessage) -> None:
    try:
        await message.nack(requeue=True)
    except (AMQPError, RuntimeError) as error:
        log.info("acknowledgement_lost", error=repr(error))
