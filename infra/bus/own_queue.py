"""One consumer on an exclusive queue of a connection, and another one on each later connection.

Each connection has a queue of a new name. The name of the old one may be locked for as long as the
broker has not noticed that its connection died, and what was on its way to it is given up anyway.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aio_pika.abc import AbstractRobustChannel

from infra.bus.liveness import is_consuming
from infra.bus.publisher import Publisher

log = structlog.get_logger()

# Declares and consumes: the name of the queue and the tag of the consumer, once messages arrive.
Listen = Callable[[AbstractRobustChannel], Awaitable[tuple[str, str]]]

LOOK_SECONDS = 0.1  # how soon a new connection is listened on
OPEN_SECONDS = 10.0


class OwnQueue:
    """The queue of the connection that `publisher` has now."""

    def __init__(self, publisher: Publisher, listen: Listen) -> None:
        self._publisher = publisher
        self._listen = listen
        self._consumer_tag = ""
        self.address = ""

    @property
    def is_open(self) -> bool:
        """True when messages to `address` arrive."""
        return self._publisher.is_connected and is_consuming(
            self._publisher.channel, self._consumer_tag
        )

    async def open(self) -> None:
        self.address, self._consumer_tag = await self._listen(self._publisher.channel)

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
            log.warning("own_queue_not_opened", error=repr(error))
