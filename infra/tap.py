"""A tap on events for one process: what happens from now on, for as long as it is connected.

For what an edge must know at once but may miss, such as a payment's end that a caller waits for.
Services that must hear everything have a durable queue instead.
"""

from collections.abc import Callable
from uuid import uuid4

import orjson
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection
from pydantic import ValidationError
from yarl import URL

from contracts.envelope import Event
from contracts.topology import CARRIER, EVENTS, routing_key
from infra import decoding
from infra.authority import may_publish
from infra.bodies import inflated
from infra.consumers import is_consuming
from infra.publisher import connected

log = structlog.get_logger()

PREFETCH = 100  # events are only looked at, so this bounds memory and nothing else


class EventTap:
    """Calls `callback` with each event of `kinds`, in the order in which it arrives."""

    def __init__(
        self,
        amqp_url: str,
        name: str,
        kinds: tuple[type[Event], ...],
        callback: Callable[[Event], None],
    ) -> None:
        self._url = amqp_url
        self._user = URL(amqp_url).user or ""
        self._name = name
        self._kinds = {routing_key(kind): kind for kind in kinds}
        self._callback = callback
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractChannel | None = None
        self._consumer_tag = ""

    async def start(self) -> None:
        self._connection = await connected(self._url, self._name)
        channel = self._channel = await self._connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        queue = await channel.declare_queue(f"{self._user}.{uuid4()}", exclusive=True)
        for key in self._kinds:
            await queue.bind(EVENTS, key)
        self._consumer_tag = await queue.consume(self._on_message, no_ack=True)

    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    @property
    def is_connected(self) -> bool:
        """True when events arrive."""
        return self._channel is not None and is_consuming(self._channel, self._consumer_tag)

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        if (fault := decoding.fault_of(message.headers)) is not None:
            log.warning("event_not_understood", reason=fault, sender=message.user_id)
            return
        body = orjson.loads(inflated(message.body, message.content_encoding))
        if message.content_type == CARRIER:
            for item in body["items"]:
                self._tell(item["type"], message.user_id, item["body"])
        else:
            self._tell(message.type, message.user_id, body)

    def _tell(self, type_: str | None, sender: str | None, body: object) -> None:
        kind = self._kinds.get(type_ or "")
        if kind is None or not may_publish(kind, sender or ""):
            return
        try:
            self._callback(kind.model_validate(body))
        except ValidationError as error:
            log.warning("event_not_understood", type=type_, error=str(error))
