"""What people may do about a payment under way."""

from uuid import UUID

from contracts.envelope import EVERYONE, Command, Role
from contracts.payment.payments import Payment
from contracts.words import Reason


class PaymentSteered(Payment):
    """The payment after an operator's or owner's command."""


class CancelPayment(Command):
    """Stop a payment before it was submitted to the rail."""

    reply = PaymentSteered
    roles = EVERYONE - {Role.AUDITOR}
    about = "payment:{payment_id}"

    payment_id: UUID


class RetryPayment(Command):
    """Send the current step of a payment again, now."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason


class ParkPayment(Command):
    """Stop the machine's own retries of a payment until a person retries or compensates."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason


class CompensatePayment(Command):
    """Undo the finished steps of a payment that has not passed the rail."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason
