"""What the payment service can be asked and what it tells: payments to other banks by steps."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import EVERYONE, Command, Event, Message, Query, Role
from contracts.money import Currency, Money
from contracts.words import AccountNumber, Cursor, Ifsc, Name, PageSize, Reason, Text

ProposalNumber = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Rail(StrEnum):
    IMPS = "IMPS"


class PaymentState(StrEnum):
    """Public states; all but processing and parked are final, and say where the money is.

    processing   the bank is at work on it, or about to begin
    parked       a manager has stopped it; it goes on when he retries or compensates it
    completed    the other bank has the money
    failed       it was not made and the payer keeps his money; `reason` says why
    cancelled    it was stopped before it went to the rail, and the payer keeps his money
    returned     it was completed, and the payer has got his money back

    Only a resolution, which two managers make when the rail has contradicted itself, changes a
    final state: to completed, or from completed to returned.
    """

    PROCESSING = "processing"
    PARKED = "parked"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"

    @property
    def is_final(self) -> bool:
        return self not in (PaymentState.PROCESSING, PaymentState.PARKED)


class ResolutionOutcome(StrEnum):
    """What the banks have agreed about a payment that the rail contradicted.

    settle   the other bank keeps the money, and the payer pays
    return   the other bank gives it back or never had it; the payer keeps his, or gets it back
    """

    SETTLE = "settle"
    RETURN = "return"


class ResolutionState(StrEnum):
    PROPOSED = "proposed"  # by one manager; another approves or rejects it
    APPROVED = "approved"  # its entries are being booked
    DONE = "done"
    FAILED = "failed"  # the books could not follow, `code` says why; another may be proposed
    REJECTED = "rejected"


class StepState(StrEnum):
    WAITING = "waiting"  # its command is on its way
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer in time; being asked about
    UNDOING = "undoing"
    UNDONE = "undone"


class Beneficiary(BaseModel):
    """An account at another bank."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    account_number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{6,34}$")]
    ifsc: Ifsc


class Step(BaseModel):
    """One step of a payment as people see it."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: StepState
    started_at: datetime
    ended_at: datetime | None
    reason: str | None


class Resolution(BaseModel):
    """The last answer of two managers to a rail that contradicted itself.

    A customer sees one that is done, without who and why.
    """

    model_config = ConfigDict(frozen=True)

    number: int  # 1, 2, 3 … per payment
    outcome: ResolutionOutcome
    state: ResolutionState
    code: str | None  # the refusal that failed it
    reason: str | None
    proposed_by: str | None
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    contradicted_at: datetime | None  # the rail has said otherwise since


class Payment(Message):
    """A payment to another bank, with the steps it has taken; amounts in minor units."""

    payment_id: UUID
    state: PaymentState
    rail: Rail
    rail_reference: str | None
    from_account: str
    beneficiary: Beneficiary
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


class PaymentAccepted(Payment):
    """The payment is stored and on its way."""


class MakePayment(Command):
    """Pay an account at another bank; ends in TransferCompleted or TransferFailed."""

    reply = PaymentAccepted
    roles = EVERYONE - {Role.AUDITOR}

    from_account: AccountNumber
    beneficiary: Beneficiary
    amount: Money
    rail: Rail
    description: Text = ""


class PaymentSteered(Payment):
    """The payment after an operator's or owner's command."""


class CancelPayment(Command):
    """Stop a payment before it was submitted to the rail."""

    reply = PaymentSteered
    roles = EVERYONE - {Role.AUDITOR}

    payment_id: UUID


class RetryPayment(Command):
    """Send the current step of a payment again, now."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    reason: Reason


class ParkPayment(Command):
    """Stop the machine's own retries of a payment until a person retries or compensates."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    reason: Reason


class CompensatePayment(Command):
    """Undo the finished steps of a payment that has not passed the rail."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    reason: Reason


class ProposeResolution(Command):
    """Propose how a payment ends that the rail contradicted; another manager decides."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    outcome: ResolutionOutcome
    reason: Reason


class ApproveResolution(Command):
    """Let the books follow the open proposal, made by another manager."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    reason: Reason
    number: ProposalNumber | None = None  # of the proposal that is meant; None: the open one


class RejectResolution(Command):
    """Refuse the open proposal, made by another manager; a new one can be made."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})

    payment_id: UUID
    reason: Reason
    number: ProposalNumber | None = None


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


class _AboutPayment(Event):
    payment_id: UUID
    from_account: str
    amount_minor: int
    currency: Currency

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
