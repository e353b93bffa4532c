"""What the end of a day says of loans."""

from datetime import date
from uuid import UUID

from contracts.envelope import Event
from contracts.money import Currency


class InstalmentOverdue(Event):
    """The day on which an instalment was due is over, and not all of it is paid."""

    loan_id: UUID
    customer_id: int
    account_number: str  # of the loan
    number: int  # of the instalment
    due_on: date
    currency: Currency
    outstanding_minor: int  # of the instalment, in minor units

    @property
    def aggregate(self) -> str:
        return f"loan:{self.loan_id}"
