"""Paying a loan out: what is booked, what is kept back, and when it is refused."""

from dataclasses import dataclass
from datetime import date

from contracts.loan.values import ChargedFee, LoanState
from contracts.money import CurrencyMismatch, Money, Whole
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import (
    AmountAboveSanctioned,
    DueBeforeDisbursement,
    FeesExceedTranche,
    LoanAlreadyDisbursed,
    LoanNotApproved,
    NoInstalmentToCome,
    TooManyTranches,
)
from services.loan.domain.servicing.position import Position

PAYING_OUT = frozenset({LoanState.APPROVED, LoanState.ACTIVE})


@dataclass(frozen=True, slots=True)
class Disbursement:
    """A part of a loan that is to be paid out."""

    amount_minor: int  # of the principal
    fees: tuple[ChargedFee, ...]  # kept back from it
    on: date

    @property
    def fees_minor(self) -> int:
        """With their tax."""
        return sum(fee.amount_minor + fee.tax_minor for fee in self.fees)

    @property
    def event(self) -> NewEvent:
        """What happens to the loan."""
        tax = sum(fee.tax_minor for fee in self.fees)
        return NewEvent(
            kind="disbursed",
            value_date=self.on,
            amount_minor=self.amount_minor,
            details={"fees_minor": self.fees_minor, "tax_minor": tax},
        )


def disbursement(
    loan: LoanFile, wished: Money | Whole | None, tranches_max: int, today: date
) -> Disbursement:
    """What is paid out today of an approved loan.

    Raises:
        LoanNotApproved, LoanAlreadyDisbursed: its state does not allow it.
        CurrencyMismatch, AmountAboveSanctioned, TooManyTranches, FeesExceedTranche: the amount.
        DueBeforeDisbursement: it comes after the first due date that was agreed.
    """
    if loan.state not in PAYING_OUT:
        raise LoanNotApproved
    left = loan.principal_minor - loan.disbursed_minor
    if left == 0:
        raise LoanAlreadyDisbursed
    if wished is not None and wished.currency is not loan.currency:
        raise CurrencyMismatch
    amount = wished.minor if isinstance(wished, Money) else left
    if amount > left:
        raise AmountAboveSanctioned
    if amount < left and loan.tranches + 1 >= tranches_max:
        raise TooManyTranches
    part = Disbursement(amount, loan.key_facts.fees if loan.tranches == 0 else (), today)
    if part.fees_minor >= amount:
        raise FeesExceedTranche
    first_due = loan.terms.first_due_date
    if loan.tranches == 0 and first_due is not None and first_due <= today:
        raise DueBeforeDisbursement
    return part


def check_is_owed(part: Disbursement, before: Position, after: Position) -> None:
    """Ask whether the borrower owes this part once it is paid out.

    Raises:
        NoInstalmentToCome: the last due date is over, so no schedule has a place for it.
    """
    if after.principal_minor != before.principal_minor + part.amount_minor:
        raise NoInstalmentToCome
