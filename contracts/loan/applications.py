"""Applications for loans: made, approved, rejected, given up."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Approval, Command, Event, Role
from contracts.loan.loans import Loan
from contracts.loan.shape import Shape
from contracts.loan.values import LoanProductCode, Percent, PositiveMinor
from contracts.loan.words import Frequency, Method
from contracts.money import Currency
from contracts.words import AccountNumber, CustomerId, Reason, Text


class LoanShown(Loan):
    """The loan after a command about it."""


class LoanApplication(Loan):
    """Reply to ApplyForLoan: the loan as it was applied for."""


class ApplyForLoan(Shape, Command):
    """Ask for a loan of a product for a customer, to be paid out into an account of his."""

    reply = LoanApplication
    about = ("loan:{reply.loan_id}", "customer:{customer_id}")

    customer_id: CustomerId
    account_number: AccountNumber
    product_code: LoanProductCode
    principal_minor: PositiveMinor
    currency: Currency = Currency.INR  # of the amounts: must be the product's
    instalments: Annotated[int, Field(strict=True, ge=1, le=600)]
    annual_rate: Percent | None = None  # None: the product's
    start_date: date | None = None  # the expected one; None: today's business date
    first_due_date: date | None = None  # None: one period after it is paid out
    method: Method | None = None  # None: the product's first
    frequency: Frequency | None = None  # None: the product's first
    monthly_income_minor: PositiveMinor | None = None  # as the customer says


class ApproveLoan(Command):
    """Approve an application; not one's own. Above an amount a second person has to approve it."""

    reply = LoanShown
    roles = frozenset({Role.MANAGER})
    approval = Approval(above="loan-authority", makers=frozenset({Role.MANAGER}))
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Text = ""


class RejectLoan(Command):
    """Refuse an application; not one's own."""

    reply = LoanShown
    roles = frozenset({Role.MANAGER})
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Reason


class AboutLoan(Event):
    """What is told of a loan."""

    loan_id: UUID
    customer_id: int
    account_number: str
    product_code: str
    currency: Currency
    principal_minor: int

    @property
    def aggregate(self) -> str:
        return f"loan:{self.loan_id}"


class LoanApplied(AboutLoan):
    """Somebody asks for a loan; its key facts are there to be read."""


class LoanApproved(AboutLoan):
    """A loan may be paid out."""


class LoanRejected(AboutLoan):
    """A loan was not approved; why, the branch says."""


class LoanClosed(AboutLoan):
    """Nothing is owed any more on a loan. What is taken back later opens it again."""

    closed_on: date


class CancelLoan(Command):
    """Give a loan up before anything of it is paid out."""

    reply = LoanShown
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Reason
