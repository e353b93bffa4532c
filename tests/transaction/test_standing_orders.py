"""Standing orders from their first day to their last, on a real database."""

from datetime import date
from typing import Any

import pytest

from contracts.calendar import HolidayRule
from contracts.envelope import DomainError, Role, Subject
from contracts.money import Currency, Money
from contracts.transaction.standing_orders import (
    CancelStandingOrder,
    ExecutionState,
    ListStandingOrders,
    OrderState,
    SkipStandingOrder,
    StandingOrderEnded,
    StandingOrderFailed,
)
from contracts.words import Weekday
from services.transaction.domain.orders import ORDERS_PER_ACCOUNT_MAX
from tests.builders import ALICE, staff
from tests.transaction.desk import BOB, BOB_ID, CUSTOMER, DAY, RENT, OrderDesk

pytestmark = pytest.mark.integration

STRANGER = Subject(id="bob", role=Role.CUSTOMER, customer_id=BOB_ID)


async def refusal_of(desk: OrderDesk, message: Any, subject: Subject = CUSTOMER) -> str:
    with pytest.raises(DomainError) as refused:
        await desk.ask(message, subject)
    return refused.value.code


async def test_an_order_pays_on_the_day_it_is_made_and_on_the_same_day_of_each_month(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order(occurrences=3)
    await desk.book()
    await desk.turn(28)
    assert (await desk.shown(order_id)).next_date == date(2026, 3, 31)

    await desk.turn(31)

    assert [day for day, _ in desk.paid] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31),
    ]  # fmt: skip
    order = await desk.shown(order_id)
    assert (order.state, order.next_date) == (OrderState.COMPLETED, None)
    assert [each.state for each in order.executions] == [ExecutionState.COMPLETED] * 3
    assert all(each.entry_id for each in order.executions)
    told = [type(each).__name__ for each in desk.told]
    assert told == ["StandingOrderCreated", "StandingOrderEnded"]
    await desk.turn(40)
    assert len(desk.paid) == 3


async def test_a_transfer_for_later_is_made_once_on_its_day(desk: OrderDesk) -> None:
    order_id = await desk.order("ONCE", start_date=desk.day + 3 * DAY)
    await desk.turn(2)
    assert desk.paid == []

    await desk.turn(5)

    assert desk.paid == [(date(2026, 2, 3), RENT)]
    assert (await desk.shown(order_id)).state is OrderState.COMPLETED


async def test_an_order_keeps_the_authority_of_whoever_made_it(desk: OrderDesk) -> None:
    await desk.order("ONCE")

    assert [send.subject for send in desk.sent] == [CUSTOMER]


async def test_what_the_account_has_not_got_is_tried_on_the_next_days_and_then_told(
    desk: OrderDesk,
) -> None:
    desk.funds = 0
    order_id = await desk.order(retries=2)
    await desk.book()
    [first] = await desk.executions(order_id)
    assert (first.state, first.next_try) == (ExecutionState.PENDING, desk.day + DAY)

    await desk.turn(6)

    [first] = await desk.executions(order_id)
    assert (first.state, first.tries) == (ExecutionState.FAILED, 3)
    assert first.code == "insufficient-funds"
    assert [each.code for each in desk.events(StandingOrderFailed)] == ["insufficient-funds"]
    assert len(desk.sent) == 3
    desk.funds = RENT
    await desk.turn(24)
    assert [day for day, _ in desk.paid] == [date(2026, 2, 28)]


async def test_money_that_comes_in_time_is_found_by_the_next_try(desk: OrderDesk) -> None:
    desk.funds = 0
    order_id = await desk.order("ONCE")
    await desk.book()
    desk.funds = RENT

    await desk.turn()

    assert len(desk.paid) == 1
    assert (await desk.shown(order_id)).state is OrderState.COMPLETED
    assert desk.events(StandingOrderFailed) == []


