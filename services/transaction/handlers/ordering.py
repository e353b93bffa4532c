"""Transfers of standing orders: made on the day they are due, and what their answers mean.

A day's work begins when the day opens. Whatever was due on days before it and was not begun is made
with it, each transfer once and booked on the day that is open then. What the books refuse is tried
again on the next days, as far as the order allows. What falls due of a paused order is left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from contracts.transaction.standing_orders import (
    ExecutionState,
    OrderState,
    SkipReason,
    StandingOrderEnded,
    StandingOrderFailed,
    StandingOrderSkipped,
)
from infra.handling.daily import Part
from infra.handling.day import as_heard
from infra.handling.telling import Outgoing
from infra.runtime.clock import utc_now
from infra.runtime.tracing import Trace
from infra.sagas.runs import Beginning, Heard
from infra.sagas.table import Phase, Present, Run
from services.transaction.domain.orders import (
    Order,
    SettledTry,
    Try,
    due,
    ended,
    has_not_ended,
    made,
    refused,
)
from services.transaction.handlers.registry import service
from services.transaction.handlers.telling import about
from services.transaction.sagas import STANDING_ORDER, OrderedTransfer
from services.transaction.store import SAGAS, TransactionStore

ORDERS_AT_ONCE = 200
BEFORE_ALL = UUID(int=0)  # behind which all orders are
ALREADY_BOOKED = "already-booked"  # our own command was done before, and its answer is forgotten


async def orders_due(
    store: TransactionStore, part: Part, after: str | None, limit: int
) -> list[str]:
    """The ids of the orders that have something to be done by this day."""
    found = await store.due(part, UUID(after) if after else BEFORE_ALL, limit)
    return [str(order_id) for order_id in found]


@service.daily(
    "standing-orders",
    days=TransactionStore.days_begun,
    count=TransactionStore.count_due,
    items=orders_due,
    at_once=ORDERS_AT_ONCE,
)
async def make_due_transfers(store: TransactionStore, day: date, items: Sequence[str]) -> Outgoing:
    """Begin the transfers that these orders have due by this day, and leave out those of paused
    ones."""
    orders = await store.lock_orders([UUID(each) for each in items])
    return await begin_due(list(orders.values()), day, store, Present(utc_now(), day))


async def begin_due(
    orders: Collection[Order],
    day: date,
    store: TransactionStore,
    at: Present,
    trace: Trace | None = None,
) -> Outgoing:
    """Begin what is due by this day of orders that are locked; of paused ones it is left out."""
    waiting = await store.waiting([each.order_id for each in orders])
    begun = [due(each, waiting[each.order_id], day) for each in orders if has_not_ended(each)]
    by_id = {each.order_id: each for _, each in begun}
    tries = [each for found, order in begun if is_open(order) for each in found]
    passed = [each for found, order in begun if not is_open(order) for each in found]
    await store.begin_tries(tries)
    skipped = await leave_out(by_id, passed, SkipReason.ORDER_PAUSED, store, at.now)
    transfers = [_transfer(by_id[each.order_id], each) for each in tries]
    sent = await store.sagas.begin(
        *(Beginning(STANDING_ORDER, each.saga_id, each, trace) for each in transfers), at=at
    )
    return [*sent, *skipped, *await keep(by_id.values(), store, at.now)]


async def leave_out(
    orders: Mapping[UUID, Order],
    passed: Sequence[Try],
    why: SkipReason,
    store: TransactionStore,
    now: datetime,
) -> Outgoing:
    """Keep that these transfers of locked orders are not made, and tell so."""
    await store.leave_out(passed, why, now)
    return [
        StandingOrderSkipped(
            **about(orders[each.order_id]), number=each.number, due_date=each.due_on, why=why
        )
        for each in passed
    ]


async def keep(orders: Iterable[Order], store: TransactionStore, now: datetime) -> Outgoing:
    """Keep how these orders stand; complete those of which nothing is left to do, and tell so."""
    kept = list(orders)
    await store.keep_orders(kept, now)
    done = await store.done([each.order_id for each in kept])
    completed = [ended(each, OrderState.COMPLETED, None) for each in kept if each.order_id in done]
    await store.keep_orders(completed, now)
    return [_ended(each) for each in completed]


def is_open(order: Order) -> bool:
    return order.state is OrderState.OPEN


async def note_answers(heard: Sequence[Heard], store: TransactionStore, at: Present) -> Outgoing:
    """Keep what the books have said of transfers, and what it means for their orders."""
    runs = await store.sagas.lock([each.saga_id for each in heard])
    over = [each.run for each in runs.values() if each.run.phase.is_end]
    return await _settle(over, store) if over else []


async def _settle(runs: Sequence[Run[OrderedTransfer]], store: TransactionStore) -> Outgoing:
    """The runs are locked; of a try that was settled before nothing is done."""
    now = utc_now()
    today = await as_heard(store.db, now)
    orders = await store.lock_orders({run.data.order_id for run in runs})
    had_not_ended = {order_id for order_id, order in orders.items() if has_not_ended(order)}
    processing = await store.processing(orders)
    settled: list[SettledTry] = []
    for run in sorted(runs, key=lambda run: (run.data.order_id, run.data.number)):
        tried, code = run.data, _refusal(run)
        due_on = processing.get((tried.order_id, tried.number, tried.attempt))
        if due_on is None:
            continue
        order = orders[tried.order_id]
        result = made(order) if code is None else refused(order, tried.attempt, code, today)
        orders[tried.order_id] = result.order
        settled.append(SettledTry(result, tried.number, due_on, code, tried.entry_id))
    await store.settle(settled, now)
    touched = [orders[each] for each in {each.result.order.order_id for each in settled}]
    completed = await keep(touched, store, now)
    failed = [each for each in touched if each.state is OrderState.FAILED]
    return [
        *(_failed(each) for each in settled if each.result.state is ExecutionState.FAILED),
        *(_ended(each) for each in failed if each.order_id in had_not_ended),
        *completed,
    ]


def _refusal(run: Run[OrderedTransfer]) -> str | None:
    """Why the books have not made the transfer; None: they have, now or before."""
    return None if run.phase is Phase.COMPLETED or run.code == ALREADY_BOOKED else run.code


def _failed(each: SettledTry) -> StandingOrderFailed:
    assert each.code is not None
    return StandingOrderFailed(
        **about(each.result.order), number=each.number, due_date=each.due_on, code=each.code
    )


def _ended(order: Order) -> StandingOrderEnded:
    return StandingOrderEnded(**about(order), state=order.state, reason=order.reason)


def _transfer(order: Order, each: Try) -> OrderedTransfer:
    return OrderedTransfer(
        order_id=order.order_id,
        number=each.number,
        attempt=each.attempt,
        maker=order.maker,
        from_account=order.from_account,
        to_account=order.to_account,
        amount=order.amount,
        description=order.description,
    )


service.runs(SAGAS, begins={}, notes=note_answers)
