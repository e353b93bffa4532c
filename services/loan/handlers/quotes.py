"""Quotes: computed and not kept."""

from contracts.loan.quotes import LoanSchedule, QuoteLoan
from infra.handling.context import Context
from services.loan.domain.schedule import draw_schedule
from services.loan.handlers.registry import service
from services.loan.store import LoanStore


@service.answers(QuoteLoan)
async def quote_loan(query: QuoteLoan, store: LoanStore, context: Context) -> LoanSchedule:
    """The schedule of a loan on these terms, or why they cannot be offered; nothing is stored."""
    return draw_schedule(query)
