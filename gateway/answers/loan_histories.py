"""What has become of loans as answers: versions of schedules, and what late events changed."""

from datetime import date, datetime
from uuid import UUID

from contracts.loan.differences import (
    AccrualDifference,
    AllocationDifference,
    BooksDifference,
    InstalmentDifference,
    LoanDifferences,
)
from contracts.loan.versions import ScheduleVersion, ScheduleVersions
from contracts.money import Currency
from gateway.answers.loans import LOAN, STAFF
from gateway.money import MoneyText
from gateway.schemas import Answer, example

A_VERSION = {
    "number": 2, "kind": "rescheduled", "sequence": 2, "value_date": "2026-02-10",
    "booked_on": "2026-02-10", "recorded_at": "2026-02-10T10:00:00Z", "made_by": STAFF,
    "reason": "lower income",
}  # fmt: skip


class ScheduleVersionAnswer(Answer):
    """What made one version of a schedule. Customers do not see who, nor why."""

    tells = ScheduleVersion

    number: int
    kind: str
    sequence: int
    value_date: date
    booked_on: date
    recorded_at: datetime
    made_by: str | None
    reason: str | None


class ScheduleVersionsAnswer(Answer):
    """All versions of the schedule, the oldest first; none before it is paid out."""

    model_config = example(loan_id=LOAN, items=[A_VERSION])
    tells = ScheduleVersions

    loan_id: UUID
    items: tuple[ScheduleVersionAnswer, ...]


_ACCRUED = {"before": "1200.00", "after": "1174.20"}
DIFFERENCES = {
    "loan_id": LOAN, "currency": "INR", "sequence": 3, "kind": "repaid",
    "value_date": "2026-01-20", "booked_on": "2026-02-02",
    "reference": "LOAN-01941f297c0070008000000000000011",
    "instalments": [
        {"instalment": 1, "part": "interest", "due_before": "1200.00", "due_after": "1174.20",
         "paid_before": "0.00", "paid_after": "1174.20", "waived_before": "0.00",
         "waived_after": "0.00"},
    ],
    "allocations": [
        {"sequence": 3, "on": "2026-01-20", "instalment": 1, "part": "interest", "before": "0.00",
         "after": "1174.20"},
    ],
    "accruals": [{"instalment": 1, **_ACCRUED}],
    "books": [{"line": "INTEREST-INCOME", **_ACCRUED}],
}  # fmt: skip


class InstalmentDifferenceAnswer(Answer):
    """One part of one instalment, before and after."""

    tells = InstalmentDifference
    borrows_currency = True

    instalment: int
    part: str
    due_before: MoneyText
    due_after: MoneyText
    paid_before: MoneyText
    paid_after: MoneyText
    waived_before: MoneyText
    waived_after: MoneyText


class AllocationDifferenceAnswer(Answer):
    """What a payment or a waiver went to, before and after."""

    tells = AllocationDifference
    borrows_currency = True

    sequence: int
    on: date
    instalment: int
    part: str
    before: MoneyText
    after: MoneyText


class AccrualDifferenceAnswer(Answer):
    """What was earned of the interest of an instalment, before and after."""

    tells = AccrualDifference
    borrows_currency = True

    instalment: int
    before: MoneyText
    after: MoneyText


class BooksDifferenceAnswer(Answer):
    """What the ledger should hold of the loan on a line of the chart, credit positive."""

    tells = BooksDifference
    borrows_currency = True

    line: str
    before: MoneyText
    after: MoneyText


class LoanDifferencesAnswer(Answer):
    """All that one event has changed of the loan, on the day on which it became known."""

    model_config = example(**DIFFERENCES)
    tells = LoanDifferences

    loan_id: UUID
    currency: Currency
    sequence: int
    kind: str
    value_date: date
    booked_on: date
    reference: str | None
    instalments: tuple[InstalmentDifferenceAnswer, ...]
    allocations: tuple[AllocationDifferenceAnswer, ...]
    accruals: tuple[AccrualDifferenceAnswer, ...]
    books: tuple[BooksDifferenceAnswer, ...]
