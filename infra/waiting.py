"""Waiting for a server that is still starting: no error, one line when it begins to take long."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import structlog
from yarl import URL

log = structlog.get_logger()
T = TypeVar("T")

PAUSE_SECONDS = 0.5
REACH_SECONDS = 1.0  # for a connection to be taken; loopback and a data centre need milliseconds
LONG_SECONDS = 30.0  # a start that waits for so long is worth a warning, and again after so long


async def patiently(what: str, url: str, connect: Callable[[], Awaitable[T]]) -> T:
    """What `connect` gives, once the server at `url` is there and takes us.

    Whatever it refuses meanwhile (a wrong password, say) is in the log every half minute.
    """
    begun_at = said_at = monotonic()
    log.info("waiting_for", what=what)
    error = "nobody listens there"
    while True:
        if await is_reachable(url):
            try:
                found = await connect()
            except OSError as failure:
                error = repr(failure)
            else:
                log.info("connected_to", what=what, seconds=round(monotonic() - begun_at, 1))
                return found
        if monotonic() - said_at > LONG_SECONDS:
            said_at = monotonic()
            log.warning("still_waiting_for", what=what, error=error)
        await asyncio.sleep(PAUSE_SECONDS)


async def is_reachable(url: str) -> bool:
    """True when something listens at the address of `url`, which names its port."""
    address = URL(url)
    try:
        async with asyncio.timeout(REACH_SECONDS):
            _, writer = await asyncio.open_connection(address.host, address.port or _port(address))
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _port(address: URL) -> int:
    return 5432 if address.scheme.startswith("postgres") else 5672
