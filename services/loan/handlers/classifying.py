"""Borrowers classified at the end of a day, with all of their loans."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from services.loan.domain.classifying import Borrowed, reclassified
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import LoanBusy
from services.loan.domain.standing import standing_of
from services.loan.handlers.registry import service
from services.loan.store import LoanStore


async def classify(loans: Sequence[LoanFile], day: date, store: LoanStore) -> None:
    """Add to these loans, which are locked, what is found of their borrowers.

    Raises:
        LoanBusy: money of another loan of one of them is on its way.
    """
    borrowed = await store.borrowed({loan.customer_id for loan in loans}, day)
    if any(each.file.operation_id for each in borrowed):
        raise LoanBusy
    found, today = reclassified(borrowed, day), await store.the_open_day()
    locked = {loan.loan_id for loan in loans}
    for each in borrowed:
        event = found.get(each.file.loan_id)
        if event is not None and each.file.loan_id in locked:
            await _add(each, event, day, today, store)


async def _add(loan: Borrowed, event: NewEvent, day: date, today: date, store: LoanStore) -> None:
    file = loan.file
    assert file.disbursed_on is not None
    await store.append(
        file.loan_id,
        event,
        booked_on=today,
        made_by=service.name,
        caused_by=_caused_by(file.loan_id, day),
    )
    events = [*loan.events, event.numbered(len(loan.events) + 1, today)]
    position = file.position(events, today, loan.rules)
    await store.keep_standing(file.loan_id, standing_of(position, file.disbursed_on))


def _caused_by(loan_id: UUID, day: date) -> UUID:
    """The work of a day, which no message asks for: the same whenever it is done."""
    return uuid5(loan_id, f"classify {day}")
