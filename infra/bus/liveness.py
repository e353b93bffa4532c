"""Whether a connection still consumes, and the end of a process that has long been deaf."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, cast

import structlog
from aio_pika.abc import AbstractChannel

from infra.runtime.waiting import is_reachable

log = structlog.get_logger()

WATCH_SECONDS = 1.0


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
