"""A posting that its customer is to be told of, and who may see it in the log."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.account import AccountDebited, Moved
from contracts.envelope import NotFound, Role, Subject
from contracts.money import Currency


class UnknownCustomer(NotFound):
    """There is no such customer."""


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


def signed_amount(moved: Moved) -> int:
    """Credit positive, as postings count."""
    return -moved.amount_minor if isinstance(moved, AccountDebited) else moved.amount_minor


def listed_for(subject: Subject, customer_id: int | None) -> int | None:
    """Whose notifications are listed; None: everybody's.

    Raises:
        UnknownCustomer: a customer asks for somebody else's.
    """
    if subject.role is not Role.CUSTOMER:
        return customer_id
    own = subject.customer_id
    if own is None or customer_id not in (None, own):
        raise UnknownCustomer
    return own
