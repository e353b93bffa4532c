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


async def patiently(what: str, connect: Callable[[], Awaitable[T]]) -> T:
    """What `connect` gives, once the server is there and takes us.

    Whatever it refuses meanwhile (a wrong password, say) is in the log every half minute.
    """
    begun_at = said_at = monotonic()
    log.info("waiting_for", what=what)
    while True:
        try:
            found = await connect()
        except OSError as error:
            if monotonic() - said_at > LONG_SECONDS:
                said_at = monotonic()
                log.warning("still_waiting_for", what=what, error=repr(error))
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            log.info("connected_to", what=what, seconds=round(monotonic() - begun_at, 1))
            return found


async def require_listener(url: str) -> None:
    """Look before a library connects, which would log an error for a server that still starts.

    Raises:
        ConnectionRefusedError: nobody listens at the address of `url`.
    """
    if not await is_reachable(url):
        raise ConnectionRefusedError("nobody listens there")


async def is_reachable(url: str) -> bool:
    """True when something listens at `url`; to try several hosts is left to the library."""
    if "," in url:
        return True
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
