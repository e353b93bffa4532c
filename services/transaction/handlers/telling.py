"""Standing orders as they are told."""

from typing import Any
from uuid import UUID

from contracts.envelope import Subject
from contracts.transaction.standing_orders import StandingOrder
from services.transaction.domain.orders import Order
from services.transaction.domain.refusals import StandingOrderNotFound
from services.transaction.store import TransactionStore


def about(order: Order) -> dict[str, Any]:
    """What every event of an order says."""
    return {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "from_account": order.from_account,
        "to_account": order.to_account,
        "amount_minor": order.amount.minor,
        "currency": order.amount.currency,
    }


async def shown(order_id: UUID, store: TransactionStore, viewer: Subject) -> StandingOrder:
    """One order, as far as the viewer may know of it.

    Raises:
        StandingOrderNotFound: there is none for him.
    """
    found = await store.order(order_id, viewer)
    if found is None:
        raise StandingOrderNotFound
    return found


async def locked(order_id: UUID, store: TransactionStore, viewer: Subject) -> Order:
    """The same, to be changed.

    Raises:
        StandingOrderNotFound: there is none for him.
    """
    found = await store.lock_orders([order_id])
    if order_id not in found or not viewer.may_touch(found[order_id].customer_id):
        raise StandingOrderNotFound
    return found[order_id]
