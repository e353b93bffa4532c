"""Messages that were given up: looked at and sent back, as the broker user `operator`.

Looking takes messages from the dead queue and returns them. A replay puts a copy on its way to the
queue it came from, waits for the broker's confirm, and only then removes the dead one: a crash in
between leaves both, and the receiver's inbox knows the second by its message id.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, DeliveryMode
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from yarl import URL

from contracts.envelope import OPERATOR
from contracts.lanes import PartnerLane
from contracts.topology import REQUEUE, dead_queue
from infra.bus import decoding, management
from infra.bus.bodies import beginning
from infra.bus.wire import CUT_FROM

CONFIRM_SECONDS = 5.0
CONNECT_SECONDS = 10.0
EXCERPT_BYTES = 2_000
DIGEST_CHARS = 16
REPLAY = "replay"  # in place of the delay in a routing key of bank.requeue
# The copy starts afresh: not its failures, nor where else it was once sent.
_FORGOTTEN = frozenset({"attempt", "reason", "CC", "BCC"})


class DeadQueueFailed(Exception):
    """The broker is away, or there is no such dead queue; the text says which."""


@dataclass(frozen=True, slots=True)
class DeadQueue:
    """How many messages of a queue were given up, and why the oldest was."""

    queue: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """One message that was given up."""

    digest: str  # names it where its id cannot be decoded, or is not there
    message_id: str | None
    type: str | None
    sender: str
    reason: str
    properties: dict[str, Any]
    excerpt: str


def queues_of_lanes(monitor_url: str) -> dict[str, list[str]]:
    """By vhost: what partners have sent or are told and may have been given up, in the lanes that
    there are.

    Raises:
        DeadQueueFailed: the broker does not say.
    """
    try:
        found = management.queues(monitor_url)
    except management.ManagementFailed as error:
        raise DeadQueueFailed(f"the lanes of partners are not seen: {error}") from error
    lanes: dict[str, list[str]] = {}
    for vhost, name in sorted((str(each["vhost"]), str(each["name"])) for each in found):
        if PartnerLane.of(name):
            lanes.setdefault(vhost, []).append(name)
    return lanes


async def overview(url: str, queues: Iterable[str]) -> list[DeadQueue]:
    """The dead queues of these queues that hold anything."""
    found = []
    async with _channel(url) as channel:
        for queue in queues:
            async for oldest in _take(channel, queue, limit=1):
                found.append(DeadQueue(queue, 1 + _behind(oldest), reason_of(oldest)))
    return found


async def show(url: str, queue: str, limit: int) -> list[DeadMessage]:
    """The oldest messages; all go back when the channel closes."""
    async with _channel(url) as channel:
        return [_seen(message, queue) async for message in _take(channel, queue, limit)]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many messages were sent back, and how many stay because nobody waits for them."""

    sent: int
    late: int  # past their deadline: their senders were told that nothing was done
    broken: int = 0  # with properties that cannot be decoded, or cut: there is nothing to send


async def replay(url: str, queue: str, limit: int) -> Replayed:
    """Send the oldest back to the queue they came from, each of them once."""
    sent = late = broken = 0
    async with _channel(url) as channel:
        exchange = await channel.get_exchange(REQUEUE, ensure=False)
        async for message in _take(channel, queue, limit):
            if decoding.fault_of(message.headers) is not None or _is_cut(message, queue):
                broken += 1
                continue
            if _is_late(message):
                late += 1
                continue
            async with asyncio.timeout(CONFIRM_SECONDS):
                await exchange.publish(_copy(message, queue), f"{REPLAY}.{queue}", mandatory=True)
            await message.ack()
            sent += 1
    return Replayed(sent, late, broken)


async def drop(
    url: str, queue: str, limit: int, message_id: str | None = None, digest: str | None = None
) -> list[DeadMessage]:
    """Remove the oldest for good, or of the oldest only those with this id or this digest; what was
    removed."""
    dropped = []
    async with _channel(url) as channel:
        async for message in _take(channel, queue, limit):
            seen = _seen(message, queue)
            if message_id in (None, seen.message_id) and digest in (None, seen.digest):
                dropped.append(seen)
                await message.ack()
    return dropped


