"""Payments that have ended, as heard from their events, for calls that wait for the end.

The event may come before the reply that names the payment, so ends of the last moments are kept.
"""

import asyncio
from uuid import UUID

REMEMBERED_MAX = 10_000  # ends that nobody has asked for yet; the oldest is forgotten


class Endings:
    """Who waits for which payment, and what has ended lately."""

    def __init__(self) -> None:
        self._ended: dict[UUID, None] = {}
        self._waiting: dict[UUID, list[asyncio.Future[None]]] = {}

    def note(self, payment_id: UUID) -> None:
        while len(self._ended) >= REMEMBERED_MAX:
            del self._ended[next(iter(self._ended))]
        self._ended[payment_id] = None
        for waiter in self._waiting.get(payment_id, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, payment_id: UUID, seconds: float) -> bool:
        """True when the payment has ended, False after `seconds`."""
        if payment_id in self._ended:
            return True
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters = self._waiting.setdefault(payment_id, [])
        waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except TimeoutError:
            return False
        else:
            return True
        finally:
            waiters.remove(waiter)
            if not waiters:
                del self._waiting[payment_id]
