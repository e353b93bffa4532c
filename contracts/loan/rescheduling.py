"""Schedules made anew: other dates, another rate, more instalments, a pause, arrears spread."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Approval, Command, Role
from contracts.loan.applications import AboutLoan, LoanShown
from contracts.loan.values import Percent
from contracts.words import Reason

_MANAGERS = frozenset({Role.MANAGER})
More = Annotated[int, Field(strict=True, ge=0, le=600)]


class RescheduleLoan(Command):
    """Plan anew the instalments that are due on a date or later; what is None stays as it was.

    A pause: the first so many repay no principal, and as many are added at the end; or no interest
    is due with the first so many, it is due with the next one.
    """

    reply = LoanShown
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = "loan:{loan_id}"

    loan_id: UUID
    from_due: date
    new_due: date | None = None  # of the first of them; the others follow it
    annual_rate: Percent | None = None
    extra_instalments: More = 0
    principal_grace: More = 0
    interest_grace: More = 0
    reason: Reason


class MoratoriumInterest(StrEnum):
    """What becomes of the interest of instalments of which nothing is due."""

    CAPITALISED = "CAPITALISED"  # it is added to the principal, each on its due date
    SEPARATE = (
        "SEPARATE"  # it is due beside the instalments to come, in equal parts, and bears none
    )


class GrantMoratorium(Command):
    """Let nothing be due with the next so many instalments; as many are added at the end."""

    reply = LoanShown
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = "loan:{loan_id}"

    loan_id: UUID
    instalments: Annotated[int, Field(strict=True, ge=1, le=600)]
    interest: MoratoriumInterest = MoratoriumInterest.CAPITALISED
    reason: Reason


class ReamortiseLoan(Command):
    """Spread the principal that is due and unpaid over the instalments to come."""

    reply = LoanShown
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Reason


class LoanRescheduled(AboutLoan):
    """A loan has another schedule."""

    version: int  # of the schedule
    kind: str  # `rescheduled`, `re-amortised`, `moratorium` or `rate-changed`
