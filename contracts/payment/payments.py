"""Payments: made, found and listed."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from contracts.envelope import EVERYONE, GATEWAY, Command, Message, Query, Role
from contracts.money import Currency, Money
from contracts.payment.recalled import PaymentRecall
from contracts.payment.values import (
    ONE_PAYEE,
    Beneficiary,
    Compensation,
    Payee,
    PaymentState,
    Rail,
    Resolution,
    Step,
)
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
    beneficiary_id: UUID | None = None  # None: it named its payee by what he goes by
    answer_by: datetime | None = None  # when silence of the rail is a no; None: never
    compensation: Compensation | None = None  # None: it has not failed too late
    # What its payer pays beside the amount once it is completed, by the rule of its rail on the day
    # on which it was accepted; a payment that was not made costs nothing.
    fee_minor: int = 0
    gst_minor: int = 0  # the tax on the fee, on top of it
    recall: PaymentRecall | None = None  # the last one by which it was asked back


class PaymentAccepted(Payment):
    """The payment is stored and on its way."""


class MakePayment(Command):
    """Pay an account at another bank; ends in TransferCompleted or TransferFailed."""

    reply = PaymentAccepted
    senders = frozenset({GATEWAY, "ingress"})
    roles = EVERYONE - {Role.AUDITOR}
    about = ("payment:{reply.payment_id}", "account:{from_account}")

    model_config = ConfigDict(json_schema_extra=ONE_PAYEE)

    from_account: AccountNumber
    beneficiary: Beneficiary | None = None
    beneficiary_id: UUID | None = None  # of one on the list of the customer whose account pays
    amount: Money
    rail: Rail
    description: Text = ""

    @model_validator(mode="after")
    def _names_one_payee(self) -> Self:
        if (self.beneficiary is None) == (self.beneficiary_id is None):
            raise PydanticCustomError(
                "payee", "A payment names its payee either by beneficiary or by beneficiary_id."
            )
        return self


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
