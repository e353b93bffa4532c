"""Where one process hears answers: an exclusive queue, bounded, of one connection, gone with it.

Each connection has a queue of a new name. The name of the old one may be locked for as long as the
broker has not noticed that its connection died, and what was asked by it is given up anyway.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustChannel

from contracts.topology import REPLIES, caller_arguments, caller_queue
from infra.consumers import is_consuming
from infra.publisher import Publisher

log = structlog.get_logger()

Heard = Callable[[AbstractIncomingMessage], Awaitable[Any]]

LOOK_SECONDS = 0.1  # how soon a new connection hears answers
OPEN_SECONDS = 10.0


async def listen(channel: AbstractChannel, user: str, heard: Heard) -> tuple[str, str]:
    """The address for `reply_to` and the tag of the consumer, once answers arrive."""
    # The library would restore the queue under its old name.
    fleeting = {"robust": False} if isinstance(channel, AbstractRobustChannel) else {}
    queue = await channel.declare_queue(
        caller_queue(user), exclusive=True, arguments=caller_arguments(), **fleeting
    )
    await queue.bind(REPLIES, queue.name)
    return queue.name, await queue.consume(heard, no_ack=True)


class ReplyQueue:
    """The reply queue of the connection that `publisher` has now."""

    def __init__(self, publisher: Publisher, user: str, heard: Heard) -> None:
        self._publisher = publisher
        self._user = user
        self._heard = heard
        self._consumer_tag = ""
        self.address = ""

    @property
    def is_open(self) -> bool:
        """True when answers to `address` arrive."""
        return self._publisher.is_connected and is_consuming(
            self._publisher.channel, self._consumer_tag
        )

    async def open(self) -> None:
        self.address, self._consumer_tag = await listen(
            self._publisher.channel, self._user, self._heard
        )

    async def keep(self) -> None:
        """Open another one whenever the connection or the consumer was lost."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._publisher.is_connected and not self.is_open:
                await self._reopen()

    async def _reopen(self) -> None:
        # A task of its own: a dying connection raises CancelledError in whoever waits for it.
        opening = asyncio.create_task(self.open())
        try:
            await asyncio.wait({opening}, timeout=OPEN_SECONDS)
        finally:
            opening.cancel()
        if opening.done() and not opening.cancelled() and (error := opening.exception()):
            log.warning("reply_queue_not_opened", error=repr(error))
