"""Group commit: the messages of several deliveries are handled as one, in order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from infra.handling.admission import Admitted
from infra.handling.outcomes import Result
from infra.handling.precedence import Precedence

BATCH_MAX = 256  # messages in one commit: beyond it the gain is small and the wait is not
HEARD_MAX = 1_000  # the same for a lane that gathers, whose commits nobody waits for


@dataclass(slots=True)
class _Waiting:
    """The messages of one delivery, which are handled together and in order."""

    items: Sequence[Admitted]
    results: "asyncio.Future[list[Result]]"


class Batcher:
    """Group commit: takes all that is waiting, handles it as one, and looks again.

    A batch ends with the delivery that fills it. A lane that nobody waits for may gather for a
    while first: the same work in fewer commits. Bulk work does the opposite: one delivery a commit,
    which may be long by itself, and each only when what goes first has had its turn.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Admitted]], Awaitable[list[Result]]],
        gather_seconds: float,
        yield_to: Precedence | None = None,
    ) -> None:
        self._process = process
        self._gather_seconds = gather_seconds
        self._yield_to = yield_to
        self._batch_max = HEARD_MAX if gather_seconds else BATCH_MAX if yield_to is None else 1
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()

    def submit(self, items: Sequence[Admitted]) -> "asyncio.Future[list[Result]]":
        future: asyncio.Future[list[Result]] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Waiting(items, future))
        return future

    async def run(self) -> None:
        while True:
            taken = [await self._waiting.get()]
            if self._gather_seconds:
                await asyncio.sleep(self._gather_seconds)
            if self._yield_to is not None:
                await self._yield_to.after_others()
            batch = [*taken[0].items]
            while len(batch) < self._batch_max and not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
                batch += taken[-1].items
            results = iter(await self._process(batch))
            for entry in taken:
                of_entry = list(islice(results, len(entry.items)))
                if not entry.results.done():
                    entry.results.set_result(of_entry)
