"""Loans given back by borrowers who have thought better of it."""

from uuid import UUID

from contracts.envelope import EVERYONE, Command, Role
from contracts.loan.operations import LoanOperationBegun
from contracts.words import Text


class GiveLoanBack(Command):
    """Give a loan back within the days to think that its product has (`cooling_off_days`).

    Its account pays the principal and the interest of the days alone; the fees come back.
    """

    reply = LoanOperationBegun
    roles = EVERYONE - {Role.AUDITOR}
    about = "loan:{loan_id}"

    loan_id: UUID
    reason: Text = ""