async def test_an_order_that_cannot_come_right_ends_at_once(desk: OrderDesk) -> None:
    desk.refusing = "account-closed"
    order_id = await desk.order()

    await desk.book()
    await desk.turn(40)

    order = await desk.shown(order_id)
    assert (order.state, order.reason) == (OrderState.FAILED, "account-closed")
    assert len(desk.sent) == 1
    assert len(desk.events(StandingOrderEnded)) == len(desk.events(StandingOrderFailed)) == 1


async def test_three_failed_transfers_in_a_row_end_an_order(desk: OrderDesk) -> None:
    desk.refusing = "payee-unavailable"
    order_id = await desk.order("DAILY", retries=0)
    await desk.book()
    await desk.turn(1)
    desk.refusing = ""
    await desk.turn(1)
    desk.refusing = "payee-unavailable"
    await desk.turn(2)
    assert (await desk.shown(order_id)).state is OrderState.OPEN

    await desk.turn(5)

    order = await desk.shown(order_id)
    assert (order.state, order.reason) == (OrderState.FAILED, "payee-unavailable")
    assert len(desk.sent) == 6


async def test_days_that_were_missed_are_made_up_each_once_with_the_first_that_is_heard(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order("DAILY", start_date=desk.day + DAY)
    await desk.miss(3)

    await desk.turn()
    await desk.work(desk.day - DAY)
    await desk.book()

    due = [each.due_date for each in await desk.executions(order_id)]
    assert due == [date(2026, 2, day) for day in (1, 2, 3, 4)]
    assert desk.paid == [(date(2026, 2, 4), RENT)] * 4


async def test_a_job_done_twice_and_answers_told_twice_move_the_money_once(
    desk: OrderDesk,
) -> None:
    await desk.order("DAILY")
    await desk.work()
    await desk.work()

    await desk.book(times=2)

    assert len(desk.sent) == len(desk.paid) == 1


async def test_a_transfer_whose_answer_was_forgotten_counts_as_made(desk: OrderDesk) -> None:
    desk.refusing = "already-booked"
    order_id = await desk.order("ONCE")

    await desk.book()

    [made] = await desk.executions(order_id)
    assert made.state is ExecutionState.COMPLETED


async def test_a_transfer_under_way_ends_as_it_ends_when_its_order_is_cancelled(
    desk: OrderDesk,
) -> None:
    order_id = await desk.order()
    cancelled = await desk.ask(CancelStandingOrder(order_id=order_id, reason="moved"), CUSTOMER)
    assert (cancelled.state, cancelled.reason) == (OrderState.CANCELLED, "moved")
    assert cancelled.executions[0].state is ExecutionState.PROCESSING

    await desk.book()
    await desk.turn(31)

    order = await desk.shown(order_id)
    assert order.state is OrderState.CANCELLED
    assert [each.state for each in order.executions] == [ExecutionState.COMPLETED]
    assert len(desk.paid) == 1
    again = CancelStandingOrder(order_id=order_id, reason="moved")
    assert await refusal_of(desk, again) == "standing-order-over"


async def test_what_waits_to_be_tried_again_is_given_up_with_its_order(desk: OrderDesk) -> None:
    desk.funds = 0
    order_id = await desk.order()
    await desk.book()
    await desk.ask(CancelStandingOrder(order_id=order_id, reason="moved"), CUSTOMER)
    desk.funds = RENT

    await desk.turn(5)

    [execution] = await desk.executions(order_id)
    assert (execution.state, desk.paid) == (ExecutionState.CANCELLED, [])


async def test_a_due_date_on_a_holiday_moves_by_its_rule(desk: OrderDesk) -> None:
    order_id = await desk.order(
        start_date=date(2026, 2, 1), weekly_holidays=(Weekday.SUNDAY,),
        holiday_rule=HolidayRule.NEXT_WORKING_DAY,
    )  # fmt: skip

    await desk.turn(2)

    assert desk.paid == [(date(2026, 2, 2), RENT)]
    assert (await desk.shown(order_id)).next_date == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"start_date": date(2026, 1, 30)}, "start-in-the-past"),
        ({"start_date": date(2036, 2, 1)}, "dates-too-far"),
        ({"end_date": date(2056, 2, 1)}, "dates-too-far"),
        ({"frequency": "YEARLY", "occurrences": 32}, "dates-too-far"),
        ({"end_date": date(2026, 1, 30)}, "end-before-start"),
        ({"end_date": date(2026, 3, 30), "occurrences": 2}, "end-unclear"),
        ({"frequency": "ONCE", "occurrences": 1}, "end-unclear"),
        ({"frequency": "DAILY", "holiday_rule": "NEXT_WORKING_DAY"}, "due-dates-meet"),
        (
            {
                "frequency": "WEEKLY", "holiday_rule": "NEXT_WORKING_DAY",
                "holidays": tuple(date(2026, 2, day) for day in range(7, 15)),
            },
            "due-dates-meet",
        ),
        ({"to_account": ALICE}, "order-to-itself"),
        ({"amount": Money(minor=1, currency=Currency.USD)}, "currency-mismatch"),
        ({"from_account": "AC-20260101-999999"}, "unknown-payer"),
        ({"from_account": BOB, "to_account": ALICE}, "unknown-payer"),
    ],
)  # fmt: skip
async def test_an_order_that_cannot_be_is_refused_and_leaves_nothing(
    desk: OrderDesk, wish: dict[str, Any], code: str
) -> None:
    wish = {"frequency": "MONTHLY", **wish}

    assert await refusal_of(desk, desk.wish(**wish)) == code
    assert await desk.store.db.fetchval("select count(*) from standing_orders") == 0


