"""The outbox relay: publishes what a commit left behind, until the broker has confirmed it.

Right after a commit its parcels are published from memory, in the order of their ids. Whatever
fails then, or was left by a crash, is found again in the table, which is looked through by the
clock, whatever else there is to do. A parcel may go out twice, never not at all.

Its row is deleted when nothing else is to be sent, together with others: whoever waits for the next
parcel does not wait for that. A row whose deletion a crash forgets is one parcel sent twice.

Parcels for a system outside the bank go by a publisher of their own. That the system takes nothing
(its queue is full, say) is its own misfortune: its parcels stay in the table, and the bank's pass.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import cast

import structlog

from contracts.lanes import is_in_a_lane
from infra.bus.publisher import Publisher, PublishFailed
from infra.data.database import OUTAGE, Connection, Pool
from infra.handling import mailbox
from infra.handling.mailbox import Parcel
from infra.runtime.telemetry import OLDEST, PUBLISHED

log = structlog.get_logger()

FRESH_MAX = 2_000  # parcels kept in memory; beyond it the table is the queue
SENDING_MAX = 100  # parcels on their way to the broker at once
CONFIRMED_MAX = 500  # rows of confirmed parcels that may wait to be deleted
SCAN_SECONDS = 2.0
PAUSE_SECONDS = 0.5  # after a failure


class Relay:
    """One per process; `leave` hands it the parcels of a commit. `outside` has the publishers of
    exchanges that lie in vhosts of outside systems."""

    def __init__(
        self, pool: Pool, publisher: Publisher, outside: Mapping[str, Publisher] | None = None
    ) -> None:
        self._pool = pool
        self._publisher = publisher
        self._outside = {} if outside is None else outside  # may change meanwhile
        self._fresh: deque[Parcel] = deque()
        self._confirmed: list[int] = []  # ids of parcels whose rows are still there
        self._wake = asyncio.Event()
        self._scan_at = 0.0  # by monotonic()
        self._scanned_to = 0  # id up to which the present look through the table has come
        self._stopping = False
        self.oldest_seconds = 0.0  # age of the oldest parcel that the last look found

    def leave(self, parcels: Sequence[Parcel]) -> None:
        if len(self._fresh) + len(parcels) <= FRESH_MAX:
            self._fresh.extend(parcels)
        self._wake.set()

    async def run(self) -> None:
        """Until stopped; then once more what is in memory."""
        while not (self._stopping and not self._fresh and not self._confirmed):
            try:
                if not self._stopping and monotonic() >= self._scan_at:
                    await self._send_left_behind()
                elif self._fresh and len(self._confirmed) < CONFIRMED_MAX:
                    await self._send_fresh()
                elif self._confirmed:
                    await self._delete_confirmed()
                else:
                    await self._sleep()
            except (PublishFailed, *OUTAGE) as error:
                log.warning("relay_pauses", error=str(error))
                self._fresh.clear()
                if self._stopping:
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _sleep(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(self._scan_at - monotonic()):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _send_fresh(self) -> None:
        parcels = [self._fresh.popleft() for _ in range(min(SENDING_MAX, len(self._fresh)))]
        confirmed, failure = await self._send(parcels)
        self._confirmed += confirmed
        if failure is not None:
            raise failure

    async def _delete_confirmed(self) -> None:
        async with self._pool.acquire() as db:
            await mailbox.sent(cast(Connection, db), self._confirmed)
        self._confirmed.clear()

    async def _send_left_behind(self) -> None:
        """Publish the next parcels of the table; when there are more, the next look is at once.

        What cannot be routed stays where it is and is passed, so that it holds up nothing else.
        """
        self._scan_at = monotonic() + SCAN_SECONDS
        failure: BaseException | None = None
        async with self._pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            in_memory = [*self._confirmed, *(parcel.id for parcel in self._fresh)]
            if self._scanned_to == 0:
                self.oldest_seconds = await mailbox.oldest_seconds(db)
                OLDEST.set(self.oldest_seconds)
            parcels = await mailbox.unsent(db, self._scanned_to, in_memory, SENDING_MAX)
            if parcels:
                confirmed, failure = await self._send(parcels)
                await mailbox.sent(db, confirmed)
        if len(parcels) == SENDING_MAX and failure is None:
            self._scanned_to, self._scan_at = parcels[-1].id, 0.0
        else:
            self._scanned_to = 0
        if failure is not None:
            raise failure

    async def _send(self, parcels: Sequence[Parcel]) -> tuple[list[int], BaseException | None]:
        """The ids that the broker confirmed, and the first failure that stops the others too."""
        results = await asyncio.gather(
            *(self._publish(parcel) for parcel in parcels), return_exceptions=True
        )
        confirmed, failures = [], []
        for parcel, result in zip(parcels, results, strict=True):
            if result is None:
                confirmed.append(parcel.id)
            elif isinstance(result, PublishFailed) and result.is_unroutable:
                log.error("parcel_unroutable", keys=parcel.routing_keys, id=parcel.id)
            elif isinstance(result, PublishFailed) and self._is_outside(parcel.exchange):
                log.warning("parcel_waits", to=parcel.exchange, id=parcel.id, reason=str(result))
            else:
                failures.append(result)
        PUBLISHED.inc(len(confirmed))
        return confirmed, failures[0] if failures else None

    async def _publish(self, parcel: Parcel) -> None:
        properties = dict(parcel.properties)
        timestamp = datetime.fromisoformat(properties.pop("timestamp"))
        publisher = self._outside.get(parcel.exchange)
        if publisher is None:
            if self._is_outside(parcel.exchange):
                raise PublishFailed("its lane is not open", is_lost=True)
            publisher = self._publisher
        await publisher.publish(
            parcel.exchange, parcel.routing_keys, parcel.body, timestamp=timestamp, **properties
        )

    def _is_outside(self, exchange: str) -> bool:
        return exchange in self._outside or is_in_a_lane(exchange)
