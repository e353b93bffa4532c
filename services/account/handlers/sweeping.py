"""Holds whose time has passed while nobody touched their accounts."""

from infra.handling.context import Context
from services.account.domain.commands.holds import expire_due_holds
from services.account.domain.ledger.books import Wanted
from services.account.handlers.registry import service
from services.account.store import AccountStore

SWEEP_SECONDS = 10.0  # figures for people lag by this; decisions never do, they look themselves
SWEEP_ACCOUNTS_MAX = 500  # locked at once: a few milliseconds of work


@service.every(seconds=SWEEP_SECONDS)
async def expire_holds(store: AccountStore, context: Context) -> None:
    """End holds that are over, as any command on their account would."""
    numbers = await store.accounts_with_due_holds(context.now, limit=SWEEP_ACCOUNTS_MAX)
    books = await store.open_books(
        Wanted(numbers=numbers), now=context.now, business_date=context.business_date
    )
    expire_due_holds(books)
    await store.record(books)
