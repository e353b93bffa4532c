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
from infra.handling.telling import Outgoing
from infra.runtime.clock import utc_now
from infra.runtime.tracing import Trace
from infra.sagas.table import Present
from services.loan.domain.ending_days import Booked
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.repaying import debited
from services.loan.handlers.happening import Case, cases_of, movement_of
from services.loan.handlers.moving import begin_each
from services.loan.handlers.registry import service
from services.loan.handlers.repaying import repayment
from services.loan.sagas import REPAYMENT, Movement
from services.loan.store import LoanStore
from services.loan.store.days import batch_of, last_of

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
    found = await store.due(part.number, part.parts, today, last_of(after), limit)
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
    loans = await store.lock_loans(batch_of(items))
    # Money of the others is on its way: perhaps this very instalment.
    free = [loan for loan in loans if loan.operation_id is None]
    debits = [
        (case, event)
        for case in await _cases(free, day + _ONE_DAY, store)
        if (event := debited(case.loan, case.now, case.product.servicing.debit_days)) is not None
    ]
    if not debits:
        return ()
    booked = await store.booked_of([case.loan.loan_id for case, _ in debits])
    begun = [_debit(case, event, booked[case.loan.loan_id]) for case, event in debits]
    return await begin_each(REPAYMENT, begun, store, Present(utc_now(), day + _ONE_DAY))


async def _cases(loans: Sequence[LoanFile], today: date, store: LoanStore) -> list[Case]:
    """The case of each loan that is debited by itself; of the others nothing is replayed."""
    rules = await store.rules_of(loans)
    debited_ones = [loan for loan in loans if rules[loan.loan_id].debit_days]
    return await cases_of(debited_ones, today, store) if debited_ones else []


def _debit(case: Case, event: NewEvent, booked: Booked) -> tuple[Movement, Trace | None]:
    context = _context(case.loan.loan_id, case.today)
    happening = repayment(case, event, case.loan.account_number, context)
    return movement_of(case, happening, booked, context), context.trace


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
