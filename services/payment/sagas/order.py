"""What a saga knows of one payment: the order as accepted, and what it learnt on the way."""

from datetime import datetime
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Subject
from contracts.money import Money
from contracts.payment.values import Payee, Rail
from contracts.text import Cleaned


class PaymentOrder(BaseModel):
    """An amount to be paid from an account of this bank to a payee at another one."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    payment_id: UUID
    rail: Rail = Rail.IMPS  # orders from before there was a second rail do not say it
    payer: Subject  # whose authority holds the money
    from_account: str
    beneficiary: Payee
    amount: Money
    description: Cleaned
    cut_off: datetime | None = None  # when its batch leaves; None: its rail takes it by itself
    answer_by: datetime | None = None  # when silence of the rail is a no; None: never
    daily_compensation: Money | None = None  # for each day after that one on which it fails
    rail_reference: str | None = None  # from the rail's acceptance
    beneficiary_id: UUID | None = None  # of one on a list, whose customer's account must pay
    customer_id: int | None = None  # that customer
    requested_by: UUID | None = None  # the message that asked for it; orders of before lack it
    fee_minor: int = 0  # what it costs beside its amount; nothing, before there were fees
    gst_minor: int = 0  # the tax on the fee, on top of it

    @property
    def hold_id(self) -> UUID:
        """The same for every attempt, so that a repeated step finds its own hold."""
        return uuid5(self.payment_id, "hold")

    @property
    def total(self) -> Money:
        """All that leaves the payer's account."""
        minor = self.amount.minor + self.fee_minor + self.gst_minor
        return Money(minor=minor, currency=self.amount.currency)
