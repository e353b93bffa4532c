"""Movements of a loan's money: each is a saga, of which there is one at a time for a loan."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from contracts.envelope import Command, Event, Message, Query, Role
from contracts.money import Currency, Money, Whole


class LoanOperationState(StrEnum):
    """How far a movement of a loan's money is."""

    PROCESSING = "processing"
    COMPLETED = "completed"  # booked, and told of the loan
    FAILED = "failed"  # refused by the books; nothing has changed


class LoanOperation(Message):
    """One movement of a loan's money and how far it is."""

    operation_id: UUID
    loan_id: UUID
    kind: str  # `disbursement` …
    state: LoanOperationState
    code: str | None  # the refusal that failed it
    detail: str | None
    begun_at: datetime


class LoanOperationBegun(LoanOperation):
    """Reply to the commands that move a loan's money: it is on its way."""


class GetLoanOperation(Query):
    """How far a movement of a loan's money is; a customer sees his own loans' only."""

    reply = LoanOperation

    loan_id: UUID
    operation_id: UUID


class DisburseLoan(Command):
    """Pay an approved loan out, in whole or in part, into its customer's account.

    The fees of the key facts are kept back from the first part.
    """

    reply = LoanOperationBegun
    roles = frozenset({Role.MANAGER})
    about = "loan:{loan_id}"

    loan_id: UUID
    amount: Money | Whole | None = None  # None or Whole: all that is left of the principal


class OperationEnded(Event):
    """What is told at the end of a movement, by which edges know the call that waits for it."""

    operation_id: UUID
    loan_id: UUID

    @property
    def aggregate(self) -> str:
        return f"loan:{self.loan_id}"


class LoanDisbursed(OperationEnded):
    """A loan, or a part of it, was paid out; amounts in minor units."""

    customer_id: int
    account_number: str
    currency: Currency
    amount_minor: int  # of the principal
    fees_minor: int  # kept back from it, tax included
    disbursed_on: date


class LoanOperationFailed(OperationEnded):
    """The books refused a movement of a loan's money, and nothing has changed.

    For edges where a caller waits; whoever comes later asks GetLoanOperation.
    """

    must_be_heard = False

    code: str
    detail: str
