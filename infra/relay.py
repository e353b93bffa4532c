"""The outbox relay: publishes what a commit left behind, until the broker has confirmed it.

Right after a commit its parcels are published from memory, in the order of their ids. Whatever
fails then, or was left by a crash, is found again in the table. One process publishes its own
parcels in order; a parcel may go out twice, never not at all.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import structlog

from infra import mailbox
from infra.database import OUTAGE, Pool
from infra.mailbox import Parcel
from infra.publisher import Publisher, PublishFailed
from infra.service import Connection
from infra.telemetry import PUBLISHED, WAITING

log = structlog.get_logger()

FRESH_MAX = 2_000  # parcels kept in memory; beyond it the table is the queue
SENDING_MAX = 100  # parcels on their way to the broker at once
SCAN_SECONDS = 5.0
PAUSE_SECONDS = 0.5  # after a failure


class Relay:
    """One per process; `leave` hands it the parcels of a commit."""

    def __init__(self, pool: Pool, publisher: Publisher) -> None:
        self._pool = pool
        self._publisher = publisher
        self._fresh: deque[Parcel] = deque()
        self._wake = asyncio.Event()
        self._is_behind = True  # something may lie in the table that is not in memory
        self._scanned_to = 0  # id up to which the present look through the table has come
        self._stopping = False

    def leave(self, parcels: Sequence[Parcel]) -> None:
        if not parcels:
            return
        if len(self._fresh) + len(parcels) > FRESH_MAX:
            self._is_behind = True
        else:
            self._fresh.extend(parcels)
        WAITING.set(len(self._fresh))
        self._wake.set()

    async def run(self) -> None:
        """Until stopped; then once more what is in memory."""
        while not (self._stopping and not self._fresh):
            try:
                if self._fresh:
                    await self._send_fresh()
                elif self._is_behind:
                    self._is_behind = await self._send_left_behind()
                else:
                    await self._sleep()
            except (PublishFailed, *OUTAGE) as error:
                log.warning("relay_pauses", error=str(error))
                self._fresh.clear()
                self._is_behind = True
                if self._stopping:
                    return
                await asyncio.sleep(PAUSE_SECONDS)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _sleep(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(SCAN_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            self._is_behind = True

    async def _send_fresh(self) -> None:
        parcels = [self._fresh.popleft() for _ in range(min(SENDING_MAX, len(self._fresh)))]
        confirmed, failure = await self._send(parcels)
        async with self._pool.acquire() as db:
            await mailbox.sent(cast(Connection, db), confirmed)
        WAITING.set(len(self._fresh))
        if failure is not None:
            raise failure

    async def _send_left_behind(self) -> bool:
        """Publish the next parcels of the table; True when there may be more.

        What cannot be routed stays where it is and is passed, so that it holds up nothing else.
        """
        failure: BaseException | None = None
        async with self._pool.acquire() as proxy, proxy.transaction():
            db = cast(Connection, proxy)
            parcels = await mailbox.unsent(db, self._scanned_to, SENDING_MAX)
            if parcels:
                confirmed, failure = await self._send(parcels)
                await mailbox.sent(db, confirmed)
        has_more = len(parcels) == SENDING_MAX
        self._scanned_to = parcels[-1].id if has_more else 0
        if failure is not None:
            raise failure
        return has_more

    async def _send(self, parcels: Sequence[Parcel]) -> tuple[list[int], BaseException | None]:
        """The ids that the broker confirmed, and the first failure among the others."""
        results = await asyncio.gather(
            *(self._publish(parcel) for parcel in parcels), return_exceptions=True
        )
        failures = [result for result in results if result is not None]
        confirmed = [
            parcel.id for parcel, result in zip(parcels, results, strict=True) if result is None
        ]
        PUBLISHED.inc(len(confirmed))
        return confirmed, failures[0] if failures else None

    async def _publish(self, parcel: Parcel) -> None:
        properties = dict(parcel.properties)
        timestamp = datetime.fromisoformat(properties.pop("timestamp"))
        await self._publisher.publish(
            parcel.exchange, parcel.routing_keys, parcel.body, timestamp=timestamp, **properties
        )
