"""What partners hear of the accounts that an administrator has named for them.

Each is a CloudEvent 1.0 in the binary mode of its AMQP binding: attributes are headers whose names
begin with `cloudEvents_`, and the body is the data. docs/partners.md has the whole contract.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ingress import PaymentEndTold
from contracts.money import Currency
from contracts.payment.values import Rail

SPEC_VERSION = "1.0"
ATTRIBUTE = "cloudEvents_"  # the prefix of which the binding prefers this one


class Heard(StrEnum):
    """The types of events, which are also the AMQP types of their messages."""

    DEBITED = "bank.account-debited.v1"
    CREDITED = "bank.account-credited.v1"
    PAYMENT_REQUESTED = "bank.payment-requested.v1"
    PAYMENT_COMPLETED = "bank.payment-completed.v1"
    PAYMENT_FAILED = "bank.payment-failed.v1"
    PAYMENT_RETURNED = "bank.payment-returned.v1"


class MovementHeard(BaseModel):
    """Money left the account, or came to it; booked, and final."""

    model_config = ConfigDict(frozen=True)

    account_number: str
    number: int  # of the posting on its account, gapless: what is lacking was lost
    entry_id: UUID
    reference: str
    kind: str
    amount: str
    currency: Currency
    balance_after: str
    description: str
    booked_at: datetime
    value_date: date


class PaymentRequestedHeard(PaymentEndTold):
    """Somebody pays an account at another bank from the account."""

    rail: Rail
