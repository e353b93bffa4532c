"""What partners hear of the accounts that an administrator has named for them.

Each is a CloudEvent 1.0 in the binary mode of its AMQP binding: attributes are headers whose names
begin with `cloudEvents_`, and the body is the data. docs/partners.md has the whole contract.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.ingress import MovementTold, PaymentEndTold
from contracts.money import Currency
from contracts.payment.values import Rail

SPEC_VERSION = "1.0"
ATTRIBUTE = "cloudEvents_"  # the prefix of which the binding prefers this one


class Heard(StrEnum):
    """The types of events, which are also the AMQP types of their messages."""

    DEBITED = "bank.account-debited.v1"
    CREDITED = "bank.account-credited.v1"
    PAYMENT_REQUESTED = "bank.payment-requested.v1"
    PAYMENT_COMPLETED = "bank.payment-completed.v1"
    PAYMENT_FAILED = "bank.payment-failed.v1"
    PAYMENT_RETURNED = "bank.payment-returned.v1"
    LOAN_DISBURSED = "bank.loan-disbursed.v1"
    LOAN_TOPPED_UP = "bank.loan-topped-up.v1"
    REPAYMENT_RECEIVED = "bank.loan-repayment-received.v1"
    REPAYMENT_REVERSED = "bank.loan-repayment-reversed.v1"
    INSTALMENT_OVERDUE = "bank.loan-instalment-overdue.v1"
    PENALTY_CHARGED = "bank.loan-penalty-charged.v1"
    LOAN_RESCHEDULED = "bank.loan-rescheduled.v1"
    LOAN_WRITTEN_OFF = "bank.loan-written-off.v1"
    LOAN_CLOSED = "bank.loan-closed.v1"


# What a partner is told of unless an administrator says otherwise: that it may hear of an account
# says nothing about the loans that are paid into it.
OF_ACCOUNTS = (
    Heard.DEBITED, Heard.CREDITED, Heard.PAYMENT_REQUESTED, Heard.PAYMENT_COMPLETED,
    Heard.PAYMENT_FAILED, Heard.PAYMENT_RETURNED,
)  # fmt: skip


class MovementHeard(MovementTold):
    """Money left the account, or came to it; a number that is lacking was lost."""

    account_number: str


class PaymentRequestedHeard(PaymentEndTold):
    """Somebody pays an account at another bank from the account."""

    rail: Rail


class LoanHeard(BaseModel):
    """What happened to a loan that is paid into the account, and repaid from it unless somebody
    says otherwise. Amounts are decimal text."""

    model_config = ConfigDict(frozen=True)

    loan_id: UUID
    account_number: str
    currency: Currency


class LoanDisbursedHeard(LoanHeard):
    """The loan, or a part of it, was paid out."""

    operation_id: UUID
    amount: str  # of the principal
    fees: str  # kept back from it, tax included
    disbursed_on: date


class LoanToppedUpHeard(LoanHeard):
    """More was lent."""

    operation_id: UUID
    amount: str
    fees: str  # kept back from it, tax included
    principal: str  # all that ever was lent
    instalment: str  # from now on
    topped_up_on: date


class RepaymentReceivedHeard(LoanHeard):
    """A repayment was booked: how much of it paid what. Its operation is its id."""

    operation_id: UUID
    amount: str
    principal: str
    interest: str
    fees: str
    penalties: str
    outstanding: str  # principal, after it
    paid_on: date


class RepaymentReversedHeard(LoanHeard):
    """A repayment was taken back, and its money given back."""

    operation_id: UUID
    repayment_id: UUID
    amount: str
    outstanding: str  # principal, after it


class InstalmentOverdueHeard(LoanHeard):
    """The day on which an instalment was due is over, and so much of it is not paid."""

    number: int  # of the instalment
    due_on: date
    outstanding: str


class PenaltyChargedHeard(LoanHeard):
    """An instalment was charged for being late; a payment that becomes known later may take the
    charge away."""

    number: int  # of the instalment
    due_on: date
    charged_on: date
    amount: str  # with the tax
    tax: str


class LoanRescheduledHeard(LoanHeard):
    """The loan has another schedule."""

    version: int  # of the schedule
    kind: str


class LoanWrittenOffHeard(LoanHeard):
    """The bank no longer counts on what is owed."""

    operation_id: UUID
    amount: str


class LoanClosedHeard(LoanHeard):
    """Nothing is owed any more. What is taken back later opens it again."""

    closed_on: date
