"""What happens on accounts and to their loans, as CloudEvents that a partner reads."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.partner_events import (
    ATTRIBUTE,
    SPEC_VERSION,
    Heard,
    MovementHeard,
    PaymentRequestedHeard,
)
from contracts.payment.transfers import (
    TransferCompleted,
    TransferFailed,
    TransferRequested,
    TransferReturned,
)
from services.ingress.domain.lending import LOAN_TYPES, OfLoan, loan_heard
from services.ingress.domain.telling import about_movement, about_payment, as_json, end_told

Happening: TypeAlias = (
    AccountDebited | AccountCredited | TransferRequested | TransferCompleted
    | TransferFailed | TransferReturned | OfLoan
)  # fmt: skip

_TYPES: Mapping[type[Happening], Heard] = {
    AccountDebited: Heard.DEBITED,
    AccountCredited: Heard.CREDITED,
    TransferRequested: Heard.PAYMENT_REQUESTED,
    TransferCompleted: Heard.PAYMENT_COMPLETED,
    TransferFailed: Heard.PAYMENT_FAILED,
    TransferReturned: Heard.PAYMENT_RETURNED,
    **{kind: heard for kind, (heard, _) in LOAN_TYPES.items()},
}


class CloudEvent(NamedTuple):
    """Its type, its attributes as headers, and its data."""

    type: Heard
    headers: Mapping[str, str]
    data: bytes


def type_of(event: Happening) -> Heard:
    """What a partner is subscribed to that is told of it."""
    return _TYPES[type(event)]


def account_of(event: Happening) -> str | None:
    """The account on which it happens, and whose partners hear it; None: it does not say, since it
    was told by an older version, and nobody hears it."""
    if isinstance(event, Moved | OfLoan):
        return event.account_number
    return event.from_account


def cloud_event(event: Happening, event_id: UUID, now: datetime) -> CloudEvent:
    """The event as it leaves; its id is ours, and the same however often it is told."""
    type_ = type_of(event)
    attributes = {
        "specversion": SPEC_VERSION,
        "id": str(event_id),
        "source": f"/api/accounts/{account_of(event)}",
        "type": type_.value,
        "time": (event.booked_at if isinstance(event, Moved) else now).isoformat(),
        "subject": str(_subject(event)),
    }
    headers = {f"{ATTRIBUTE}{name}": value for name, value in attributes.items()}
    return CloudEvent(type_, headers, _data(event))


def _subject(event: Happening) -> UUID:
    """The entry, the loan or the payment."""
    if isinstance(event, Moved):
        return event.entry_id
    return event.loan_id if isinstance(event, OfLoan) else event.payment_id


def _data(event: Happening) -> bytes:
    if isinstance(event, Moved):
        heard = MovementHeard(**about_movement(event), account_number=event.account_number)
        return as_json(heard)
    if isinstance(event, TransferRequested):
        return as_json(PaymentRequestedHeard(**about_payment(event), rail=event.rail))
    return as_json(loan_heard(event)) if isinstance(event, OfLoan) else end_told(event).body
