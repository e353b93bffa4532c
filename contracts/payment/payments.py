"""Payments: made, found and listed."""

from datetime import datetime
from uuid import UUID

from contracts.envelope import EVERYONE, GATEWAY, Command, Message, Query, Role
from contracts.money import Currency, Money
from contracts.payment.values import Beneficiary, Payee, PaymentState, Rail, Resolution, Step
from contracts.words import AccountNumber, Cursor, PageSize, Text


class Payment(Message):
    """A payment to another bank, with the steps it has taken; amounts in minor units."""

    payment_id: UUID
    state: PaymentState
    rail: Rail
    rail_reference: str | None
    from_account: str
    beneficiary: Payee
    amount_minor: int
    currency: Currency
    description: str
    # A person must look: it has not begun in a minute, the machine cannot end it by itself, or the
    # rail has contradicted itself and no resolution is done.
    needs_attention: bool
    reason: str | None  # why it failed or was cancelled: a refusal code
    created_at: datetime
    updated_at: datetime
    steps: tuple[Step, ...]
    resolution: Resolution | None = None
    cut_off: datetime | None = None  # when its batch leaves; None: it goes by itself


class PaymentAccepted(Payment):
    """The payment is stored and on its way."""


class MakePayment(Command):
    """Pay an account at another bank; ends in TransferCompleted or TransferFailed."""

    reply = PaymentAccepted
    senders = frozenset({GATEWAY, "ingress"})
    roles = EVERYONE - {Role.AUDITOR}
    about = ("payment:{reply.payment_id}", "account:{from_account}")

    from_account: AccountNumber
    beneficiary: Beneficiary
    amount: Money
    rail: Rail
    description: Text = ""


class GetPayment(Query):
    """One payment; a customer sees those from his accounts only."""

    reply = Payment

    payment_id: UUID


class Payments(Message):
    """A page of payments; `next_cursor` is None on the last one."""

    items: tuple[Payment, ...]
    next_cursor: str | None


class ListPayments(Query):
    """Payments, newest first; a customer sees those from his accounts only."""

    reply = Payments

    account_number: AccountNumber | None = None
    state: PaymentState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
