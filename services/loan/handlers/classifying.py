"""Borrowers classified at the end of a day, with all of their loans."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from services.loan.domain.classifying import Borrowed, reclassified
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import LoanBusy
from services.loan.domain.standing import Standing, standing_of
from services.loan.handlers.registry import service
from services.loan.store import LoanStore
from services.loan.store.happenings import Happened


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
    rest = [each for each in borrowed if each.file.loan_id in locked & found.keys()]
    if rest:
        happened = [_happened(each, found[each.file.loan_id], day, today) for each in rest]
        await store.append(happened)
        await store.keep_standings(
            {each.file.loan_id: _standing(each, found[each.file.loan_id], today) for each in rest}
        )


def _happened(loan: Borrowed, event: NewEvent, day: date, today: date) -> Happened:
    loan_id = loan.file.loan_id
    return Happened(
        loan_id,
        event,
        booked_on=today,
        made_by=service.name,
        caused_by=_caused_by(loan_id, day),
    )


def _standing(loan: Borrowed, event: NewEvent, today: date) -> Standing:
    """How the loan stands once this event is kept."""
    file = loan.file
    assert file.disbursed_on is not None
    events = [*loan.events, event.numbered(len(loan.events) + 1, today)]
    return standing_of(file.position(events, today, loan.rules), file.disbursed_on)


def _caused_by(loan_id: UUID, day: date) -> UUID:
    """The work of a day, which no message asks for: the same whenever it is done."""
    return uuid5(loan_id, f"classify {day}")
