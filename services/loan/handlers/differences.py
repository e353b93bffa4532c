"""What an event of a loan has changed: two replays, without it and with it."""

from contracts.loan.differences import (
    AccrualDifference,
    AllocationDifference,
    BooksDifference,
    GetLoanDifferences,
    InstalmentDifference,
    LoanDifferences,
)
from infra.handling.context import Context
from services.loan.domain.refusals import LoanTransactionNotFound
from services.loan.domain.servicing.differences import (
    Difference,
    booked_otherwise,
    differences,
    earned_otherwise,
    reallocated,
)
from services.loan.handlers.moving import position_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import found
from services.loan.store import LoanStore


@service.answers(GetLoanDifferences)
async def get_loan_differences(
    query: GetLoanDifferences, store: LoanStore, context: Context
) -> LoanDifferences:
    """By what was known on the day on which the event became known, before it and with it."""
    loan = await found(query.loan_id, store, context)
    rows = await store.happened(loan.loan_id)
    if query.sequence > len(rows):
        raise LoanTransactionNotFound
    known = [event for event, _ in rows[: query.sequence]]
    event, kept = rows[query.sequence - 1]
    before = await position_of(loan, known[:-1], event.booked_on, store)
    after = await position_of(loan, known, event.booked_on, store)
    return LoanDifferences(
        loan_id=loan.loan_id,
        currency=loan.currency,
        sequence=event.sequence,
        kind=event.kind,
        value_date=event.value_date,
        booked_on=event.booked_on,
        reference=kept["reference"],
        instalments=tuple(_told(each) for each in differences(before, after)),
        allocations=tuple(
            AllocationDifference(
                sequence=share.sequence,
                on=share.on,
                instalment=share.instalment,
                part=share.part,
                before_minor=was,
                after_minor=now,
            )
            for share, (was, now) in sorted(reallocated(before, after).items())
        ),
        accruals=tuple(
            AccrualDifference(instalment=number, before_minor=was, after_minor=now)
            for number, (was, now) in sorted(earned_otherwise(before, after).items())
        ),
        books=tuple(
            BooksDifference(line=line, before_minor=was, after_minor=now)
            for line, (was, now) in sorted(booked_otherwise(before, after).items())
        ),
    )


def _told(each: Difference) -> InstalmentDifference:
    return InstalmentDifference(
        instalment=each.instalment,
        part=each.part,
        due_before_minor=each.before.due_minor,
        due_after_minor=each.after.due_minor,
        paid_before_minor=each.before.paid_minor,
        paid_after_minor=each.after.paid_minor,
        waived_before_minor=each.before.waived_minor,
        waived_after_minor=each.after.waived_minor,
    )
