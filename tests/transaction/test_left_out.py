"""Transfers of standing orders that are left out: because somebody asks for that, or of a paused
order because they fall due meanwhile. On a real database."""

from datetime import date
from typing import Any

import pytest

from contracts.envelope import DomainError, Role, Subject
from contracts.transaction.standing_orders import (
    CancelStandingOrder,
    Execution,
    ExecutionState,
    ListStandingOrders,
    OrderState,
    PauseStandingOrder,
    ResumeStandingOrder,
    SkipStandingOrder,
    StandingOrder,
    StandingOrderEnded,
    StandingOrderFailed,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrderSkipped,
)
from services.transaction.domain.orders import ORDERS_PER_ACCOUNT_MAX, SKIPPED_MAX
from tests.builders import staff
from tests.transaction.desk import BOB_ID, CUSTOMER, DAY, RENT, OrderDesk

pytestmark = pytest.mark.integration

STRANGER = Subject(id="bob", role=Role.CUSTOMER, customer_id=BOB_ID)
MADE, SKIPPED = ExecutionState.COMPLETED, ExecutionState.SKIPPED


async def refusal_of(desk: OrderDesk, message: Any, subject: Subject = CUSTOMER) -> str:
    with pytest.raises(DomainError) as refused:
        await desk.ask(message, subject)
    return refused.value.code


async def pause(desk: OrderDesk, order_id: Any) -> StandingOrder:
    pausing = PauseStandingOrder(order_id=order_id, reason="away")
    order: StandingOrder = await desk.ask(pausing, CUSTOMER)
    return order


async def resume(desk: OrderDesk, order_id: Any) -> StandingOrder:
    order: StandingOrder = await desk.ask(ResumeStandingOrder(order_id=order_id), CUSTOMER)
    return order


def what(executions: list[Execution]) -> list[tuple[int, ExecutionState, str | None]]:
    """Of which day of February, what became of it, and why."""
    return [(each.due_date.day, each.state, each.code) for each in executions]


async def test_one_transfer_is_left_out_and_the_others_are_made(desk: OrderDesk) -> None:
    order_id = await desk.order("DAILY", occurrences=4)
    await desk.book()
    left_out = SkipStandingOrder(order_id=order_id, due_date=desk.day + 2 * DAY)
    await desk.ask(left_out, CUSTOMER)
    assert await refusal_of(desk, left_out) == "nothing-due-then"

    await desk.turn(5)

    assert [day for day, _ in desk.paid] == [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 3)]
    assert (await desk.shown(order_id)).state is OrderState.COMPLETED
    [told] = desk.events(StandingOrderSkipped)
    assert (told.number, told.due_date, told.why) == (3, date(2026, 2, 2), "requested")


async def test_without_a_date_the_next_transfer_is_left_out(desk: OrderDesk) -> None:
    order_id = await desk.order("DAILY", start_date=desk.day + DAY)
    skip = SkipStandingOrder(order_id=order_id)

    first = await desk.ask(skip, CUSTOMER)
    second = await desk.ask(skip, staff())

    assert [order.next_date for order in (first, second)] == [date(2026, 2, 2), date(2026, 2, 3)]
    await desk.turn(3)
    assert what(await desk.executions(order_id)) == [
        (1, SKIPPED, "requested"), (2, SKIPPED, "requested"), (3, MADE, None),
    ]  # fmt: skip


async def test_an_order_whose_last_transfer_is_left_out_is_completed(desk: OrderDesk) -> None:
    order_id = await desk.order("ONCE", start_date=desk.day + DAY)

    skip = SkipStandingOrder(order_id=order_id, due_date=desk.day + DAY)
    order = await desk.ask(skip, CUSTOMER)

    assert (order.state, order.next_date) == (OrderState.COMPLETED, None)
    assert order.executions[0].state is SKIPPED
    await desk.turn(3)
    assert desk.paid == []
    assert await refusal_of(desk, SkipStandingOrder(order_id=order_id)) == "standing-order-over"


