"""What loans are made of: states, fees, the scorecard."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.money import MINOR_MAX

LoanProductCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{3,30}$")]
PositiveMinor = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
Percent = Annotated[Decimal, Field(ge=0, le=200, max_digits=9, decimal_places=6)]
TaxPercent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Count = Annotated[int, Field(strict=True, ge=1, le=600)]


class LoanState(StrEnum):
    """Where a loan is in its life; how well it is repaid is its classification.

    applied      somebody asks for it, and nobody has decided
    approved     it may be disbursed
    rejected     it was not approved
    cancelled    it was given up before it was disbursed, or given back within the days to think
    active       it was disbursed, in part or whole
    closed       all is repaid
    written_off  the bank expects nothing more
    """

    APPLIED = "applied"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    ACTIVE = "active"
    CLOSED = "closed"
    WRITTEN_OFF = "written_off"


class Classification(StrEnum):
    """How late a loan is, in the words of the Reserve Bank of India."""

    STANDARD = "standard"
    SMA_0 = "sma-0"
    SMA_1 = "sma-1"
    SMA_2 = "sma-2"
    NPA = "npa"


class ClassifiedBy(StrEnum):
    """Whose arrears a classification follows from.

    loan      those of the loan itself
    borrower  those of another loan of its borrower: of whom one loan does not perform, none does
    """

    LOAN = "loan"
    BORROWER = "borrower"


class Stage(StrEnum):
    """How far a loan is from being repaid, as the Reserve Bank has provisions grow.

    standard, sma-0, sma-1, sma-2   it performs: its classification
    sub-standard                    not performing for up to 12 months
    doubtful-1                      for up to one more year
    doubtful-2                      for up to two more years
    doubtful-3                      for longer
    loss                            it was written off
    """

    STANDARD = "standard"
    SMA_0 = "sma-0"
    SMA_1 = "sma-1"
    SMA_2 = "sma-2"
    SUB_STANDARD = "sub-standard"
    DOUBTFUL_1 = "doubtful-1"
    DOUBTFUL_2 = "doubtful-2"
    DOUBTFUL_3 = "doubtful-3"
    LOSS = "loss"


class Advice(StrEnum):
    """What a scorecard says; a person decides."""

    ACCEPT = "accept"
    REFER = "refer"
    DECLINE = "decline"


class ChargedFee(BaseModel):
    """A fee kept back from what is paid out, and the tax on it."""

    model_config = ConfigDict(frozen=True)

    name: str
    amount_minor: int  # without tax
    tax_minor: int


class ScoreLine(BaseModel):
    """What one rule gives, and why."""

    model_config = ConfigDict(frozen=True)

    rule: str
    points: int
    reason: str


class Scorecard(BaseModel):
    """How an application was scored, line by line, by what was known then."""

    model_config = ConfigDict(frozen=True)

    card: str  # which set of rules
    points: int  # of all lines
    advice: Advice
    lines: tuple[ScoreLine, ...]
