"""The business day, by which loans go: when they begin, fall due and are repaid."""

from contracts.account.day import BusinessDayOpened
from infra.handling.context import Context
from infra.handling.day import keep
from services.loan.handlers.registry import service
from services.loan.store import LoanStore


@service.hears(BusinessDayOpened)
async def on_business_day_opened(
    event: BusinessDayOpened, store: LoanStore, context: Context
) -> None:
    """Go by this day from now on, unless a later one was heard of before."""
    await keep(store.db, event.business_date, event.opened_at)
