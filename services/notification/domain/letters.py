"""What an e-mail about a posting says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from babel.dates import format_date
from babel.numbers import format_currency
from email_validator import EmailNotValidError

from contracts.contact import checked_email
from contracts.envelope import DomainError
from contracts.money import Currency
from contracts.text import cleaned
from services.notification.domain.deliveries import Contact, Delivery

LOCALE = "en_IN"


class UnusableAddress(DomainError):
    """The customer's e-mail address is not one that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail, the same each time it is written."""

    notification_id: UUID
    name: str
    address: str
    subject: str
    text: str
    written_at: datetime


def subject_of(account_number: str, amount_minor: int, currency: Currency) -> str:
    """`₹500.00 credited to account XXXX3456`; a negative amount is debited."""
    amount = amount_text(abs(amount_minor), currency)
    return f"{amount} {_verb(amount_minor)} account {masked(account_number)}"


def letter_about(delivery: Delivery, contact: Contact) -> Letter:
    """The e-mail that tells a customer of one posting.

    Raises:
        UnusableAddress: no mail server would take it.
    """
    name = _one_line(contact.name)
    return Letter(
        notification_id=delivery.notification_id,
        name=name,
        address=_address(contact.email),
        subject=delivery.subject,
        text=_text(delivery, name),
        written_at=delivery.created_at,
    )


def _address(email: str) -> str:
    """As mail servers take it without extensions; anything else could break out of a header."""
    try:
        address = checked_email(email, has_public_domain=False).ascii_email
    except EmailNotValidError as error:
        raise UnusableAddress from error
    if address is None:
        raise UnusableAddress
    return address


def amount_text(minor: int, currency: Currency) -> str:
    """As written in India, lakhs and crores apart: `₹12,34,567.00`."""
    return format_currency(Decimal(minor).scaleb(-currency.scale), currency.value, locale=LOCALE)


def masked(account_number: str) -> str:
    return "XXXX" + account_number[-4:]


def _text(delivery: Delivery, name: str) -> str:
    amount = amount_text(abs(delivery.amount_minor), delivery.currency)
    account = masked(delivery.account_number)
    day = format_date(delivery.booked_on, "d MMMM y", locale=LOCALE)
    facts = {
        "Reference:": delivery.reference,
        "Description:": _one_line(delivery.description),
        "Balance after:": amount_text(delivery.balance_after_minor, delivery.currency),
    }
    return (
        f"Dear {name},\n\n"
        f"{amount} was {_verb(delivery.amount_minor)} your account {account} on {day}.\n\n"
        + "".join(f"{label:<16}{fact}\n" for label, fact in facts.items() if fact)
        + "\nIf you do not recognise this, please call your branch at once.\n"
    )


def _verb(amount_minor: int) -> str:
    return "credited to" if amount_minor > 0 else "debited from"


def _one_line(text: str) -> str:
    """Without line breaks and what cannot be seen, by which a text could pretend to be ours."""
    return " ".join(cleaned(text).split())
