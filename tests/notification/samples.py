"""A customer and a posting that she is told of."""

from datetime import date
from uuid import UUID

from contracts.money import Currency
from services.notification.domain.deliveries import Booked, Contact, Delivery
from services.notification.domain.letters import subject_of
from tests.fixtures.postings import NOON

ASHA = Contact("Asha Rao", "asha.rao@example.com")
DEPOSIT = Booked(
    account_number="AC-20250709-123456",
    amount_minor=50_000,
    balance_after_minor=123_456_700,
    currency=Currency.INR,
    reference="DEP-1",
    description="Cash deposit",
    booked_on=date(2026, 1, 5),
)
SALARY = Delivery(
    notification_id=UUID(int=7),
    about=DEPOSIT,
    subject=subject_of("AC-20250709-123456", 50_000, Currency.INR),
    attempts=0,
    created_at=NOON,
    contact=ASHA,
)
