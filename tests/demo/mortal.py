"""The payment service in processes that die without a word: `python -m tests.demo.mortal`.

Each line that it reads, such as `committed 2`, begins a process that dies when it has come to this
moment of its second unit of work; `never 0` begins one that lives. It writes a line when one has
died. A fork begins faster than a program: all is imported once.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from typing import Any

from infra.handling import mailbox
from infra.handling.relay import Relay
from infra.process.app import Process
from infra.process.settings import Settings
from services.payment.handlers import service

MOMENTS = ("written", "committed", "published")  # each: and not what follows


def arm(moment: str, units: int) -> None:
    """Die at this moment of so many units of work that send something."""
    units_left = count(units, -1)
    outbox: Any = mailbox
    relaying: Any = Relay

    def come_to(parcels: object) -> None:
        if parcels and next(units_left) <= 1:
            os.kill(os.getpid(), signal.SIGKILL)

    match moment:
        case "written":
            outbox.append = _after(outbox.append, come_to)
        case "committed":
            leave = relaying.leave

            def left(relay: Relay, parcels: Any) -> None:
                come_to(parcels)
                leave(relay, parcels)

            relaying.leave = left
        case "published":
            send = relaying._send

            async def sent(relay: Relay, parcels: Any) -> Any:
                result = await send(relay, parcels)
                come_to(parcels)
                return result

            relaying._send = sent


def _after(work: Callable[..., Any], look: Callable[[object], None]) -> Callable[..., Any]:
    async def done(*arguments: Any) -> Any:
        result = await work(*arguments)
        look(result)
        return result

    return done


async def main() -> None:
    """Run until killed."""
    process = Process(service, Settings())
    async with process.running():
        await process.broker.start()
        await asyncio.Event().wait()


def live() -> None:
    """One process after the other, as the lines say; none outlives the last line."""
    for line in sys.stdin:
        moment, units = line.split()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads its log
            arm(moment, int(units))
            asyncio.run(main())
        _say(f"began {child}")
        os.waitpid(child, 0)
        _say(f"died {child}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    live()
