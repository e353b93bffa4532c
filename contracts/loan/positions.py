"""A loan on a date: what closes it, what has happened to it, and why a figure is what it is."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import Message, Query
from contracts.money import Currency

Number = Annotated[int, Field(strict=True, ge=1, le=2_000)]


class Payoff(Message):
    """What closes a loan if it is paid on this date, to the last minor unit."""

    loan_id: UUID
    currency: Currency
    on: date
    payoff_minor: int
    principal_minor: int
    interest_minor: int  # due, and earned since the last due date
    fees_minor: int
    penalties_minor: int


class GetPayoff(Query):
    """What closes a loan on a date, today's or one to come; a customer sees his own loans only."""

    reply = Payoff

    loan_id: UUID
    on: date | None = None  # None: today's business date


class LoanTransaction(BaseModel):
    """One event of a loan; amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    sequence: int
    kind: str  # `disbursed`, `repaid`, `waived` …
    value_date: date  # from when it counts
    booked_on: date  # business date on which it became known
    recorded_at: datetime
    amount_minor: int | None  # None: it moves none
    principal_minor: int  # what it paid or waived of each part
    interest_minor: int
    fees_minor: int
    penalties_minor: int
    operation_id: UUID | None  # the movement of money; of a repayment, its id
    reference: str | None  # of the entry in the ledger
    reverses: int | None  # the number of the event that it takes back
    is_reversed: bool


class LoanPenalCharge(BaseModel):
    """What late payment of an instalment has cost on a day; amounts in minor units."""

    model_config = ConfigDict(frozen=True)

    instalment: int
    due_on: date  # of the instalment
    charged_on: date
    amount_minor: int  # with the tax
    tax_minor: int


class LoanTransactions(Message):
    """All events of a loan, the latest first, and the penal charges that follow from them.

    A charge is no event: it is not numbered, and what becomes known later may change it.
    """

    loan_id: UUID
    currency: Currency
    items: tuple[LoanTransaction, ...]
    penal_charges: tuple[LoanPenalCharge, ...] = ()  # the latest first


class GetLoanTransactions(Query):
    """All that happened to a loan; a customer sees his own loans only."""

    reply = LoanTransactions

    loan_id: UUID


class ExplainedLine(BaseModel):
    """One line of an explanation: what it adds to the figure, and why."""

    model_config = ConfigDict(frozen=True)

    amount_minor: int  # negative: it lessens the figure
    sentence: str
    rule: str
    instalment: int
    sequence: int | None  # of the event behind it
    since: date | None  # first day of the interest
    until: date | None  # the day after the last one
    days: int | None
    balance_minor: int | None  # on which there is interest
    annual_rate: Decimal | None  # percent
    factor: str | None  # share of the balance, with twelve decimals


class LoanExplanation(Message):
    """A figure, and lines whose amounts add up to it."""

    loan_id: UUID
    currency: Currency
    on: date
    figure_minor: int
    lines: tuple[ExplainedLine, ...]


class GetLoanExplanation(Query):
    """Why that closes a loan on a date which does; a customer sees his own loans only."""

    reply = LoanExplanation

    loan_id: UUID
    on: date | None = None  # None: today's business date


class GetInstalmentExplanation(Query):
    """Why what is left to pay of an instalment is what it is; a customer sees his own only."""

    reply = LoanExplanation

    loan_id: UUID
    number: Number
