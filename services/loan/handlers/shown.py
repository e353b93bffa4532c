"""Loans found for whoever may know of them, and as replies."""

from typing import Any
from uuid import UUID

from contracts.loan.applications import AboutLoan, LoanShown
from infra.handling.context import Context
from services.loan.domain.files import LoanFile
from services.loan.domain.refusals import LoanBusy, LoanNotFound
from services.loan.store import LoanStore


async def found(loan_id: UUID, store: LoanStore, context: Context) -> LoanFile:
    """The loan as it is kept, if the subject may know of it.

    Raises:
        LoanNotFound
    """
    return _visible(await store.file(loan_id), context)


async def locked(loan_id: UUID, store: LoanStore, context: Context) -> LoanFile:
    """The same, locked until the commit.

    Raises:
        LoanNotFound
        LoanBusy: money of it is on its way.
    """
    loan = _visible(await store.lock_loan(loan_id), context)
    if loan.operation_id is not None:
        raise LoanBusy
    return loan


async def shown(loan_id: UUID, store: LoanStore, context: Context) -> LoanShown:
    """The loan as it is now, for the reply."""
    loan = await store.loan(loan_id, context.subject)
    assert loan is not None
    return LoanShown(**loan.model_dump())


def about(loan: LoanShown | LoanFile) -> dict[str, Any]:
    """What each event says that is about a loan as a whole."""
    return {name: getattr(loan, name) for name in AboutLoan.model_fields}


def _visible(loan: LoanFile | None, context: Context) -> LoanFile:
    if loan is None or not context.subject.may_touch(loan.customer_id):
        raise LoanNotFound
    return loan
