"""Customers whose status or papers changed: from the commit on, their money obeys."""

from collections.abc import Sequence

from contracts.customer import CustomerStatusChanged, CustomerUpdated
from infra.handling.context import Asked
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.hears_many(CustomerStatusChanged, CustomerUpdated)
async def on_customer_changed(
    heard: Sequence[Asked[CustomerStatusChanged | CustomerUpdated]], store: AccountStore
) -> None:
    """Keep the newest standing of each customer, under the locks that every movement takes."""
    changed = sorted(
        [asked.message.customer for asked in heard],
        key=lambda customer: (customer.id, customer.version),
    )
    for customer in changed:
        await store.keep_standing(customer)
    await store.apply_standings({customer.id for customer in changed})
