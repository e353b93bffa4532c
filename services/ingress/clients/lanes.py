"""The lanes of all partners: opened when auth tells of one, closed when it is closed."""

import asyncio
from typing import cast

import structlog

from infra.bus import decoding
from infra.data.database import OUTAGE, Connection
from infra.handling.service import Inside
from services.ingress.clients.reading import Reader
from services.ingress.store import IngressStore

log = structlog.get_logger()

LOOK_SECONDS = 0.5


class Lanes:
    """One reader for each partner; what one does takes nothing from the others."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._readers: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled; then all lanes are closed."""
        decoding.install()
        try:
            while True:
                try:
                    await self._follow(set(await self._wanted()))
                except OUTAGE as error:
                    log.warning("lanes_wait", reason=repr(error))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._follow(set())

    async def _wanted(self) -> list[str]:
        async with self._inside.pool.acquire() as db:
            return list(await IngressStore(cast(Connection, db)).partners_with_lanes())

    async def _follow(self, wanted: set[str]) -> None:
        closing = [self._readers.pop(name) for name in self._readers.keys() - wanted]
        for task in closing:
            task.cancel()
        await asyncio.gather(*closing, return_exceptions=True)
        for name in wanted - self._readers.keys():
            self._readers[name] = asyncio.create_task(Reader(name, self._inside).run())
