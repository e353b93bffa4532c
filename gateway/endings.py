"""What has ended, as heard from events, for calls that wait for the end: payments, and movements of
loans' money.

The event may come before the reply that gives the id, so ends of the last moments are kept. A
payment that came with its end spares the question how it looks now.
"""

import asyncio
from uuid import UUID

from contracts.payment.payments import Payment

REMEMBERED_MAX = 2_000  # ends that nobody has asked for yet; the oldest is forgotten


class Endings:
    """Who waits for what, and what has ended lately."""

    def __init__(self) -> None:
        self._ended: dict[UUID, Payment | None] = {}
        self._waiting: dict[UUID, list[asyncio.Future[None]]] = {}

    def note(self, ended_id: UUID, payment: Payment | None = None) -> None:
        """It has ended; None: how it looks has to be asked, since an end may change."""
        while len(self._ended) >= REMEMBERED_MAX:
            del self._ended[next(iter(self._ended))]
        self._ended[ended_id] = payment
        for waiter in self._waiting.get(ended_id, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, ended_id: UUID, seconds: float) -> Payment | None:
        """Return when it has ended, or after `seconds`: how the payment looks, if that is known."""
        if ended_id in self._ended:
            return self._ended[ended_id]
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(ended_id, [])
        waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return None
        else:
            return self._ended.get(ended_id)
        finally:
            waiters.remove(waiter)
            if not waiters:
                del self._waiting[ended_id]
