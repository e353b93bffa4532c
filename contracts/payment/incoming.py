"""Money that other banks pay to our customers: found and listed."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import Message, Query
from contracts.money import Currency
from contracts.payment.values import Payee, Rail
from contracts.words import AccountNumber, Cursor, PageSize


class IncomingState(StrEnum):
    """What has become of money from another bank.

    processing   it is being booked, or the rail has not acknowledged our answer yet
    parked       a manager has stopped it; it goes on when he retries it
    completed    our customer has it
    returned     it goes back to its sender; `reason` says why
    failed       it could not be judged; a person must look, and the rail has no answer
    """

    PROCESSING = "processing"
    PARKED = "parked"
    COMPLETED = "completed"
    RETURNED = "returned"
    FAILED = "failed"


class IncomingPayment(Message):
    """A payment from another bank to an account of ours; amounts in minor units."""

    incoming_id: UUID
    state: IncomingState
    rail: Rail
    rail_reference: str
    transfer_id: UUID  # the rail's own
    to_account: str
    remitter: Payee
    amount_minor: int
    currency: Currency
    description: str
    # A person must look: it waits too long, failed, or came under an id that another transfer has.
    needs_attention: bool
    reason: str | None  # why it was returned: a refusal code
    created_at: datetime
    updated_at: datetime


class IncomingPayments(Message):
    """A page of them; `next_cursor` is None on the last one."""

    items: tuple[IncomingPayment, ...]
    next_cursor: str | None


class GetIncomingPayment(Query):
    """One payment from another bank; a customer sees those to his accounts only."""

    reply = IncomingPayment

    incoming_id: UUID


class ListIncomingPayments(Query):
    """Payments from other banks, newest first; a customer sees those to his accounts only."""

    reply = IncomingPayments

    account_number: AccountNumber | None = None
    state: IncomingState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
