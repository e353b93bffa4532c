"""The cases of the contract, sent into a lane one after the other, and what came of each."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage, DeliveryMode
from aio_pika.exceptions import AMQPError
from yarl import URL

from contracts.topology import REFUSED
from infra.bus import decoding
from infra.bus.publisher import CONFIRM_SECONDS, CONNECT_SECONDS
from infra.deployment.conformance.cases import CUT_OFF, NO_ANSWER, REPLAYED, Case, cases
from infra.deployment.conformance.sender import Sender
from infra.deployment.local import LocalError

ANSWER_SECONDS = 15.0
OPEN_SECONDS, PAUSE_SECONDS = 30.0, 0.5


class LaneFailed(LocalError):
    """The lane was not reached; the text says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """What had to come of one case, and what came of it."""

    case: str
    expected: str
    seen: str

    @property
    def is_good(self) -> bool:
        return self.seen == self.expected


async def checked(url: str, sender: Sender, *, closes: bool = False) -> AsyncIterator[Result]:
    """Each case as it is done; answers to other messages go back into the queue at the end. One
    that `closes` may be left suspended.

    Raises:
        LaneFailed: the broker lets nobody in, or there is no such queue.
    """
    async with _lane(url, sender.user) as lane:
        for case in cases(closes=closes):
            yield Result(case.name, case.expected_of(sender), await lane.seen(case, sender))


async def until_open(url: str, user: str) -> None:
    """Wait for a lane that is being made.

    Raises:
        LaneFailed: it has not opened within half a minute.
    """
    deadline = monotonic() + OPEN_SECONDS
    while True:
        try:
            async with _lane(url, user):
                return
        except LaneFailed:
            if monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE_SECONDS)


@asynccontextmanager
async def _lane(url: str, user: str) -> AsyncIterator["_Lane"]:
    decoding.install()
    connection = aio_pika.Connection(URL(url))
    try:
        await connection.connect(timeout=CONNECT_SECONDS)
        lane = _Lane(connection, user)
        await lane.listen()
    except (OSError, AMQPError, TimeoutError) as error:
        await connection.close()
        raise LaneFailed(f"the lane of {user} does not open: {error!r}") from error
    async with connection:
        yield lane


@dataclass
class _Lane:
    connection: AbstractConnection
    user: str
    _waiting: dict[str, asyncio.Future[AbstractIncomingMessage]] = field(default_factory=dict)
    _first: bytes = b""  # the answer that the same message has to get again

    async def listen(self) -> None:
        channel = await self.connection.channel()
        queue = await channel.get_queue(f"{self.user}.answers", ensure=False)
        await queue.consume(self._heard)

    async def _heard(self, message: AbstractIncomingMessage) -> None:
        waiting = self._waiting.pop(message.correlation_id or "", None)
        if waiting is not None:
            await message.ack()
            waiting.set_result(message)

    async def seen(self, case: Case, sender: Sender) -> str:
        """Its answer in one word, or that it was cut off, or that none came."""
        properties = case.make(sender)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[properties["message_id"]] = answer
        try:
            await self._publish(properties, self.user if case.exchange is None else case.exchange)
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await answer
        except AMQPError:
            return CUT_OFF
        except TimeoutError:
            return NO_ANSWER
        if case.is_first:
            self._first = found.body
        return self._named(found)

    async def _publish(self, properties: Mapping[str, Any], exchange: str) -> None:
        """Confirmed by the broker; on a channel of its own, which a breach of its rules ends."""
        channel = await self.connection.channel()
        target = (
            await channel.get_exchange(exchange, ensure=False)
            if exchange
            else channel.default_exchange
        )
        message = aio_pika.Message(**properties, delivery_mode=DeliveryMode.PERSISTENT)
        await target.publish(message, f"{self.user}.answers", timeout=CONFIRM_SECONDS)
        await channel.close()

    def _named(self, found: AbstractIncomingMessage) -> str:
        if found.type == REFUSED:
            return str(json.loads(found.body)["code"])
        if not found.headers.get(REPLAYED):
            return str(found.type)
        is_same = found.body == self._first
        return f"{found.type}, {REPLAYED}" if is_same else f"{found.type}, another answer"
