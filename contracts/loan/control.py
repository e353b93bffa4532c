"""Loans held against the ledger: what all have noted as booked, and what its own lines hold."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.envelope import READERS, Message, Query
from contracts.money import Currency

LineCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_-]{0,99}$")]


class HeldLine(BaseModel):
    """What the ledger holds on a line of the chart, credit positive, in minor units."""

    model_config = ConfigDict(frozen=True)

    gl_code: LineCode
    currency: Currency
    held_minor: int


class ControlLine(BaseModel):
    """A line on which loans alone are booked; amounts credit positive, in minor units."""

    model_config = ConfigDict(frozen=True)

    line: str
    currency: Currency
    noted_minor: int  # for all loans together
    held_minor: int  # by the ledger
    difference_minor: int  # what the ledger holds beyond that


class LoanThatDiffers(BaseModel):
    """A loan for which not that is noted which was booked; amounts as above."""

    model_config = ConfigDict(frozen=True)

    loan_id: UUID
    line: str
    currency: Currency
    noted_minor: int
    booked_minor: int


class LoanControl(Message):
    """Line by line whether loans and ledger agree; if they do not, the loans behind it.

    Movements that are under way may be in the one and not yet in the other.
    """

    lines: tuple[ControlLine, ...]
    loans: tuple[LoanThatDiffers, ...]  # none are looked for where all lines agree
    under_way: int  # movements and accruals that the books have not answered


class GetLoanControl(Query):
    """Hold all loans against these figures of the ledger."""

    reply = LoanControl
    roles = READERS

    held: Annotated[tuple[HeldLine, ...], Field(max_length=2_000)]
