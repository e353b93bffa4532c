"""Versions of schedules: which there are, and each as it was, replayed from what was known then."""

from collections.abc import Sequence

from contracts.envelope import Role
from contracts.loan.quotes import LoanSchedule
from contracts.loan.versions import GetScheduleVersions, ScheduleVersion, ScheduleVersions
from infra.handling.context import Context
from services.loan.domain.files import LoanFile
from services.loan.domain.refusals import ScheduleVersionNotFound
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.versions import versions
from services.loan.domain.standing import schedule_of
from services.loan.handlers.moving import position_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import found
from services.loan.store import LoanStore


@service.answers(GetScheduleVersions)
async def get_schedule_versions(
    query: GetScheduleVersions, store: LoanStore, context: Context
) -> ScheduleVersions:
    """What made each version; customers are not told who of the staff, nor why."""
    loan = await found(query.loan_id, store, context)
    made = await versions_of(loan, await store.events(loan.loan_id), store)
    makers = await store.makers(loan.loan_id)
    is_told = context.subject.role is not Role.CUSTOMER
    items = tuple(
        ScheduleVersion(
            number=number,
            kind=event.kind,
            sequence=event.sequence,
            value_date=event.value_date,
            booked_on=event.booked_on,
            recorded_at=makers[event.sequence][1],
            made_by=makers[event.sequence][0] if is_told else None,
            reason=(getattr(event, "reason", "") or None) if is_told else None,
        )
        for number, event in enumerate(made, start=1)
    )
    return ScheduleVersions(loan_id=loan.loan_id, items=items)


async def versions_of(
    loan: LoanFile, events: Sequence[LoanEvent], store: LoanStore
) -> list[LoanEvent]:
    """The events that made the versions of a loan's schedule, in order."""
    if loan.disbursed_on is None:
        return []
    product = await store.product_terms(loan.product_code, loan.product_version)
    return versions(loan.terms, events, product.servicing, loan.penal)


async def schedule_of_version(loan: LoanFile, number: int, store: LoanStore) -> LoanSchedule:
    """The schedule as it was when what made this version had become known.

    Raises:
        ScheduleVersionNotFound
    """
    events = await store.events(loan.loan_id)
    made = await versions_of(loan, events, store)
    if number > len(made):
        raise ScheduleVersionNotFound
    last = made[number - 1]
    known = events[: last.sequence]
    return schedule_of(loan, await position_of(loan, known, last.booked_on, store))
