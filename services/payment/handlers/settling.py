"""Settlement between the banks: the postings of clearing lines are heard of, and moved by windows.

What is settled is what the books say, whatever it was booked for: each posting on a clearing line
is in one window, and the net of a window leaves the line in one entry.
"""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter, itemgetter

from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.payment.rails import RailRule
from contracts.payment.settlements import (
    GetSettlement,
    ListSettledMovements,
    ListSettlements,
    SettledMovements,
    Settlement,
    Settlements,
)
from contracts.payment.values import Rail
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing
from infra.runtime.tracing import new_trace
from infra.sagas.runs import Beginning, present_of
from services.payment.domain.settling import (
    GRACE,
    Position,
    SettlementNotFound,
    Window,
    due,
    is_kept,
    late,
    rail_of,
    window_of,
)
from services.payment.handlers.registry import service
from services.payment.sagas import Settling
from services.payment.store import SETTLING, PaymentStore

SETTLE_SECONDS = 10


@service.hears_many(AccountDebited, AccountCredited)
async def on_moved(heard: Sequence[Asked[Moved]], store: PaymentStore) -> None:
    """Keep the postings of clearing lines and of the account at the central bank, with windows."""
    kept = [each.message for each in heard if is_kept(each.message)]
    if kept:
        rules = {day: await _rules(store, day) for day in {moved.booked_on for moved in kept}}
        await store.keep_postings([(moved, _window(moved, rules)) for moved in kept])


@service.every(SETTLE_SECONDS)
async def settle(store: PaymentStore, context: Context) -> Outgoing:
    """Settle the windows that are over: one run for each with something to be moved."""
    waiting = await store.waiting()
    for each in late(waiting, await store.last_settled() if waiting else {}):
        rules = await _rules(store, context.business_date)
        now = window_of(rules.get(each.rail), context.now, context.business_date)
        await store.move_on(each, now)
        waiting.remove(each)
    at = context.now - GRACE
    beginnings: list[Beginning] = []
    for position in due(waiting, at, await store.day_open_at(at)):
        net_minor = await store.settle(position, context.now)
        if net_minor:
            beginnings.append(_beginning(position, net_minor))
    return await store.sagas.begin(*beginnings, at=present_of(context))


@service.answers(GetSettlement)
async def get_settlement(query: GetSettlement, store: PaymentStore, context: Context) -> Settlement:
    """One settlement, with how far its entry is."""
    found = await store.settlement(query.settlement_id)
    if found is None:
        raise SettlementNotFound
    return found


@service.answers(ListSettlements)
async def list_settlements(
    query: ListSettlements, store: PaymentStore, context: Context
) -> Settlements:
    """Settlements, newest first."""
    found = await store.settlements(
        rail=query.rail,
        from_date=query.from_date,
        to_date=query.to_date,
        before=id_before(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(found, query.limit, itemgetter(0), ROW_NUMBERS)
    return Settlements(items=tuple(each for _, each in page), next_cursor=following)


@service.answers(ListSettledMovements)
async def list_settled_movements(
    query: ListSettledMovements, store: PaymentStore, context: Context
) -> SettledMovements:
    """What is in a settlement, the newest first."""
    if await store.settlement(query.settlement_id) is None:
        raise SettlementNotFound
    found = await store.settled_movements(
        query.settlement_id, before=id_before(query.cursor), limit=query.limit + 1
    )
    page, following = page_of(found, query.limit, attrgetter("sequence"), ROW_NUMBERS)
    return SettledMovements(items=page, next_cursor=following)


async def _rules(store: PaymentStore, day: date) -> dict[Rail, RailRule]:
    return await store.rail_rules_in_force(set(Rail), day)


def _window(moved: Moved, rules: dict[date, dict[Rail, RailRule]]) -> Window | None:
    """None: it is on the account at the central bank, or on the line of no rail."""
    rail = rail_of(moved.account_number)
    if rail is None:
        return None
    return window_of(rules[moved.booked_on].get(rail), moved.booked_at, moved.booked_on)


def _beginning(position: Position, net_minor: int) -> Beginning:
    data = Settling(
        settlement_id=position.settlement_id,
        rail=position.rail,
        currency=position.currency,
        reference=position.reference,
        net_minor=net_minor,
    )
    return Beginning(SETTLING, position.settlement_id, data, new_trace())
