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


class PenaltyCharged(Event):
    """An instalment was charged for being late; by key facts, and by all that was known that day.

    Told at the end of the day. A payment that becomes known later may take the charge away.
    """

    loan_id: UUID
    customer_id: int
    account_number: str  # of the loan
    number: int  # of the instalment
    due_on: date  # of the instalment
    charged_on: date
    currency: Currency
    amount_minor: int  # with the tax
    tax_minor: int

    @property
    def aggregate(self) -> str:
        return f"loan:{self.loan_id}"
