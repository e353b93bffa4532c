"""Repayments of loans: taken, taken back, what was overpaid given back, what came after a loss.

Each moves money by one entry of the ledger, and is answered when it is on its way.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from contracts.envelope import EVERYONE, STAFF, Approval, Command, Role
from contracts.loan.operations import LoanOperationBegun, OperationEnded
from contracts.money import Currency, Money, Whole
from contracts.words import AccountNumber, Reason

_MANAGERS = frozenset({Role.MANAGER})
# What changes how much a borrower owes is decided by two people.
_BY_TWO = Approval(makers=_MANAGERS)


class RepayLoan(Command):
    """Repay a loan from its account, from another one of the same customer, or in cash.

    What is more than closes the loan stays the borrower's. Staff may say from when it counts.
    """

    reply = LoanOperationBegun
    roles = EVERYONE - {Role.AUDITOR}
    about = "loan:{loan_id}"

    loan_id: UUID
    amount: Money
    paid_on: date | None = None  # from when it counts; None: the business date
    from_account: AccountNumber | None = None  # None: the account of the loan
    in_cash: bool = False  # at a till, and from no account


class ReverseRepayment(Command):
    """Take a repayment back: the loan is as if it had not been, and the money goes back."""

    reply = LoanOperationBegun
    roles = _MANAGERS
    approval = _BY_TWO
    about = "loan:{loan_id}"

    loan_id: UUID
    repayment_id: UUID
    reason: Reason


class RefundOverpayment(Command):
    """Give back what was paid too much, into the account of the loan."""

    reply = LoanOperationBegun
    roles = STAFF
    about = "loan:{loan_id}"

    loan_id: UUID
    amount: Money | Whole  # Whole: all of it


class WaivedPart(StrEnum):
    """What the bank can do without."""

    INTEREST = "interest"
    FEES = "fees"
    PENALTIES = "penalties"


class WaiveLoanDues(Command):
    """Do without interest, fees or penal charges that are due or earned, the oldest first."""

    reply = LoanOperationBegun
    roles = _MANAGERS
    approval = _BY_TWO
    about = "loan:{loan_id}"

    loan_id: UUID
    part: WaivedPart
    amount: Money
    reason: Reason


class WriteLoanOff(Command):
    """Stop counting on what is owed, and book it as a loss. What comes later is a recovery."""

    reply = LoanOperationBegun
    roles = _MANAGERS
    approval = _BY_TWO
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Reason


class RecoverLoan(Command):
    """Take what is paid on a loan that was written off; it is income."""

    reply = LoanOperationBegun
    roles = STAFF
    about = "loan:{loan_id}"

    loan_id: UUID
    amount: Money
    from_account: AccountNumber | None = None  # None: the account of the loan
    in_cash: bool = False  # at a till, and from no account


class _Ended(OperationEnded):
    """For edges where a caller waits; whoever comes later asks GetLoanOperation."""

    must_be_heard = False

    customer_id: int
    account_number: str | None = None  # of the loan; of older ones nobody knows
    currency: Currency
    amount_minor: int


class RepaymentReceived(_Ended):
    """A repayment was booked; its operation is its id. Amounts in minor units."""

    paid_on: date
    from_account: str | None  # None: in cash
    principal_minor: int  # what it paid of principal, interest, fees and penal charges
    interest_minor: int
    fees_minor: int
    penalties_minor: int
    outstanding_minor: int  # principal, after it
    is_closed: bool  # nothing is owed any more


class RepaymentReversed(_Ended):
    """A repayment was taken back, and its money given back."""

    repayment_id: UUID
    outstanding_minor: int  # principal, after it


class LoanWrittenOff(_Ended):
    """The bank no longer counts on what is owed, which is `amount_minor`."""


class LoanOperationCompleted(_Ended):
    """Another movement was booked: a refund, a waiver, a recovery, a loan given back."""

    kind: str  # `refund` …