async def test_only_what_is_to_come_can_be_left_out(desk: OrderDesk) -> None:
    order_id = await desk.order()

    async def code(day: date | None) -> str:
        return await refusal_of(desk, SkipStandingOrder(order_id=order_id, due_date=day))

    assert await code(desk.day) == "already-due"
    assert await code(desk.day + DAY) == "nothing-due-then"
    assert await code(date(2126, 1, 1)) == "nothing-due-then"
    await desk.miss(31)
    await desk.open_day()
    assert await code(None) == "already-due"


async def test_nothing_is_left_out_of_an_order_with_nothing_to_come(desk: OrderDesk) -> None:
    desk.funds = 0
    order_id = await desk.order("ONCE")
    await desk.book()

    assert await refusal_of(desk, SkipStandingOrder(order_id=order_id)) == "nothing-due-then"


async def test_an_order_leaves_out_a_bounded_number_of_transfers_to_come(desk: OrderDesk) -> None:
    order_id = await desk.order("DAILY", start_date=desk.day + DAY)
    for number in range(SKIPPED_MAX):
        later = desk.day + (number + 2) * DAY
        await desk.ask(SkipStandingOrder(order_id=order_id, due_date=later), CUSTOMER)

    assert await refusal_of(desk, SkipStandingOrder(order_id=order_id)) == "too-many-skipped"
    await desk.turn(2)
    last = desk.day + 200 * DAY
    await desk.ask(SkipStandingOrder(order_id=order_id, due_date=last), CUSTOMER)