def reason_of(message: AbstractIncomingMessage) -> str:
    """Ours where the pipeline gave it up, the broker's where it did."""
    fault = decoding.fault_of(message.headers)
    given = fault or message.headers.get("reason")
    if given is not None:
        return str(given)
    deaths = message.headers.get("x-death")
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return f"set aside by the broker: {deaths[0].get('reason')!s}"
    return "unknown"


def sender_of(message: AbstractIncomingMessage, queue: str) -> str:
    """Who published it first. Whoever passed it on since may say so only if it was the service that
    reads `queue`, or an operator: any other could put words into somebody else's mouth."""
    named = message.headers.get("sender")
    is_believed = _is_passed_on(message, queue) and isinstance(named, str)
    return str(named) if is_believed else message.user_id or ""


def _is_passed_on(message: AbstractIncomingMessage, queue: str) -> bool:
    return message.user_id in (queue.partition(".")[0], OPERATOR)


def _is_cut(message: AbstractIncomingMessage, queue: str) -> bool:
    return _is_passed_on(message, queue) and CUT_FROM in message.headers


@asynccontextmanager
async def _channel(url: str) -> AsyncIterator[AbstractChannel]:
    decoding.install()
    # Not aio_pika.connect: when that fails, its connection is closed by whoever collects garbage.
    async with aio_pika.Connection(URL(url)) as connection:
        try:
            await connection.connect(timeout=CONNECT_SECONDS)
        except (OSError, AMQPError, TimeoutError) as error:
            raise DeadQueueFailed(f"the broker does not answer: {error}") from error
        try:
            yield await connection.channel(on_return_raises=True)
        except ChannelNotFoundEntity as error:
            raise DeadQueueFailed(f"there is no such dead queue: {error}") from error
        except (AMQPError, TimeoutError) as error:
            raise DeadQueueFailed(f"the broker refused: {error!r}") from error


async def _take(
    channel: AbstractChannel, queue: str, limit: int
) -> AsyncIterator[AbstractIncomingMessage]:
    waiting = await channel.get_queue(dead_queue(queue), ensure=False)
    first = await waiting.get(fail=False)
    if first is None:
        return
    yield first
    for _ in range(min(limit - 1, _behind(first))):  # what is given up meanwhile is for later
        message = await waiting.get(fail=False)
        if message is None:
            return
        yield message


def _behind(message: AbstractIncomingMessage) -> int:
    """How many messages waited behind this one when it was taken.

    A quorum queue takes one message after the other, and so after whatever was returned before. A
    passive declaration is answered beside that order, and misses what has just been returned.
    """
    return message.message_count or 0


def _is_late(message: AbstractIncomingMessage) -> bool:
    deadline = message.headers.get("deadline")
    try:
        return deadline is not None and datetime.fromisoformat(str(deadline)) < datetime.now(UTC)
    except (ValueError, TypeError):
        return False


def _copy(message: AbstractIncomingMessage, queue: str) -> aio_pika.Message:
    kept = {
        name: value
        for name, value in message.headers.items()
        if name not in _FORGOTTEN and not name.startswith("x-")
    }
    return aio_pika.Message(
        message.body,
        headers={**kept, "sender": sender_of(message, queue)},
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        reply_to=message.reply_to,
        type=message.type,
        timestamp=message.timestamp,
        app_id=message.app_id,
        user_id=OPERATOR,
        delivery_mode=DeliveryMode.PERSISTENT,
    )


def _seen(message: AbstractIncomingMessage, queue: str) -> DeadMessage:
    shown = {**message.info(), "headers": dict(message.headers)}
    return DeadMessage(
        digest=_digest(message),
        message_id=message.message_id,
        type=message.type,
        sender=sender_of(message, queue),
        reason=reason_of(message),
        properties={name: value for name, value in shown.items() if value not in (None, "", {})},
        excerpt=_excerpt(message).decode(errors="replace"),
    )


def _digest(message: AbstractIncomingMessage) -> str:
    """Equal at each look: what the broker counts, in headers of its own, is left out."""
    ours = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    told = (message.message_id, message.correlation_id, message.type, message.user_id, ours)
    return sha256(repr(told).encode(errors="replace") + message.body).hexdigest()[:DIGEST_CHARS]


def _excerpt(message: AbstractIncomingMessage) -> bytes:
    return beginning(message.body, message.content_encoding, EXCERPT_BYTES)
