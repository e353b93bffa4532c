"""Money that other banks give back: found and listed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import READERS, Message, Query
from contracts.money import Currency
from contracts.payment.values import Rail
from contracts.words import Cursor, PageSize


class ReturnState(StrEnum):
    """What has become of what another bank gave back.

    pending      its payment is still under way
    processing   it is being booked
    returned     the payer has it
    set-aside    it stands in suspense, since it has no payer to go to; a person must look
    refused      another return came under its id before; nothing is booked, a person must look
    """

    PENDING = "pending"
    PROCESSING = "processing"
    RETURNED = "returned"
    SET_ASIDE = "set-aside"
    REFUSED = "refused"


class ReturnedPayment(Message):
    """What another bank gave back, in minor units."""

    return_id: UUID
    state: ReturnState
    rail: Rail
    rail_reference: str
    transfer_id: UUID  # as the rail names it
    payment_id: UUID | None  # the same, where it is a payment of ours over this rail
    amount_minor: int
    currency: Currency
    code: str  # the other bank's reason
    detail: str
    set_aside_because: str | None
    needs_attention: bool
    created_at: datetime
    updated_at: datetime


class ReturnedPayments(Message):
    """A page of them; `next_cursor` is None on the last one."""

    items: tuple[ReturnedPayment, ...]
    next_cursor: str | None


class GetReturn(Query):
    """What another bank gave back."""

    reply = ReturnedPayment
    roles = READERS

    return_id: UUID


class ListReturns(Query):
    """What other banks gave back, newest first."""

    reply = ReturnedPayments
    roles = READERS

    state: ReturnState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