async def test_a_payee_that_is_not_there_is_told_to_staff_alone(desk: OrderDesk) -> None:
    wish = desk.wish(to_account="AC-20260101-999999", start_date=desk.day + DAY)

    assert await refusal_of(desk, wish, staff()) == "unknown-payee"
    assert (await desk.ask(wish, CUSTOMER)).state is OrderState.OPEN


async def test_an_account_pays_by_a_bounded_number_of_open_orders(desk: OrderDesk) -> None:
    wish = desk.wish("ONCE", start_date=desk.day + DAY)
    for _ in range(ORDERS_PER_ACCOUNT_MAX):
        await desk.ask(wish, CUSTOMER)

    assert await refusal_of(desk, wish) == "too-many-orders"
    await desk.turn()
    assert (await desk.ask(desk.wish("ONCE"), CUSTOMER)).state is OrderState.OPEN


async def test_an_order_of_another_customer_is_like_one_that_is_not_there(desk: OrderDesk) -> None:
    order_id = await desk.order(start_date=desk.day + DAY)
    about = {"order_id": order_id}

    for message in (
        CancelStandingOrder(**about, reason="mine"),
        SkipStandingOrder(**about, due_date=desk.day + DAY),
    ):
        assert await refusal_of(desk, message, STRANGER) == "standing-order-not-found"
    assert (await desk.ask(ListStandingOrders(), STRANGER)).items == ()
    asked_for_hers = ListStandingOrders(account_number=ALICE)
    assert (await desk.ask(asked_for_hers, STRANGER)).items == ()


async def test_a_list_goes_on_where_its_page_ended(desk: OrderDesk) -> None:
    made = [await desk.order(start_date=desk.day + DAY) for _ in range(3)]

    first = await desk.ask(ListStandingOrders(limit=2), CUSTOMER)
    second = await desk.ask(ListStandingOrders(limit=2, cursor=first.next_cursor), CUSTOMER)

    assert [each.order_id for each in (*first.items, *second.items)] == made[::-1]
    assert second.next_cursor is None
    over = await desk.ask(ListStandingOrders(state=OrderState.CANCELLED), CUSTOMER)
    assert over.items == ()


async def test_the_same_request_that_comes_after_its_answer_is_forgotten_makes_no_second_order(
    desk: OrderDesk,
) -> None:
    wish = desk.wish()
    first = await desk.ask(wish, CUSTOMER)

    with pytest.raises(DomainError) as refused:
        await desk.ask(wish, CUSTOMER, message_id=await desk.requested_by(first.order_id))

    assert refused.value.code == "already-ordered"
    assert len(desk.sent) == 1
