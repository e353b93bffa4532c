"""What an event of a loan has changed of it: each figure as it was before, and as it is with it.

A repayment that is backdated or taken back changes what came after it: which instalment later ones
paid, what was earned, and what is still due.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Message, Query
from contracts.loan.positions import Number
from contracts.money import Currency


class InstalmentDifference(BaseModel):
    """One part of one instalment, before and after; amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    instalment: int
    part: str  # `principal`, `interest`, `fees` or `penalties`
    due_before_minor: int
    due_after_minor: int
    paid_before_minor: int
    paid_after_minor: int
    waived_before_minor: int
    waived_after_minor: int


class AllocationDifference(BaseModel):
    """What a payment or a waiver went to, before and after; amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    sequence: int  # of the event that paid or waived it
    on: date
    instalment: int
    part: str
    before_minor: int
    after_minor: int


class AccrualDifference(BaseModel):
    """What was earned of an instalment's interest, before and after; amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    instalment: int
    before_minor: int
    after_minor: int


class BooksDifference(BaseModel):
    """What the ledger should hold of the loan on a line, credit positive, in minor units."""

    model_config = ConfigDict(frozen=True)

    line: str  # of the chart of accounts
    before_minor: int
    after_minor: int


class LoanDifferences(Message):
    """All that one event has changed, on the business date on which it became known."""

    loan_id: UUID
    currency: Currency
    sequence: int
    kind: str
    value_date: date  # from when it counts
    booked_on: date  # business date on which it became known, and on which it is booked
    reference: str | None  # of its entry in the ledger; None: nothing was booked
    instalments: tuple[InstalmentDifference, ...]
    allocations: tuple[AllocationDifference, ...]
    accruals: tuple[AccrualDifference, ...]
    books: tuple[BooksDifference, ...]


class GetLoanDifferences(Query):
    """What an event of a loan has changed of it; a customer sees his own loans only."""

    reply = LoanDifferences

    loan_id: UUID
    sequence: Number  # of the event
