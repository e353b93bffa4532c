"""What payments are made of: states, the account at another bank, steps, resolutions."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.sagas import StepState
from contracts.text import Cleaned
from contracts.words import Ifsc, Name

ProposalNumber = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Rail(StrEnum):
    """A network over which banks pay each other."""

    IMPS = "IMPS"
    RTGS = "RTGS"
    NEFT = "NEFT"


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


class Payee(BaseModel):
    """An account at another bank, as a payment has kept it."""

    model_config = ConfigDict(frozen=True)

    name: Cleaned
    account_number: str
    ifsc: str


class Beneficiary(Payee):
    """An account at another bank, as a payer names it."""

    model_config = ConfigDict(extra="forbid")

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
