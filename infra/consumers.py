"""Whether a process really consumes: the framework's ping looks at the socket only."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from faststream.rabbit import RabbitBroker
from yarl import URL


def dead_consumers(broker: RabbitBroker) -> list[str]:
    """The queues whose consumer the broker no longer serves."""
    subscribers = cast(Sequence[Any], broker.subscribers)
    return [each.queue.name for each in subscribers if not _is_alive(each)]


def _is_alive(subscriber: Any) -> bool:
    """Reads private fields, since the library offers no way to ask: the tag must be registered
    with the channel that is open now."""
    queue = subscriber._queue_obj
    channel = queue.channel if queue is not None else None
    if not subscriber.running or channel is None or channel.is_closed:
        return False
    underlay = channel._channel
    return underlay is not None and subscriber._consumer_tag in underlay.channel.consumers


async def is_reachable(amqp_url: str) -> bool:
    """True when something listens at the broker's address."""
    url = URL(amqp_url)
    try:
        async with asyncio.timeout(1):
            _, writer = await asyncio.open_connection(url.host, url.port or 5672)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
