"""One partner's lane, read in order: a batch is judged and committed as one, then acknowledged.

Killed at any point, it finds what was not acknowledged in its queue again, and knows by the ids
what was let in. A partner whose messages are refused is read the slower the more of them are.
"""

import asyncio
import collections
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from time import monotonic
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import aio_pika
import structlog
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from prometheus_client import Counter
from yarl import URL

from contracts.envelope import DomainError, Message, Refused
from contracts.lanes import PartnerLane
from contracts.topology import INGRESS
from infra.bus.liveness import is_consuming
from infra.bus.publisher import CONNECT_SECONDS, Publisher, PublishFailed, with_heartbeat
from infra.data.database import OUTAGE, Connection
from infra.handling import audit, mailbox
from infra.handling.retrying import pause_seconds
from infra.handling.service import Inside
from infra.runtime.clock import utc_now
from infra.runtime.telemetry import REGISTRY
from services.ingress.clients.answering import answered, letter_of
from services.ingress.clients.closing import watched
from services.ingress.clients.taking import Asking, Taken, judge, leaving, subject_of
from services.ingress.domain.arrivals import Arrival
from services.ingress.domain.refusals import NotTaken
from services.ingress.domain.telling import told
from services.ingress.store import IngressStore

log = structlog.get_logger()

PREFETCH = 32  # messages of at most 1 MiB in memory, and the most in one commit
LISTEN_SECONDS = 2.0  # without a message, after which the queue itself is looked after
PAUSE_SECONDS = 1.0  # before a lane that is not there, or was lost, is tried again
REFUSED_SECONDS = 0.02  # that the lane rests for each message that was refused: 50 in a second

MESSAGES = Counter(
    "bank_partner_messages", "Messages of partners, by what became of them",
    ["partner", "became"], registry=REGISTRY,
)  # fmt: skip
CLOSED = Counter(
    "bank_partner_intakes_closed", "Lanes that closed by themselves, for bad signatures",
    ["partner"], registry=REGISTRY,
)  # fmt: skip


