"""A posting that its customer is to be told of."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.money import Currency


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a customer is written to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One posting and how far its e-mail has come."""

    notification_id: UUID
    account_number: str
    amount_minor: int  # signed, credit positive
    balance_after_minor: int
    currency: Currency
    reference: str
    description: str
    booked_on: date
    subject: str
    attempts: int
    created_at: datetime
    contact: Contact | None  # None: no address is known yet
