"""What payments are made of: states, the payee at another bank, steps, resolutions."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from contracts.money import Currency
from contracts.sagas import StepState
from contracts.text import Cleaned
from contracts.words import Ifsc, Name

OtherAccountNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{6,34}$")]
HANDLE = r"[A-Za-z][A-Za-z0-9]{1,63}"
Handle = Annotated[str, StringConstraints(pattern=rf"^{HANDLE}$", to_lower=True)]
# The same address however its letters are written, so it is kept in small ones.
Vpa = Annotated[
    str, StringConstraints(pattern=rf"^[A-Za-z0-9._-]{{2,256}}@{HANDLE}$", to_lower=True)
]
ProposalNumber = Annotated[int, Field(strict=True, ge=1, le=10_000)]


class Rail(StrEnum):
    """A network over which banks pay each other."""

    IMPS = "IMPS"
    RTGS = "RTGS"
    NEFT = "NEFT"
    UPI = "UPI"


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


class CompensationState(StrEnum):
    """How far it is with what a payer gets for a late failure."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"  # the account could not be credited, `code` says why; a person looks


class Compensation(BaseModel):
    """What the payer gets of a payment that failed after its turn around time."""

    model_config = ConfigDict(frozen=True)

    days: int  # after the last one in time
    amount_minor: int  # of all these days
    currency: Currency
    state: CompensationState
    code: str | None = None


class Payee(BaseModel):
    """Somebody at another bank, as a payment has kept him: by an account, or by an address."""

    model_config = ConfigDict(frozen=True)

    name: Cleaned
    account_number: str | None = None
    ifsc: str | None = None
    vpa: str | None = None

    @property
    def handle(self) -> str | None:
        """Whoever gave out the address: what stands behind its @."""
        return self.vpa.partition("@")[2] if self.vpa else None


class Beneficiary(Payee):
    """Somebody at another bank, as a payer names him: `account_number` and `ifsc`, or `vpa`."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    account_number: OtherAccountNumber | None = None
    ifsc: Ifsc | None = None
    vpa: Vpa | None = None

    @model_validator(mode="after")
    def _goes_by_one(self) -> Self:
        account = (self.account_number, self.ifsc)
        if (None in account) if self.vpa is None else any(account):
            raise PydanticCustomError(
                "payee", "A payee goes either by account_number and ifsc, or by vpa."
            )
        return self


# What the schema of whoever pays says of it.
ONE_PAYEE: JsonDict = {"anyOf": [{"required": ["beneficiary"]}, {"required": ["beneficiary_id"]}]}


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
