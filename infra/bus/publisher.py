"""How every process publishes: persistent, mandatory, confirmed within a time limit.

The libraries' defaults lose messages silently: an unroutable publish returns normally, a confirm is
waited for without end, and a dying connection raises CancelledError in a task nobody cancelled.
Every one of these becomes PublishFailed here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import (
    AbstractExchange,
    AbstractRobustChannel,
    AbstractRobustConnection,
    DeliveryMode,
)
from pamqp.commands import Basic
from yarl import URL

from infra.bus import decoding
from infra.runtime.waiting import require_listener

CONFIRM_SECONDS = 5.0  # the broker confirms in milliseconds; after this the outcome is unknown
RECONNECT_SECONDS = 1
CONNECT_SECONDS = 10.0  # for the broker to greet us and let us in; it needs milliseconds
HEARTBEAT_SECONDS = 20  # long enough that a busy core does not look like a dead peer


class PublishFailed(Exception):
    """The message was not confirmed. `is_lost` is False when it may have arrived all the same;
    `is_unroutable` is True when the broker is well and has no queue for it."""

    def __init__(self, reason: str, *, is_lost: bool, is_unroutable: bool = False) -> None:
        super().__init__(reason)
        self.is_lost = is_lost
        self.is_unroutable = is_unroutable


def with_heartbeat(amqp_url: str) -> str:
    return str(URL(amqp_url).update_query(heartbeat=HEARTBEAT_SECONDS))


async def connected(amqp_url: str, name: str) -> AbstractRobustConnection:
    """A connection that comes back by itself. One that cannot be made at first is closed here: the
    library leaves it to the garbage collector."""
    decoding.install()
    await require_listener(amqp_url)
    connection = aio_pika.RobustConnection(
        URL(with_heartbeat(amqp_url)),
        client_properties={"connection_name": name},
        reconnect_interval=RECONNECT_SECONDS,
    )
    try:
        await connection.connect(timeout=CONNECT_SECONDS)
    except BaseException:
        await connection.close()
        raise
    return connection


class Publisher:
    """A connection that only publishes, as the user of its URL."""

    def __init__(self, amqp_url: str, name: str) -> None:
        self._url = amqp_url
        self._user = URL(amqp_url).user or ""
        self._name = name
        self._connection: AbstractRobustConnection | None = None
        self._channel: AbstractRobustChannel | None = None
        self._exchanges: dict[str, AbstractExchange] = {}

    async def start(self) -> None:
        """Connected whole, or not at all: what failed is closed and may be tried again."""
        self._connection = await connected(self._url, self._name)
        try:
            # aiormq maps a returned message to its publish only while confirms are on.
            channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        except BaseException:
            await self._connection.close()
            raise
        assert isinstance(channel, AbstractRobustChannel)
        self._channel = channel

    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    @property
    def channel(self) -> AbstractRobustChannel:
        """For hearing answers, which end with the connection that asked."""
        assert self._channel is not None, "the publisher was not started"
        return self._channel

    @property
    def is_connected(self) -> bool:
        return (
            self._connection is not None
            and self._connection.connected.is_set()
            and self._channel is not None
            and not self._channel.is_closed
        )

    async def publish(
        self,
        exchange: str,
        routing_keys: Sequence[str],
        body: bytes,
        *,
        type: str,
        content_type: str,
        content_encoding: str | None = None,
        message_id: str | None = None,
        correlation_id: str | None = None,
        reply_to: str | None = None,
        headers: Mapping[str, Any] | None = None,
        timestamp: datetime | None = None,
        expires_seconds: float | None = None,
        persistent: bool = True,
        mandatory: bool = True,
    ) -> None:
        """Return when the broker has taken responsibility; more than one routing key goes by CC.

        Raises:
            PublishFailed: not routed, not confirmed in time, or the connection was away.
        """
        extra: dict[str, Any] = {"CC": list(routing_keys[1:])} if len(routing_keys) > 1 else {}
        message = aio_pika.Message(
            body,
            type=type,
            content_type=content_type,
            content_encoding=content_encoding,
            message_id=message_id or str(uuid4()),
            correlation_id=correlation_id,
            reply_to=reply_to,
            headers={**(headers or {}), **extra},
            timestamp=timestamp or datetime.now(UTC),
            expiration=expires_seconds,
            delivery_mode=DeliveryMode.PERSISTENT if persistent else DeliveryMode.NOT_PERSISTENT,
            user_id=self._user,
            app_id=self._name,
        )
        target = await self._exchange(exchange)
        await self._confirmed(target, message, routing_keys[0], mandatory=mandatory)

    async def _exchange(self, name: str) -> AbstractExchange:
        if not self.is_connected:
            raise PublishFailed("the broker is away", is_lost=True)
        if name not in self._exchanges:
            self._exchanges[name] = await self.channel.get_exchange(name, ensure=False)
        return self._exchanges[name]

    async def _confirmed(
        self,
        exchange: AbstractExchange,
        message: aio_pika.Message,
        routing_key: str,
        *,
        mandatory: bool,
    ) -> None:
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                confirmation = await exchange.publish(message, routing_key, mandatory=mandatory)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise PublishFailed("the connection died", is_lost=False) from error
        except TimeoutError as error:
            raise PublishFailed("not confirmed in time", is_lost=False) from error
        except aio_pika.exceptions.PublishError as error:
            raise _unroutable(routing_key) from error
        except aio_pika.exceptions.DeliveryError as error:
            raise PublishFailed("the broker refused it", is_lost=True) from error
        except (aio_pika.exceptions.AMQPError, ConnectionError, RuntimeError) as error:
            raise PublishFailed(f"connection lost: {error!r}", is_lost=False) from error
        if mandatory and not isinstance(confirmation, Basic.Ack):
            raise _unroutable(routing_key)


def _unroutable(routing_key: str) -> PublishFailed:
    return PublishFailed(f"{routing_key} is not routable", is_lost=True, is_unroutable=True)
