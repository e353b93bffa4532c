"""What is told of payments: one was requested, and how it ended."""

from uuid import UUID

from contracts.envelope import Event
from contracts.money import Currency
from contracts.payment.payments import Payment
from contracts.payment.values import Rail


class _AboutPayment(Event):
    payment_id: UUID
    from_account: str
    amount_minor: int
    currency: Currency
    requested_by: UUID | None = None  # the message that asked for it; of older ones nobody knows

    @property
    def aggregate(self) -> str:
        return f"payment:{self.payment_id}"


class TransferRequested(_AboutPayment):
    """A payment was accepted; its own service hears this and begins the saga."""

    rail: Rail


class TransferCompleted(_AboutPayment):
    """For edges where a caller waits; whoever comes later asks GetPayment."""

    must_be_heard = False

    rail_reference: str


class TransferFailed(_AboutPayment):
    """For edges where a caller waits; whoever comes later asks GetPayment."""

    must_be_heard = False

    code: str  # the refusal that ended it
    detail: str


class TransferReturned(_AboutPayment):
    """A completed payment was taken back. For edges; whoever comes later asks GetPayment."""

    must_be_heard = False


class PaymentEnded(Event):
    """A payment that ended by itself, as all see it who may; told in one commit with its end.

    For edges where a caller waits. Of a payment that people had a hand in there is none."""

    must_be_heard = False

    payment: Payment

    @property
    def aggregate(self) -> str:
        return f"payment:{self.payment.payment_id}"
