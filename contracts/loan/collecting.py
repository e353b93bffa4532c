"""Loans that are overdue, for those who see to it that they are paid."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import READERS, Message, Query
from contracts.loan.values import Classification, ClassifiedBy
from contracts.money import Currency
from contracts.words import Cursor, PageSize


class LoanToCollect(Message):
    """A loan of which something is overdue; amounts in minor units."""

    loan_id: UUID
    customer_id: int
    account_number: str  # of the loan
    product_code: str
    currency: Currency
    overdue_minor: int
    overdue_since: date
    days_past_due: int
    instalments_overdue: int
    classification: Classification
    classified_by: ClassifiedBy
    outstanding_minor: int  # principal
    last_paid_on: date | None  # None: nothing was ever repaid
    last_paid_minor: int


class LoansToCollect(Message):
    """A page of them; `next_cursor` is None on the last one."""

    items: tuple[LoanToCollect, ...]
    next_cursor: str | None


class ListLoansToCollect(Query):
    """Loans that are overdue at the end of the last date that is over, the longest overdue first.

    What was repaid since counts.
    """

    reply = LoansToCollect
    roles = READERS

    classification: Classification | None = None
    days_past_due_min: Annotated[int, Field(ge=1, le=36_500)] | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