class Reader:
    """Reads one lane until cancelled, over one connection after the other."""

    def __init__(self, partner: str, inside: Inside) -> None:
        self._partner = partner
        self._place = PartnerLane(partner)
        self._inside = inside
        parts = urlsplit(inside.amqp_url)
        self._url = urlunsplit(parts._replace(path=self._place.vhost(parts.path)))

    async def run(self) -> None:
        while True:
            try:
                await self._session()
            except (AMQPError, PublishFailed, OSError, RuntimeError) as error:
                log.info("lane_not_open", partner=self._partner, reason=repr(error)[:200])
            except Exception as error:
                log.error("lane_failed", partner=self._partner, exc_info=error)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _session(self) -> None:
        """Over two connections, each of which is closed whatever becomes of the other."""
        async with AsyncExitStack() as closing:
            connection = aio_pika.Connection(URL(with_heartbeat(self._url)))
            closing.push_async_callback(connection.close)
            await connection.connect(timeout=CONNECT_SECONDS)
            publisher = Publisher(self._url, INGRESS)
            closing.push_async_callback(publisher.stop)
            await publisher.start()
            channel = await connection.channel()
            await channel.set_qos(PREFETCH)
            arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
            channel.close_callbacks.add(lambda *_: arrived.put_nowait(None))
            queue = await channel.get_queue(self._place.arrivals, ensure=False)
            tag = await queue.consume(arrived.put)
            for exchange in (self._place.answers, self._place.events):
                self._inside.outside[exchange] = publisher
                closing.callback(self._inside.outside.pop, exchange, None)
            log.info("lane_open", partner=self._partner)
            await self._read(arrived, lambda: is_consuming(channel, tag))

    async def _read(
        self,
        arrived: asyncio.Queue[AbstractIncomingMessage | None],
        is_heard: Callable[[], bool],
    ) -> None:
        """Until the channel is lost, or the queue, of which nobody tells."""
        while is_heard():
            refused = await self._replay()
            if messages := await _waiting(arrived):
                refused += await self._handle(messages)
            await asyncio.sleep(REFUSED_SECONDS * refused)
        raise ConnectionError("the queue is not read any more")

    async def _handle(self, messages: Sequence[AbstractIncomingMessage]) -> int:
        """Take them in and acknowledge them; how many were refused."""
        refused = await self._judge([_arrival(each) for each in messages])
        for message in messages:
            await message.ack()
        return refused

    async def _replay(self) -> int:
        """Judge again what the bank wants judged again; how many were refused."""
        try:
            async with self._inside.pool.acquire() as db:
                store = IngressStore(cast(Connection, db))
                waiting = await store.to_replay(self._partner, PREFETCH)
        except OUTAGE:
            return 0
        return await self._judge(waiting) if waiting else 0

    async def _judge(self, arrivals: Sequence[Arrival]) -> int:
        taken = await self._taken(arrivals)
        for each in taken:
            MESSAGES.labels(self._partner, each.became).inc()
            if each.closes:
                CLOSED.labels(self._partner).inc()
                log.error("intake_closed", partner=self._partner, code=each.code)
        await asyncio.gather(*(self._ask(each.asking) for each in taken if each.asking))
        return sum(each.code is not None for each in taken)

    async def _taken(self, arrivals: Sequence[Arrival]) -> list[Taken]:
        tries: collections.Counter[str] = collections.Counter()
        while True:
            begun_at = monotonic()
            try:
                return await self._committed(arrivals)
            except Exception as error:
                pause = pause_seconds(error, tries, monotonic() - begun_at)
                if pause is None:
                    return await self._singly(arrivals, error)
            await asyncio.sleep(pause)

    async def _singly(self, arrivals: Sequence[Arrival], error: Exception) -> list[Taken]:
        """One message that cannot be handled takes no other with it."""
        if len(arrivals) > 1:
            return [taken for each in arrivals for taken in await self._taken([each])]
        log.error("message_failed", partner=self._partner, exc_info=error)
        return await self._committed(arrivals, given_up=NotTaken())

    async def _committed(
        self, arrivals: Sequence[Arrival], given_up: DomainError | None = None
    ) -> list[Taken]:
        """All of them in one transaction."""
        async with self._inside.pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            store, now = IngressStore(db), utc_now()
            partner = await store.lock_partner(self._partner)
            taken: list[Taken] = []
            for each in arrivals:
                judged = await judge(each, partner, store, self._inside.key, now, given_up)
                judged, partner = await watched(judged, each, partner, store, now)
                taken.append(judged)
            await audit.append(db, [entry for each in taken for entry in each.entries], now)
            parts = [part for each in taken for part in each.leaving]
            parcels = await mailbox.append(db, INGRESS, parts, now)
        self._inside.leave(parcels)
        return taken

    async def _ask(self, asking: Asking) -> None:
        """Ask the owner, and tell what he says; when nobody answers, the partner may ask again."""
        try:
            ask = self._inside.ask(asking.trace, subject_of(self._partner))
            answer: Message = await ask(asking.query)
        except DomainError as refusal:
            answer = refusal.refusal()
        except OSError:
            answer = NotTaken("No answer within the bank: send it again.").refusal()
        async with self._inside.pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            admission, now = asking.admission, utc_now()
            if isinstance(answer, Refused) and answer.code == NotTaken().code:
                letters = [letter_of(admission, told(answer))]
            else:
                letters = await answered(IngressStore(db), admission.internal_id, answer, now)
            parcels = await mailbox.append(db, INGRESS, [leaving(letters, asking.trace)], now)
        self._inside.leave(parcels)


async def _waiting(
    arrived: asyncio.Queue[AbstractIncomingMessage | None],
) -> list[AbstractIncomingMessage]:
    """What has come; nothing, when nothing comes for a while or the channel was closed."""
    try:
        async with asyncio.timeout(LISTEN_SECONDS):
            batch = [await arrived.get()]
    except TimeoutError:
        return []
    while len(batch) < PREFETCH and not arrived.empty():
        batch.append(arrived.get_nowait())
    return [each for each in batch if each is not None]


def _arrival(message: AbstractIncomingMessage) -> Arrival:
    return Arrival(
        body=message.body,
        user_id=message.user_id,
        message_id=message.message_id,
        type=message.type,
        timestamp=message.timestamp,
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        headers=message.headers,
    )
