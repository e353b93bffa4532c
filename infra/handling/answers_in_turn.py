"""Results of what is at work side by side, as they come: nobody waits for the slowest of all."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

TOGETHER_SECONDS = 0.02  # most questions are answered sooner, and so leave in one message


async def as_they_come(
    works: Sequence[Coroutine[Any, Any, T]],
) -> AsyncGenerator[dict[int, T], None]:
    """Every moment what was done meanwhile, by its place among the works."""
    if len(works) == 1:
        yield {0: await works[0]}
        return
    places = {asyncio.create_task(work): place for place, work in enumerate(works)}
    waiting = set(places)
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, timeout=TOGETHER_SECONDS)
            if done:
                yield {places[task]: await task for task in sorted(done, key=places.__getitem__)}
    finally:
        for task in waiting:
            task.cancel()
