"""What the operator is told while something takes its time; no line is worth a failure."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from infra.deployment.local import Say

PROGRESS_SECONDS = 15.0


@asynccontextmanager
async def telling(say: Say, line: Callable[[], str]) -> AsyncIterator[None]:
    """Say what is still awaited, every so often, until the block ends."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            say(line())

    teller = asyncio.create_task(tell())
    try:
        yield
    finally:
        teller.cancel()
        await asyncio.wait([teller])


def unfailing(say: Say) -> Say:
    """The same, but a line that cannot be shown (a closed pipe, a log on a full disk) is let go."""

    def try_to_say(line: str) -> None:
        with suppress(OSError):
            say(line)

    return try_to_say
