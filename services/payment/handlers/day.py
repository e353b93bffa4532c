"""The business day, by which the rules of a rail go."""

from contracts.account.day import BusinessDayOpened
from infra.handling.context import Context
from infra.handling.day import keep
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore


@service.hears(BusinessDayOpened)
async def on_business_day_opened(
    event: BusinessDayOpened, store: PaymentStore, context: Context
) -> None:
    """Go by this day from now on, unless a later one was heard of before."""
    await keep(store.db, event.business_date, event.opened_at)
