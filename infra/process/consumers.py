"""The consumers of a process, made by the framework, and whether they really consume: its own ping
looks at the socket only."""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from aio_pika import IncomingMessage
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from infra.bus.liveness import is_consuming
from infra.bus.publisher import with_heartbeat
from infra.handling.lanes import Lane

log = structlog.get_logger()

GRACE_SECONDS = 10.0  # a stopping process finishes what it has begun


def consumers_at(amqp_url: str) -> RabbitBroker:
    """A connection that will only consume."""
    return RabbitBroker(
        with_heartbeat(amqp_url),
        logger=None,
        # A lane takes the message as it is; resolving arguments would cost as much as the rest.
        apply_types=False,
        reconnect_interval=1.0,
        fail_fast=False,
        graceful_timeout=GRACE_SECONDS,
        default_channel=Channel(on_return_raises=True),
    )


def subscribe(broker: RabbitBroker, lane: Lane) -> None:
    """Let the lane have what comes to its queue, once the connection starts."""

    async def undecoded(message: RabbitMessage) -> IncomingMessage:
        return message.raw_message

    subscriber = broker.subscriber(
        RabbitQueue(lane.queue, declare=False),
        channel=Channel(prefetch_count=lane.prefetch),
        ack_policy=AckPolicy.MANUAL,
        # The pipeline answers, after the commit; the framework would answer anybody.
        no_reply=True,
        decoder=undecoded,
    )
    subscriber(lane.consume)


def dead_consumers(broker: RabbitBroker) -> list[str]:
    """The queues whose consumer the broker no longer serves."""
    subscribers = cast(Sequence[Any], broker.subscribers)
    return [each.queue.name for each in subscribers if not _is_alive(each)]


def _is_alive(subscriber: Any) -> bool:
    """Reads private fields, since the framework offers no way to ask."""
    queue = subscriber._queue_obj
    if not subscriber.running or queue is None:
        return False
    return is_consuming(queue.channel, subscriber._consumer_tag)
