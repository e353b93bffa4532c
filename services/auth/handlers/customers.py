"""Customers whose status or papers changed: who is stopped is signed out and stays out."""

from contracts.customer import Customer, CustomerStatusChanged, CustomerUpdated
from infra.handling.context import Context
from infra.handling.telling import Outgoing
from services.auth.handlers.registry import service
from services.auth.handlers.sessions import end_sessions
from services.auth.store import AuthStore


@service.hears(CustomerStatusChanged)
async def on_customer_status_changed(
    event: CustomerStatusChanged, store: AuthStore, context: Context
) -> Outgoing:
    """End the sessions of a customer who is suspended or closed."""
    return await _obey(event.customer, store, context)


@service.hears(CustomerUpdated)
async def on_customer_updated(
    event: CustomerUpdated, store: AuthStore, context: Context
) -> Outgoing:
    """End the sessions of a customer whose papers were rejected."""
    return await _obey(event.customer, store, context)


async def _obey(customer: Customer, store: AuthStore, context: Context) -> Outgoing:
    if await store.keep_customer(customer):
        return []
    users = await store.lock_users_of_customer(customer.id)
    return [told for user_id in users for told in await end_sessions(user_id, store, context)]
