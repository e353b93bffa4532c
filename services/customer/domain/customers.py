"""Customers: what may be said about one, and which change may follow which."""

from datetime import date

from pydantic_core import PydanticCustomError

from contracts.conditional import Conditional
from contracts.contact import phone
from contracts.customer import Customer, CustomerStatus
from contracts.envelope import Conflict, DomainError, Kind, NotFound

AGE_YEARS_MAX = 120


class UnknownCustomer(NotFound):
    """There is no such customer."""


class CustomerExists(Conflict):
    """There is a customer with this e-mail, phone or identity number already."""


class CustomerClosed(Conflict):
    """The customer is closed, and stays so."""


class CustomerHasAccounts(Conflict):
    """The customer still has accounts that are not closed."""


class StaleVersion(DomainError):
    """The customer was changed since you read it."""

    kind = Kind.STALE


class InvalidDateOfBirth(DomainError):
    """The date of birth is not in the past, or more than 120 years ago."""


def require_plausible_birth(born_on: date, today: date) -> None:
    """Minors may be customers; the unborn and the immortal may not."""
    age_years = (
        today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    )
    if born_on >= today or age_years > AGE_YEARS_MAX:
        raise InvalidDateOfBirth


def require_open(customer: Customer) -> None:
    """Raises CustomerClosed: nothing changes any more."""
    if customer.status is CustomerStatus.CLOSED:
        raise CustomerClosed


def require_current(customer: Customer, change: Conditional) -> None:
    """Raises StaleVersion unless the change is meant for what the customer is now."""
    if not change.allows(customer.version):
        raise StaleVersion


def customer_number(id_: int) -> str:
    return f"CU-{id_:08d}"


def sought(search: str) -> str:
    """What to look for: a whole phone number in the form in which it is kept, else the words."""
    try:
        return phone(search)
    except PydanticCustomError:
        return search
