"""Whether the broker takes messages now: one that leads nowhere is published every second.

A broker that is short of disk or memory keeps all connections open, answers heartbeats, and reads
nothing more from whoever publishes. Only a confirm that does not come tells it from a healthy one.
"""

import asyncio

import structlog

from contracts.topology import CANARY
from infra.bus.publisher import Publisher, PublishFailed

log = structlog.get_logger()

PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 2.0  # a busy broker confirms in milliseconds, after a flush to a slow disk too


class Canary:
    """Watches what `publisher` publishes to; `is_taking` is True until a confirm is overdue."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.is_taking = True

    async def run(self) -> None:
        while True:
            sending = asyncio.create_task(self._send())
            await asyncio.wait({sending}, timeout=PATIENCE_SECONDS)
            is_overdue = not sending.done()
            if is_overdue:
                self._note(is_taking=False)
            is_confirmed = await sending
            # One that failed at once tells of a lost connection, and nothing of a full disk.
            self._note(is_taking=is_confirmed or not is_overdue)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _send(self) -> bool:
        try:
            await self._publisher.publish(
                CANARY, (CANARY,), b"", type=CANARY, content_type="text/plain", persistent=False,
                mandatory=False,
            )  # fmt: skip
        except PublishFailed:
            return False
        return True

    def _note(self, *, is_taking: bool) -> None:
        if is_taking != self.is_taking:
            event = "broker_takes_messages_again" if is_taking else "broker_takes_no_messages"
            log.warning(event, is_connected=self._publisher.is_connected)
        self.is_taking = is_taking
