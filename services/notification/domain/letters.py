"""What an e-mail says: about a posting, an account's status, or a loan that was applied for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from babel.dates import format_date
from babel.numbers import format_currency
from email_validator import EmailNotValidError

from contracts.account.values import AccountStatus
from contracts.contact import checked_email
from contracts.envelope import DomainError
from contracts.loan.applications import (
    AboutLoan,
    LoanApplied,
    LoanApproved,
    LoanClosed,
    LoanRejected,
)
from contracts.loan.rescheduling import LoanRescheduled
from contracts.loan.top_ups import LoanToppedUp
from contracts.money import Currency
from contracts.text import cleaned
from contracts.transaction.standing_orders import (
    AboutStandingOrder,
    OrderState,
    SkipReason,
    StandingOrderCreated,
    StandingOrderEnded,
    StandingOrderFailed,
    StandingOrderPaused,
    StandingOrderResumed,
    StandingOrderSkipped,
)
from services.notification.domain.deliveries import Booked, Contact, Delivery

LOCALE = "en_IN"
_LAKHS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{2})*[0-9]{3}$)")  # where a comma stands in a number

# Why, only the branch says: a reason may speak of others.
_STATUS = {
    AccountStatus.ACTIVE: ("active", "Money can be paid in and out."),
    AccountStatus.FROZEN: ("frozen", "No money can be paid in or out until the bank lifts this."),
    AccountStatus.DEBIT_BLOCKED: ("blocked for payments", "Money can be paid in, but not out."),
    AccountStatus.DORMANT: ("dormant", "Money can be paid in; call your branch to pay out again."),
    AccountStatus.CLOSED: ("closed", "This is final."),
}

_LOAN: Mapping[type[AboutLoan], tuple[str, str]] = {
    LoanApplied: ("was applied for", "Its key facts say what it costs; read them first."),
    LoanApproved: ("is approved", "It can be paid out."),
    LoanRejected: ("is not approved", "Ask your branch why."),
    LoanClosed: ("is closed", "Nothing is owed any more."),
    LoanToppedUp: ("has grown", "More was paid out; look at the schedule before you pay."),
    LoanRescheduled: ("has another schedule", "Look at it before you pay the next instalment."),
}

_ORDER_ENDED = {
    OrderState.COMPLETED: "All of its transfers are done.",
    OrderState.CANCELLED: "It was cancelled.",
    OrderState.FAILED: "It could not go on.",
}
_LEFT_OUT = {
    SkipReason.REQUESTED: ", as was asked for",
    SkipReason.ORDER_PAUSED: " since the order is paused",
}
_ORDER_SET: Mapping[type[AboutStandingOrder], tuple[str, str]] = {
    StandingOrderCreated: ("is set up", ""),
    StandingOrderPaused: ("is paused", " What falls due meanwhile is not paid, also not later."),
    StandingOrderResumed: ("goes on", " What fell due meanwhile is not paid."),
}
_SHORT = "insufficient-funds"

_CLOSING = "\nIf you do not recognise this, please call your branch at once.\n"


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


def words_about(account_number: str, status: AccountStatus, day: date) -> tuple[str, str]:
    """Subject and text of the e-mail that an account has another status since this day."""
    name, meaning = _STATUS[status]
    account = masked(account_number)
    text = f"Your account {account} is {name} since {_written(day)}. {meaning}\n"
    return f"Account {account} is {name}", text


def words_about_loan(event: type[AboutLoan], amount: str, account_number: str) -> tuple[str, str]:
    """Subject and text of the e-mail about a loan; why it was refused, the branch says."""
    verb, meaning = _LOAN[event]
    text = f"Your loan of {amount} with account {masked(account_number)} {verb}. {meaning}\n"
    return f"Your loan of {amount} {verb}", text


def words_about_overdue(number: int, amount: str, due_on: date) -> tuple[str, str]:
    """Subject and text of the e-mail that an instalment is not paid, or not all of it."""
    due = _written(due_on)
    text = (
        f"Of instalment {number} of your loan, due on {due}, {amount} is not paid. Please pay it.\n"
    )
    return f"Instalment {number} of your loan is overdue", text


def words_about_penalty(number: int, amount: str, due_on: date) -> tuple[str, str]:
    """Subject and text of the e-mail that an instalment was charged for being late, and why."""
    text = (
        f"Instalment {number} of your loan was due on {_written(due_on)} and is not paid in full."
        f" As your key facts say, it was charged {amount}. It bears no interest.\n"
    )
    return f"Penal charge on instalment {number} of your loan", text


def words_about_order(event: AboutStandingOrder) -> tuple[str, str]:
    """Subject and text of the e-mail about a standing order, or about one transfer of it."""
    amount = amount_text(event.amount_minor, event.currency)
    order = f"standing order of {amount} from account {masked(event.from_account)}"
    order += f" to account {masked(event.to_account)}"
    if isinstance(event, StandingOrderFailed):
        why = " The account held too little." if event.code == _SHORT else ""
        text = (
            f"The transfer of your {order}, due on {_written(event.due_date)}, was not made.{why}"
        )
        return f"Transfer of {amount} was not made", f"{text} It is not tried again.\n"
    if isinstance(event, StandingOrderSkipped):
        text = f"The transfer of your {order}, due on {_written(event.due_date)}, is left out"
        return f"Transfer of {amount} is left out", f"{text}{_LEFT_OUT[event.why]}.\n"
    if isinstance(event, StandingOrderEnded):
        return f"Standing order of {amount} has ended", (
            f"Your {order} has ended. {_ORDER_ENDED[event.state]}\n"
        )
    verb, meaning = _ORDER_SET[type(event)]
    return f"Standing order of {amount} {verb}", f"Your {order} {verb}.{meaning}\n"


def letter_about(delivery: Delivery, contact: Contact) -> Letter:
    """The e-mail of one delivery.

    Raises:
        UnusableAddress: no mail server would take it.
    """
    name = _one_line(contact.name)
    return Letter(
        notification_id=delivery.notification_id,
        name=name,
        address=_address(contact.email),
        subject=delivery.subject,
        text=f"Dear {name},\n\n{_text(delivery.about)}{_CLOSING}",
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
    whole, rest = divmod(abs(minor), 10**currency.scale)
    decimals = f".{rest:0{currency.scale}}" if currency.scale else ""
    sign = "-" if minor < 0 else ""
    return f"{sign}{_symbol(currency)}{_LAKHS.sub(',', str(whole))}{decimals}"


@cache
def _symbol(currency: Currency) -> str:
    """What stands before an amount. Babel knows all of this; it takes as long for one amount as
    everything else that is done about a posting here."""
    return format_currency(0, currency.value, locale=LOCALE).partition("0")[0]


def masked(account_number: str) -> str:
    return "XXXX" + account_number[-4:]


def _text(about: Booked | str) -> str:
    if isinstance(about, str):
        return about
    amount = amount_text(abs(about.amount_minor), about.currency)
    account = masked(about.account_number)
    facts = {
        "Reference:": about.reference,
        "Description:": _one_line(about.description),
        "Balance after:": amount_text(about.balance_after_minor, about.currency),
    }
    return (
        f"{amount} was {_verb(about.amount_minor)} your account {account} on "
        f"{_written(about.booked_on)}.\n\n"
        + "".join(f"{label:<16}{fact}\n" for label, fact in facts.items() if fact)
    )


def _written(day: date) -> str:
    return format_date(day, "d MMMM y", locale=LOCALE)


def _verb(amount_minor: int) -> str:
    return "credited to" if amount_minor > 0 else "debited from"


def _one_line(text: str) -> str:
    """Without line breaks and what cannot be seen, by which a text could pretend to be ours."""
    return " ".join(cleaned(text).split())
