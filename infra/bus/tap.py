"""A tap on events for one process: what happens from now on, for as long as it is connected.

For what an edge must know at once but may miss, such as a payment's end that a caller waits for.
Services that must hear everything have a durable queue instead.
"""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import structlog
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel
from pydantic import ValidationError
from yarl import URL

from contracts.envelope import Event
from contracts.topology import CARRIER, EVENTS, routing_key
from infra.bus import decoding
from infra.bus.authority import may_publish
from infra.bus.bodies import Unacceptable, inflated, parsed
from infra.bus.carriers import items_of
from infra.bus.own_queue import OwnQueue
from infra.bus.publisher import Publisher

log = structlog.get_logger()


class EventTap:
    """Calls `callback` with each event of `kinds`, in the order in which it arrives."""

    def __init__(
        self,
        amqp_url: str,
        name: str,
        kinds: tuple[type[Event], ...],
        callback: Callable[[Event], None],
    ) -> None:
        self._publisher = Publisher(amqp_url, name)
        self._user = URL(amqp_url).user or ""
        self._queue = OwnQueue(self._publisher, self._listen)
        self._kinds = {routing_key(kind): kind for kind in kinds}
        self._callback = callback
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._publisher.start()
        try:
            await self._queue.open()
        except BaseException:
            await self._publisher.stop()
            raise
        self._keeping = asyncio.create_task(self._queue.keep())

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        await self._publisher.stop()

    @property
    def is_connected(self) -> bool:
        """True when events arrive."""
        return self._queue.is_open

    async def _listen(self, channel: AbstractRobustChannel) -> tuple[str, str]:
        # The library would restore the queue under its old name.
        queue = await channel.declare_queue(f"{self._user}.{uuid4()}", exclusive=True, robust=False)
        for key in self._kinds:
            await queue.bind(EVENTS, key)
        return queue.name, await queue.consume(self._on_message, no_ack=True)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        """It never raises: what cannot be read costs itself and nothing beside it."""
        try:
            events = _events(message)
        except Unacceptable as error:
            log.warning("event_not_understood", error=repr(error), sender=message.user_id)
            return
        for type_, body in events:
            self._tell(type_, message.user_id, body)

    def _tell(self, type_: object, sender: str | None, body: object) -> None:
        kind = self._kinds.get(type_) if isinstance(type_, str) else None
        if kind is None or not may_publish(kind, sender or ""):
            return
        try:
            self._callback(kind.model_validate(body))
        except ValidationError as error:
            log.warning("event_not_understood", type=type_, error=str(error))


def _events(message: AbstractIncomingMessage) -> list[tuple[object, object]]:
    """Type and body of each event in one message.

    Raises:
        Unacceptable: it is not what events look like.
    """
    if (fault := decoding.fault_of(message.headers)) is not None:
        raise Unacceptable(fault)
    body = parsed(inflated(message.body, message.content_encoding))
    if message.content_type != CARRIER:
        return [(message.type, body)]
    items = [item for item in items_of(body) if isinstance(item, dict)]
    return [(item.get("type"), item.get("body")) for item in items]
