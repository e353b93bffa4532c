"""A standing order goes the ways that docs/states.md draws, and no other."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from uuid import UUID

import pytest

from contracts.envelope import DomainError
from contracts.transaction.standing_orders import (
    CancelStandingOrder,
    OrderState,
    PauseStandingOrder,
    ResumeStandingOrder,
    SkipStandingOrder,
)
from tests.pictures import OUTSIDE, Ways, beginnings, changes, ways
from tests.transaction.desk import CUSTOMER, DAY, OrderDesk

pytestmark = pytest.mark.integration

Happens = Callable[[OrderDesk, UUID], Awaitable[object]]
STEPS_MAX = 3


async def pause(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(PauseStandingOrder(order_id=order_id, reason="away"), CUSTOMER)


async def resume(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(ResumeStandingOrder(order_id=order_id), CUSTOMER)


async def cancel(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(CancelStandingOrder(order_id=order_id, reason="moved"), CUSTOMER)


async def skip(desk: OrderDesk, order_id: UUID) -> object:
    return await desk.ask(SkipStandingOrder(order_id=order_id), CUSTOMER)


async def a_day_passes(desk: OrderDesk, order_id: UUID) -> None:
    desk.day += DAY
    await desk.open_day()
    await desk.work()


async def the_books_agree(desk: OrderDesk, order_id: UUID) -> None:
    desk.refusing = ""
    await desk.book()


async def the_books_refuse(desk: OrderDesk, order_id: UUID) -> None:
    desk.refusing = "account-closed"
    await desk.book()


HAPPENS: tuple[Happens, ...] = (
    pause, resume, cancel, skip, a_day_passes, the_books_agree, the_books_refuse,
)  # fmt: skip


async def test_an_order_goes_the_ways_that_are_drawn(desk: OrderDesk) -> None:
    found: Ways = set()

    await _walk(desk, (), found)

    assert found == changes("Standing order")
    assert beginnings("Standing order") == {OrderState.OPEN.value}
    ends = {source for source, target in ways("Standing order") if target == OUTSIDE}
    assert ends == {"completed", "cancelled", "failed"}


async def _walk(desk: OrderDesk, course: tuple[Happens, ...], found: Ways) -> None:
    """All that can happen to an order of two transfers, in every order, some steps deep."""
    states = await _states(desk, course)
    found |= {(before, after) for before, after in pairwise(states) if before != after}
    has_changed = len(states) < 2 or states[-1] != states[-2] or course[-1] is a_day_passes
    if len(course) < STEPS_MAX and has_changed:
        for happens in HAPPENS:
            await _walk(desk, (*course, happens), found)


async def _states(desk: OrderDesk, course: tuple[Happens, ...]) -> list[str]:
    """Of a new order at each step of a course; a step that is refused changes nothing."""
    async with desk.cut_off():
        day = desk.day
        order_id = await desk.order("DAILY", occurrences=2)
        states = [(await desk.shown(order_id)).state.value]
        for happens in course:
            with suppress(DomainError):
                await happens(desk, order_id)
            states.append((await desk.shown(order_id)).state.value)
        desk.day = day
    return states