async def test_what_falls_due_of_a_paused_order_is_left_out_and_never_made_up(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order("DAILY", occurrences=6)
    await desk.book()
    await desk.turn(1)
    paused = await pause(desk, order_id)
    assert (paused.state, paused.reason) == (OrderState.PAUSED, "away")
    await desk.turn(2)

    order = await resume(desk, order_id)
    assert (order.state, order.reason) == (OrderState.OPEN, None)
    assert order.next_date == date(2026, 2, 4)
    await desk.turn(5)

    assert [day.day for day, _ in desk.paid] == [31, 1, 4, 5]
    assert what(await desk.executions(order_id)) == [
        (31, MADE, None), (1, MADE, None), (2, SKIPPED, "order-paused"),
        (3, SKIPPED, "order-paused"), (4, MADE, None), (5, MADE, None),
    ]  # fmt: skip
    assert (await desk.shown(order_id)).state is OrderState.COMPLETED
    assert [type(each) for each in desk.told[1:]] == [
        StandingOrderPaused, StandingOrderSkipped, StandingOrderSkipped, StandingOrderResumed,
        StandingOrderEnded,
    ]  # fmt: skip


async def test_what_fell_due_on_days_without_a_job_is_left_out_when_the_order_goes_on(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order("DAILY", start_date=desk.day + DAY)
    await pause(desk, order_id)
    await desk.miss(3)
    await desk.open_day()

    await resume(desk, order_id)
    await desk.work()
    await desk.turn()

    assert [day.day for day, _ in desk.paid] == [4]
    assert [state for _, state, _ in what(await desk.executions(order_id))] == [SKIPPED] * 3 + [
        MADE
    ]
    assert len(desk.events(StandingOrderSkipped)) == 3


async def test_an_order_whose_last_transfer_finds_it_paused_is_completed(desk: OrderDesk) -> None:
    order_id = await desk.order("ONCE", start_date=desk.day + DAY)
    await pause(desk, order_id)

    await desk.turn(1)

    order = await desk.shown(order_id)
    assert (order.state, order.next_date, desk.paid) == (OrderState.COMPLETED, None, [])
    resume = ResumeStandingOrder(order_id=order_id)
    assert await refusal_of(desk, resume) == "standing-order-over"


async def test_a_try_again_that_falls_on_a_day_of_the_pause_is_given_up(desk: OrderDesk) -> None:
    desk.funds = 0
    order_id = await desk.order()
    await desk.book()
    desk.funds = RENT
    await pause(desk, order_id)

    await desk.turn()
    await resume(desk, order_id)
    await desk.turn()

    [first] = await desk.executions(order_id)
    assert (first.state, first.code, first.tries) == (SKIPPED, "order-paused", 1)
    assert (desk.paid, desk.events(StandingOrderFailed)) == ([], [])


async def test_a_try_again_after_a_pause_is_made(desk: OrderDesk) -> None:
    desk.funds = 0
    order_id = await desk.order()
    await pause(desk, order_id)
    await desk.book()
    desk.funds = RENT

    await resume(desk, order_id)
    await desk.turn()

    assert [day for day, _ in desk.paid] == [date(2026, 2, 1)]


async def test_a_transfer_under_way_ends_as_it_ends_when_its_order_is_paused(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order()
    await pause(desk, order_id)

    await desk.book()

    order = await desk.shown(order_id)
    assert (order.state, order.executions[0].state) == (OrderState.PAUSED, MADE)
    assert len(desk.paid) == 1


async def test_a_paused_order_that_cannot_come_right_ends(desk: OrderDesk) -> None:
    desk.refusing = "account-closed"
    order_id = await desk.order()
    await pause(desk, order_id)

    await desk.book()

    order = await desk.shown(order_id)
    assert (order.state, order.reason) == (OrderState.FAILED, "account-closed")
    assert len(desk.events(StandingOrderEnded)) == 1


async def test_an_order_is_paused_once_and_goes_on_once(desk: OrderDesk) -> None:
    order_id = await desk.order()
    pausing = PauseStandingOrder(order_id=order_id, reason="away")
    going_on = ResumeStandingOrder(order_id=order_id)

    assert await refusal_of(desk, going_on) == "not-paused"
    await desk.ask(pausing, staff())
    assert await refusal_of(desk, pausing) == "already-paused"
    assert [each.order_id for each in await found(desk, OrderState.PAUSED)] == [order_id]
    await desk.ask(going_on, CUSTOMER)
    assert await refusal_of(desk, going_on) == "not-paused"
    assert await found(desk, OrderState.PAUSED) == ()


async def test_a_paused_order_can_be_cancelled_and_is_then_over(desk: OrderDesk) -> None:
    order_id = await desk.order("DAILY")
    await pause(desk, order_id)

    over = await desk.ask(CancelStandingOrder(order_id=order_id, reason="moved"), CUSTOMER)

    assert (over.state, over.reason) == (OrderState.CANCELLED, "moved")
    for message in (
        PauseStandingOrder(order_id=order_id, reason="away"),
        ResumeStandingOrder(order_id=order_id),
    ):
        assert await refusal_of(desk, message) == "standing-order-over"


async def test_a_transfer_of_a_paused_order_is_left_out_also_after_it(desk: OrderDesk) -> None:
    order_id = await desk.order("DAILY", start_date=desk.day + DAY)
    await pause(desk, order_id)
    await desk.ask(SkipStandingOrder(order_id=order_id), CUSTOMER)
    await resume(desk, order_id)

    await desk.turn(2)

    assert [(day, state) for day, state, _ in what(await desk.executions(order_id))] == [
        (1, SKIPPED), (2, MADE),
    ]  # fmt: skip


async def test_paused_orders_count_among_those_of_an_account(desk: OrderDesk) -> None:
    wish = desk.wish("ONCE", start_date=desk.day + DAY)
    for _ in range(ORDERS_PER_ACCOUNT_MAX):
        order = await desk.ask(wish, CUSTOMER)
    await pause(desk, order.order_id)

    assert await refusal_of(desk, wish) == "too-many-orders"


async def test_the_order_of_another_customer_is_like_one_that_is_not_there(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order(start_date=desk.day + DAY)

    for message in (
        PauseStandingOrder(order_id=order_id, reason="mine"),
        ResumeStandingOrder(order_id=order_id),
        SkipStandingOrder(order_id=order_id),
    ):
        assert await refusal_of(desk, message, STRANGER) == "standing-order-not-found"


async def found(desk: OrderDesk, state: OrderState) -> tuple[StandingOrder, ...]:
    items: tuple[StandingOrder, ...] = (
        await desk.ask(ListStandingOrders(state=state), CUSTOMER)
    ).items
    return items
