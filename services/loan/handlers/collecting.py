"""Instalments debited by themselves on the day they are due, from the account of the loan.

The books say no if the account has too little; then it is tried again on each of the next days that
the product allows. What is due then is overdue, and people have to see to it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid5

from contracts.envelope import Event, Subject
from infra.handling.context import Context
from infra.handling.daily import Part
from infra.handling.telling import Outgoing, Send, Traced
from infra.runtime.clock import utc_now
from services.loan.domain.repaying import debited
from services.loan.handlers.happening import case_of
from services.loan.handlers.registry import service
from services.loan.handlers.repaying import begin_repayment
from services.loan.store import LoanStore
from services.loan.store.days import batch_of

LOANS_AT_ONCE = 50
_ONE_DAY = timedelta(days=1)
_BANK = Subject(id="loan")  # nobody asks for it


async def count_due(store: LoanStore, part: Part) -> int:
    """How many loans the part has on which something is due."""
    return len(await loans_due(store, part, None, 1_000_000))


async def loans_due(store: LoanStore, part: Part, after: str | None, limit: int) -> list[str]:
    """The ids of those loans; none for a day that was not followed by the open one."""
    today = await store.the_open_day()
    if part.business_date + _ONE_DAY != today:
        return []
    found = await store.due(part.number, part.parts, today, UUID(after) if after else None, limit)
    return [str(loan_id) for loan_id in found]


@service.daily(
    "collect-instalments",
    days=LoanStore.days_over,
    count=count_due,
    items=loans_due,
    at_once=LOANS_AT_ONCE,
)
async def collect_instalments(store: LoanStore, day: date, items: Sequence[str]) -> Outgoing:
    """Begin to debit what is due on the day after this one, which is open."""
    outgoing: list[Event | Send | Traced] = []
    for loan_id in batch_of(items):
        outgoing += await _collect(loan_id, day + _ONE_DAY, store)
    return outgoing


async def _collect(loan_id: UUID, today: date, store: LoanStore) -> Outgoing:
    loan = await store.lock_loan(loan_id)
    if loan is None or loan.operation_id is not None:
        return ()  # money of it is on its way: perhaps this very instalment
    context = _context(loan_id, today)
    case = await case_of(loan, store, context)
    terms = await store.product_terms(loan.product_code, loan.product_version)
    event = debited(loan, case.now, terms.servicing.debit_days)
    if event is None:
        return ()
    begun = await begin_repayment(case, event, loan.account_number, store, context)
    return begun.messages


def _context(loan_id: UUID, today: date) -> Context:
    """The same for a loan and a day, whenever it is tried."""
    message_id = uuid5(loan_id, f"collect {today}")
    return Context(
        message_id=message_id,
        correlation_id=str(message_id),
        causation_id=None,
        sender=service.name,
        subject=_BANK,
        now=utc_now(),
        business_date=today,
    )
