"""The consumers of a process, made by the framework, and whether they really consume: its own ping
looks at the socket only."""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any, cast

import structlog
from aio_pika import IncomingMessage
from aio_pika.abc import AbstractChannel
from faststream import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from infra.lanes import Lane
from infra.publisher import with_heartbeat
from infra.waiting import is_reachable

log = structlog.get_logger()

# Unacknowledged AMQP messages per lane. A carrier holds up to 100 commands, so 64 of them keep the
# batcher busy while a commit runs; more would only be redelivered in vain after a crash.
PREFETCH = 64
GRACE_SECONDS = 10.0  # a stopping process finishes what it has begun
WATCH_SECONDS = 1.0


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
        channel=Channel(prefetch_count=PREFETCH),
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


def is_consuming(channel: AbstractChannel, consumer_tag: str) -> bool:
    """True when the tag is registered with the channel that is open now.

    After a reconnect a channel looks open before its consumers are back; only the private
    underlay knows.
    """
    underlay = cast(Any, channel)._channel
    is_open = underlay is not None and not channel.is_closed
    return is_open and consumer_tag in underlay.channel.consumers


async def watch(is_lost: Callable[[], bool], amqp_url: str, patience_seconds: float) -> None:
    """End the process when it has long been deaf although the broker is there: it is restarted."""
    lost_seconds = 0.0
    while lost_seconds < patience_seconds:
        await asyncio.sleep(WATCH_SECONDS)
        if is_lost() and await is_reachable(amqp_url):
            lost_seconds += WATCH_SECONDS
        else:
            lost_seconds = 0.0
    log.critical("process_ends", reason="connections to the broker were lost and did not return")
    os._exit(70)
