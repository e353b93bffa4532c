"""The end of a business date for loans: what they have earned is booked, and what is provided for
them; who is late is known.

What is booked is what the books should hold at the end of the date less what they hold, so a day
that was missed, done again or refused by the books comes right with the next one. A loan of which
money is on its way is set aside, and done when it has arrived. Where the work of a later day was
done first, an earlier one only tells what happened on it: books and standing never go back.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts.money import Currency
from infra.handling.daily import Part
from infra.handling.telling import Outgoing
from infra.runtime.clock import new_id, utc_now
from infra.runtime.tracing import new_trace
from infra.sagas.runs import Beginning
from infra.sagas.table import Present
from services.loan.domain.ending_days import DayEnd, day_end, legs_of
from services.loan.domain.files import LoanFile
from services.loan.domain.provisioning import percents_of
from services.loan.domain.refusals import LoanBusy
from services.loan.handlers.classifying import classify
from services.loan.handlers.registry import service
from services.loan.sagas import ACCRUAL, Accrual
from services.loan.store import LoanStore
from services.loan.store.days import batch_of, last_of

LOANS_AT_ONCE = 100  # each is replayed from its first event on: some milliseconds


async def count_loans(store: LoanStore, part: Part) -> int:
    """How many loans the part has."""
    return await store.count_active(part.number, part.parts)


async def loans_of(store: LoanStore, part: Part, after: str | None, limit: int) -> list[str]:
    """The ids of the loans that are paid out and not repaid."""
    found = await store.active(part.number, part.parts, last_of(after), limit)
    return [str(loan_id) for loan_id in found]


@service.daily(
    "end-of-day-of-loans",
    days=LoanStore.days_over,
    count=count_loans,
    items=loans_of,
    at_once=LOANS_AT_ONCE,
)
async def end_of_day(store: LoanStore, day: date, items: Sequence[str]) -> Outgoing:
    """Book what these loans have earned by the end of the date and what is provided for them, and
    tell who has not paid."""
    loans = await store.lock_loans(batch_of(items))
    if any(loan.operation_id for loan in loans):
        raise LoanBusy
    await classify(loans, day, store)
    ends = await _ends(loans, day, store)
    latest = [loan for loan in loans if not loan.has_ended_after(day)]
    await store.keep_ends({loan.loan_id: ends[loan.loan_id] for loan in latest}, day)
    late = [event for end in ends.values() for event in (*end.overdue, *end.charged)]
    return [*late, *await _send(latest, ends, day, store)]


async def _ends(loans: Sequence[LoanFile], day: date, store: LoanStore) -> dict[UUID, DayEnd]:
    ids = [loan.loan_id for loan in loans]
    events, booked = await store.events_of(ids), await store.booked_of(ids)
    terms, rates = await store.terms_of(loans), await store.provision_rates(day)
    percents = {secured: percents_of(rates, is_secured=secured) for secured in (True, False)}
    return {
        key: day_end(
            each, events[key], day, terms[key].servicing, booked[key], percents[terms[key].secured]
        )
        for each in loans
        for key in [each.loan_id]
    }


async def _send(
    loans: Collection[LoanFile], ends: Mapping[UUID, DayEnd], day: date, store: LoanStore
) -> Outgoing:
    """One entry for all loans of a currency that have something to book."""
    earned: defaultdict[Currency, dict[UUID, dict[str, int]]] = defaultdict(dict)
    for loan in loans:
        lines = dict(ends[loan.loan_id].lines)
        if lines:
            earned[loan.currency][loan.loan_id] = lines
    beginnings = []
    for currency, its in earned.items():
        await store.note_booked_of(its)
        if legs_of(its.values(), currency):
            accrual_id = new_id()  # another one each time, since what is booked is a difference
            await store.send_accrual(accrual_id, day)
            accrual = Accrual(accrual_id=accrual_id, day=day, currency=currency, loans=its)
            beginnings.append(Beginning(ACCRUAL, accrual_id, accrual, new_trace()))
    now = utc_now()
    return await store.sagas.begin(*beginnings, at=Present(now, day))
