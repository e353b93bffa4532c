"""The business day, as heard: by it this service knows what is due."""

from contracts.account.day import BusinessDayOpened
from infra.handling.context import Context
from infra.handling.day import keep
from services.transaction.handlers.registry import service
from services.transaction.store import TransactionStore


@service.hears(BusinessDayOpened)
async def on_business_day_opened(
    event: BusinessDayOpened, store: TransactionStore, context: Context
) -> None:
    """Go by this day from now on, unless a later one was heard of before."""
    await keep(store.db, event.business_date, event.opened_at)
