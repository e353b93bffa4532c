"""What partners hear of the accounts that an administrator has named for them.

Each is a CloudEvent 1.0 in the binary mode of its AMQP binding: attributes are headers whose names
begin with `cloudEvents_`, and the body is the data. docs/partners.md has the whole contract.
"""

from enum import StrEnum

from contracts.ingress import MovementTold, PaymentEndTold
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


class MovementHeard(MovementTold):
    """Money left the account, or came to it; a number that is lacking was lost."""

    account_number: str


class PaymentRequestedHeard(PaymentEndTold):
    """Somebody pays an account at another bank from the account."""

    rail: Rail
