"""What a customer is to be told: a posting on his account, or other words about it."""

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
class Booked:
    """A posting, as its customer is told of it."""

    account_number: str
    amount_minor: int  # signed, credit positive
    balance_after_minor: int
    currency: Currency
    reference: str
    description: str
    booked_on: date


@dataclass(frozen=True, slots=True)
class Delivery:
    """One e-mail to be, and how far it has come."""

    notification_id: UUID
    about: Booked | str  # a posting, or what there is to say
    subject: str
    attempts: int
    created_at: datetime
    contact: Contact | None  # None: no address is known yet
