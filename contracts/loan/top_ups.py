"""A further amount lent on a running loan: asked about, lent, and what its borrower was told."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.envelope import Approval, Command, Message, Query, Role
from contracts.loan.applications import AboutLoan
from contracts.loan.operations import LoanOperationBegun, OperationEnded
from contracts.loan.values import ChargedFee
from contracts.money import Currency, Money
from contracts.words import Reason

_MANAGERS = frozenset({Role.MANAGER})


class TopUpWish(BaseModel):
    """How much more is lent, and in how many instalments more it is repaid."""

    loan_id: UUID
    amount: Money
    extra_instalments: Annotated[int, Field(strict=True, ge=0, le=600)] = 0


class TopUpFacts(Message):
    """What a further amount costs; no other fee is charged for it. Amounts in minor units.

    Of the instalments to come, those after `prepared_on`: what is due until then is not in it.
    """

    loan_id: UUID
    prepared_on: date
    currency: Currency
    amount_minor: int
    fees: tuple[ChargedFee, ...]  # kept back from it
    fees_minor: int  # of all these, with their tax
    net_disbursed_minor: int
    annual_rate: Decimal  # percent, as the loan bears it now
    principal_before_minor: int
    principal_after_minor: int
    instalment_before_minor: int
    instalment_minor: int
    instalments: int  # that are left
    first_due_date: date
    last_due_date: date
    total_interest_minor: int
    total_due_minor: int
    apr: Decimal  # of all that is owed then, as if it were borrowed on that day


class GetTopUpFacts(TopUpWish, Query):
    """What a further amount would cost today; a customer asks of his own loans only."""

    reply = TopUpFacts


class TopUpLoan(TopUpWish, Command):
    """Lend more on a running loan, into its account; its instalments are planned anew."""

    reply = LoanOperationBegun
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = "loan:{loan_id}"

    reason: Reason


class KeptTopUp(TopUpFacts):
    """What the borrower was told of an amount that was lent."""

    sequence: int  # of the event
    operation_id: UUID


class TopUps(Message):
    """The further amounts of a loan, the oldest first."""

    loan_id: UUID
    items: tuple[KeptTopUp, ...]


class ListTopUps(Query):
    """What was lent on a loan beside what it was approved for; a customer sees his own only."""

    reply = TopUps

    loan_id: UUID


class LoanToppedUp(AboutLoan, OperationEnded):
    """More was lent on a loan; `principal_minor` is all that ever was. Amounts in minor units."""

    amount_minor: int
    fees_minor: int  # kept back from it, tax included
    instalment_minor: int  # from now on
    topped_up_on: date
