"""Loans found: their standing, their schedules, their key facts."""

from operator import attrgetter
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from contracts.loan.collecting import ListLoansToCollect, LoansToCollect
from contracts.loan.loans import (
    GetKeyFacts,
    GetLoan,
    GetLoanSchedule,
    KeyFacts,
    ListLoans,
    Loan,
    Loans,
)
from contracts.loan.quotes import LoanSchedule
from infra.data.paging import Cursors, page_of
from infra.handling.context import Context
from services.loan.domain.refusals import LoanNotFound
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.standing import schedule_of
from services.loan.handlers.moving import position_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import found
from services.loan.handlers.versions import schedule_of_version
from services.loan.store import LoanStore

# Loan ids are in order of time, so the last one of a page says where the next begins.
LOAN_CURSORS = Cursors(TypeAdapter(UUID))
# Of loans by the days for which they are overdue.
LATE_CURSORS = Cursors(TypeAdapter(tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], UUID]))


@service.answers(GetLoan)
async def get_loan(query: GetLoan, store: LoanStore, context: Context) -> Loan:
    """One loan as it stands; a customer finds his own."""
    loan = await store.loan(query.loan_id, context.subject)
    if loan is None:
        raise LoanNotFound
    return loan


@service.answers(ListLoans)
async def list_loans(query: ListLoans, store: LoanStore, context: Context) -> Loans:
    """Newest first; a customer sees his own."""
    loans = await store.page(
        context.subject,
        customer_id=context.subject.visible_customer(query.customer_id),
        state=query.state,
        days_past_due_min=query.days_past_due_min,
        before=LOAN_CURSORS.read(query.cursor),
        limit=query.limit + 1,
    )
    page, following = page_of(loans, query.limit, attrgetter("loan_id"), LOAN_CURSORS)
    return Loans(items=page, next_cursor=following)


@service.answers(ListLoansToCollect)
async def list_loans_to_collect(
    query: ListLoansToCollect, store: LoanStore, context: Context
) -> LoansToCollect:
    """The longest overdue first."""
    late = await store.to_collect(
        classification=query.classification,
        days_past_due_min=query.days_past_due_min,
        before=LATE_CURSORS.read(query.cursor),
        limit=query.limit + 1,
    )
    place = attrgetter("days_past_due", "loan_id")
    page, following = page_of(late, query.limit, place, LATE_CURSORS)
    return LoansToCollect(items=page, next_cursor=following)


@service.answers(GetLoanSchedule)
async def get_loan_schedule(
    query: GetLoanSchedule, store: LoanStore, context: Context
) -> LoanSchedule:
    """As it was applied for, and once something is paid out as it follows from that."""
    loan = await found(query.loan_id, store, context)
    if query.version is not None:
        return await schedule_of_version(loan, query.version, store)
    if loan.disbursed_on is None:
        return draw_schedule(loan.terms)
    events = await store.events(loan.loan_id)
    position = await position_of(loan, events, context.business_date, store)
    return schedule_of(loan, position)


@service.answers(GetKeyFacts)
async def get_key_facts(query: GetKeyFacts, store: LoanStore, context: Context) -> KeyFacts:
    """What the borrower was told, word for word, whatever has changed since."""
    return (await found(query.loan_id, store, context)).key_facts
