"""Whatever is missed, killed and told again, in any order: each transfer is made once."""

from datetime import date
from random import Random

import pytest

from contracts.transaction.standing_orders import ExecutionState, OrderState
from tests.transaction.desk import DAY, RENT, OrderDesk

pytestmark = pytest.mark.integration

FREQUENCIES = {"DAILY": 9, "WEEKLY": 4, "MONTHLY": 3}  # with how many transfers
LAST = date(2026, 4, 15)


@pytest.mark.parametrize("seed", range(6))
async def test_any_course_of_days_makes_the_same_transfers(desk: OrderDesk, seed: int) -> None:
    chance = Random(seed)
    orders = {
        await desk.order(frequency, start_date=desk.day + DAY, occurrences=count): count
        for frequency, count in FREQUENCIES.items()
    }

    while desk.day < LAST:
        match chance.randrange(6):
            case 0:
                await desk.miss(chance.randrange(1, 5))
            case 1:
                async with desk.cut_off():
                    await desk.work()
            case 2:
                async with desk.cut_off():
                    await desk.book()
            case 3:
                await desk.book(times=2)
            case _:
                desk.day += DAY
                await desk.open_day()
                await desk.work()
                await desk.work(desk.day - DAY)
    await desk.turn()

    assert [minor for _, minor in desk.paid] == [RENT] * sum(orders.values())
    for order_id, count in orders.items():
        order = await desk.shown(order_id)
        assert order.state is OrderState.COMPLETED
        assert [each.state for each in order.executions] == [ExecutionState.COMPLETED] * count
        assert [each.number for each in order.executions] == list(range(count, 0, -1))
