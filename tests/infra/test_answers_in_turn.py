"""Results as they come: what is done leaves, what is not is waited for."""

import asyncio
from contextlib import aclosing

import pytest

from infra.handling.answers_in_turn import as_they_come


async def after(event: asyncio.Event, said: str) -> str:
    await event.wait()
    return said


async def at_once(said: str) -> str:
    return said


async def test_what_is_done_comes_together_and_before_what_is_not() -> None:
    late = asyncio.Event()
    found: list[dict[int, str]] = []

    async for done in as_they_come([at_once("a"), after(late, "b"), at_once("c")]):
        found.append(done)
        late.set()

    assert found == [{0: "a", 2: "c"}, {1: "b"}]


async def test_one_alone_is_waited_for() -> None:
    assert [done async for done in as_they_come([at_once("a")])] == [{0: "a"}]


async def test_what_fails_is_raised_and_what_is_not_done_then_is_given_up() -> None:
    never, others = asyncio.Event(), asyncio.all_tasks()

    async def failing() -> str:
        raise ValueError("no")

    async with aclosing(as_they_come([after(never, "a"), failing()])) as coming:
        with pytest.raises(ValueError, match="no"):
            await anext(coming)

    await asyncio.sleep(0)
    assert asyncio.all_tasks() == others
