"""The other banks of one rail at work: for IMPS they read `rail.imps.in` and answer to
`rail.imps.answers`.

They write down what was decided, then answer, then acknowledge. Killed in between, they find the
message in the queue again and answer as before.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from pydantic import ValidationError
from yarl import URL

from contracts.rail.bodies import FromRail
from contracts.rail.said import Order
from contracts.topology import inbox_queue, routing_key
from demo.rails.batches import react_to
from demo.rails.incoming import waiting
from demo.rails.memory import Memory
from infra.bus import decoding
from infra.bus.authority import may_publish
from infra.bus.bodies import Unacceptable, inflated, parsed
from infra.bus.publisher import Publisher, PublishFailed, with_heartbeat
from infra.bus.wire import XML, body_of, fields_of
from infra.runtime.clock import utc_now
from infra.runtime.waiting import is_reachable

log = structlog.get_logger()

PREFETCH = 128  # also the most transfers judged with one write to the disk
CONNECT_SECONDS = 10.0
PAUSE_SECONDS = 1.0  # before a lost connection is tried again
LATER_SECONDS = 0.1  # how often it looks for what is still to be said


class Rail:
    """One connection's worth of work; whatever breaks it, the next begins from what is stored."""

    def __init__(self, memory: Memory, publisher: Publisher, data: Path) -> None:
        self._memory = memory
        self._data = data
        self._side = memory.side
        self._publisher = publisher
        self._kinds = {routing_key(kind): kind for kind in self._side.said.orders}
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()

    async def take(self, message: AbstractIncomingMessage) -> None:
        self._arrived.put_nowait(message)

    async def work(self) -> None:
        """Judge all that has arrived, write it down, answer, acknowledge, and look again."""
        while True:
            batch = [await self._arrived.get()]
            while not self._arrived.empty():
                batch.append(self._arrived.get_nowait())
            await self._say(self._judge(batch))
            for message in batch:
                await message.ack()

    async def speak_later(self) -> None:
        """Say what was put off, also by a process that is no more, and what is paid to us."""
        while True:
            due = self._memory.due(time.time())
            await self._say([answer for _, answer in due])
            self._memory.strike_off([number for number, _ in due])
            self._memory.flush()
            wishes = list(waiting(self._data, self._side))
            await self._say([wish for _, wish in wishes])
            for file, _ in wishes:
                file.unlink()
            await asyncio.sleep(LATER_SECONDS)

    def _judge(self, batch: Sequence[AbstractIncomingMessage]) -> list[FromRail]:
        answers: list[FromRail] = []
        for message in batch:
            command = self._command(message)
            if command is not None:
                recall = self._memory.recall
                for reaction in react_to(self._side, command, recall, time.time()):
                    self._memory.keep(reaction)
                    answers += reaction.answers
        self._memory.flush()
        return answers

    async def _say(self, answers: Sequence[FromRail]) -> None:
        async with asyncio.TaskGroup() as group:
            for answer in answers:
                group.create_task(self._publish(answer))

    async def _publish(self, answer: FromRail) -> None:
        key = routing_key(type(answer))
        body, content_type = body_of(answer, utc_now())
        await self._publisher.publish(
            self._side.said.system.answers,
            (key,),
            body,
            type=key,
            content_type=content_type,
            correlation_id=str(answer.subject_id),
        )

    def _command(self, message: AbstractIncomingMessage) -> Order | None:
        """What the bank asks; None for what nobody could answer or nobody may order, which is
        logged and let go."""
        if (fault := decoding.fault_of(message.headers)) is not None:
            log.warning("rail.unreadable", message_id=message.message_id, error=fault)
            return None
        try:
            kind = self._kinds[message.type or ""]
            body = inflated(message.body, message.content_encoding)
            is_document = message.content_type == XML
            fields = fields_of(kind, body) if is_document else parsed(body)
            command = kind.model_validate(fields)
        except (KeyError, ValidationError, Unacceptable) as error:
            log.warning("rail.unreadable", message_id=message.message_id, error=repr(error))
            return None
        # The broker vouches for the sender, not for the way: queues can be reached by their name.
        if not may_publish(kind, message.user_id or ""):
            log.warning("rail.order_refused", message_id=message.message_id, sender=message.user_id)
            return None
        return command


async def serve(amqp_url: str, memory: Memory, data: Path) -> None:
    """Work until cancelled, over one connection after the other."""
    while True:
        try:
            if await is_reachable(amqp_url):
                await _session(amqp_url, memory, data)
        except* (AMQPError, PublishFailed, OSError, RuntimeError) as errors:
            log.warning("rail.connection_lost", errors=[repr(e) for e in errors.exceptions])
        await asyncio.sleep(PAUSE_SECONDS)


async def _session(amqp_url: str, memory: Memory, data: Path) -> None:
    decoding.install()
    system = memory.side.said.system
    publisher = Publisher(amqp_url, system.user)
    # Not aio_pika.connect: when that fails, its connection is closed by whoever collects garbage.
    connection = aio_pika.Connection(URL(with_heartbeat(amqp_url)))
    try:
        await connection.connect(timeout=CONNECT_SECONDS)
        await publisher.start()
        channel = await connection.channel()
        await channel.set_qos(PREFETCH)
        lost = asyncio.Event()
        channel.close_callbacks.add(lambda *_: lost.set())
        rail = Rail(memory, publisher, data)
        inbox = await channel.get_queue(inbox_queue(system.orders), ensure=False)
        await inbox.consume(rail.take)
        log.info("rail.listening", queue=inbox.name)
        async with asyncio.TaskGroup() as group:
            group.create_task(rail.work())
            group.create_task(rail.speak_later())
            await lost.wait()
            raise ConnectionError("the broker closed the channel")
    finally:
        await publisher.stop()
        await connection.close()
