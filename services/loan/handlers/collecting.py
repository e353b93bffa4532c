"""Instalments debited by themselves on the day they are due, from the account of the loan.

The books say no if the account has too little; then it is tried again on each of the next days that
the product allows. What is due then is overdue, and people have to see to it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid5

from contracts.envelope import Subject
from infra.handling.context import Context
from infra.handling.daily import Part
from infra.handling.telling import Outbound, Outgoing, Traced
from infra.runtime.clock import utc_now
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.repaying import debited
from services.loan.handlers.happening import Case
from services.loan.handlers.registry import service
from services.loan.handlers.repaying import begin_repayment
from services.loan.store import LoanStore
from services.loan.store.days import batch_of

LOANS_AT_ONCE = 50
_ONE_DAY = timedelta(days=1)
_BANK = Subject(id="loan")  # nobody asks for it


async def count_due(store: LoanStore, part: Part) -> int:
    """How many loans the part has on which something is due."""
    today = await _day_of_debits(store, part)
    return await store.count_due(part.number, part.parts, today) if today else 0


async def loans_due(store: LoanStore, part: Part, after: str | None, limit: int) -> list[str]:
    """The ids of those loans; none for a day that was not followed by the open one."""
    today = await _day_of_debits(store, part)
    if today is None:
        return []
    found = await store.due(part.number, part.parts, today, UUID(after) if after else None, limit)
    return [str(loan_id) for loan_id in found]


async def _day_of_debits(store: LoanStore, part: Part) -> date | None:
    """The open day, if it follows the one that is over; what was missed is not debited."""
    today = await store.the_open_day()
    return today if part.business_date + _ONE_DAY == today else None


@service.daily(
    "collect-instalments",
    days=LoanStore.days_over,
    count=count_due,
    items=loans_due,
    at_once=LOANS_AT_ONCE,
)
async def collect_instalments(store: LoanStore, day: date, items: Sequence[str]) -> Outgoing:
    """Begin to debit what is due on the day after this one, which is open."""
    outgoing: list[Outbound | Traced] = []
    loans = await store.lock_loans(batch_of(items))
    # Money of the others is on its way: perhaps this very instalment.
    for case, debit_days in await _cases(
        [loan for loan in loans if loan.operation_id is None], day + _ONE_DAY, store
    ):
        event = debited(case.loan, case.now, debit_days)
        if event is not None:
            outgoing += await _debit(case, event, store)
    return outgoing


async def _cases(
    loans: Sequence[LoanFile], today: date, store: LoanStore
) -> list[tuple[Case, int]]:
    """The case of each loan that is debited by itself, and on how many days, read for all at once.

    Of the others nothing is read, and they are not replayed.
    """
    rules = await store.rules_of(loans)
    found = [(loan, rules[loan.loan_id]) for loan in loans]
    debited_ones = [(loan, its) for loan, its in found if its.debit_days]
    events = await store.events_of([loan.loan_id for loan, _ in debited_ones])
    cases = []
    for loan, its in debited_ones:
        known = events[loan.loan_id]
        now = loan.position(known, today, its)
        cases.append((Case(loan, known, now, today), its.debit_days))
    return cases


async def _debit(case: Case, event: NewEvent, store: LoanStore) -> Outgoing:
    context = _context(case.loan.loan_id, case.today)
    begun = await begin_repayment(case, event, case.loan.account_number, store, context)
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
