"""The ways in which the loan service says no; the class name is the public code."""

from contracts.envelope import Conflict, DomainError, NotFound


class UnsupportedTerms(DomainError):
    """No schedule can be drawn on these terms."""


class FeesExceedPrincipal(DomainError):
    """The fees leave nothing of the principal to pay out."""


class UnknownLoanProduct(DomainError):
    """There is no such loan product."""


class LoanProductNotFound(NotFound):
    """There is no such loan product."""


class LoanProductExists(Conflict):
    """There is a loan product of this code."""


class BoundsOfProductCross(DomainError):
    """A least value is above the most, or the rate lies outside its bounds."""


class FeeUnclear(DomainError):
    """A fee is either an amount or a part of the principal."""


class ProvisioningUnclear(DomainError):
    """Each stage has one rate; special mention may be left out, and a loss has none: it is lost."""


class PrincipalOutsideProduct(DomainError):
    """The product lends less than this, or more."""


class RateOutsideProduct(DomainError):
    """The rate lies outside the product's bounds."""


class TermOutsideProduct(DomainError):
    """The product has fewer instalments than this, or more."""


class ShapeOutsideProduct(DomainError):
    """The product does not let a schedule be chosen so."""


class MethodNotOffered(DomainError):
    """The product is not repaid in this way."""


class FrequencyNotOffered(DomainError):
    """The product is not repaid at such intervals."""


class StartInThePast(DomainError):
    """A loan is paid out today or later."""


class UnknownBenchmark(DomainError):
    """There is no such benchmark today."""


class UnknownCustomer(DomainError):
    """There is no such customer."""


class CustomerNotActive(DomainError):
    """Loans are made to active customers only."""


class UnknownLoanAccount(DomainError):
    """There is no such account, or it is not this customer's."""


class AccountNotOpen(DomainError):
    """The account cannot be paid into."""


class AlreadyApplied(Conflict):
    """This very application was made before, too long ago to repeat its answer."""


class LoanNotFound(NotFound):
    """There is no such loan, or not for you."""


class LoanOperationNotFound(NotFound):
    """There is no such movement of this loan's money, or not for you."""


class LoanBusy(Conflict):
    """Money of this loan is on its way; try again when it has arrived."""


class LoanNotApplied(Conflict):
    """The application is decided, or was given up."""


class LoanNotApproved(Conflict):
    """The loan is not one that can be paid out."""


class LoanAlreadyDisbursed(Conflict):
    """All of the principal is paid out."""


class AlreadyMoved(Conflict):
    """This very call has moved the loan's money before, too long ago to repeat its answer."""


class LoanNotCancellable(Conflict):
    """The loan was decided against, given up, or paid out."""


class AmountAboveSanctioned(DomainError):
    """The amount is more than what is left of the principal."""


class TooManyTranches(DomainError):
    """The product pays a loan out in fewer parts; this one has to be all that is left."""


class FeesExceedTranche(DomainError):
    """The fees are kept back from the first part, and would leave nothing of it."""


class DueBeforeDisbursement(DomainError):
    """The first instalment would fall due before the loan is paid out."""


class NoInstalmentToCome(Conflict):
    """No instalment is to come with which what is lent now could be repaid."""


class LoanNotActive(Conflict):
    """The loan is not being repaid: nothing is paid out, or it was given up."""


class LoanClosed(Conflict):
    """All of the loan is repaid."""


class LoanIsWrittenOff(Conflict):
    """The loan was written off; what is paid since is a recovery."""


class LoanOverdue(Conflict):
    """Something of the loan is overdue; no more is lent on it before that is paid."""


class LoanNotPerforming(Conflict):
    """The loan, or its borrower, does not perform."""


class LoanNotFullyDisbursed(Conflict):
    """A part of what was approved is still to be paid out."""


class LoanGivenBack(Conflict):
    """The loan was given back, and what was repaid before was settled with it."""


class CoolingOffOver(Conflict):
    """The days in which the borrower can give the loan back are over, or there are none."""


class LoanNotWrittenOff(Conflict):
    """Only what is paid on a loan that was written off is a recovery."""


class RepaymentBeforeDisbursement(DomainError):
    """A repayment cannot count from before the loan was paid out."""


class DateAfterBusinessDate(DomainError):
    """A repayment cannot count from a day that has not come."""


class BackdatingNotAllowed(DomainError):
    """A customer's repayment counts from the day on which he makes it."""


class SourceUnclear(DomainError):
    """A repayment is made in cash or from an account, not both."""


class CashAtTillsOnly(DomainError):
    """Only staff at a till take cash."""


class NotTheBorrowersAccount(DomainError):
    """The borrower has no such account."""


class RepaymentNotFound(NotFound):
    """The loan has no such repayment."""


class RepaymentAlreadyReversed(Conflict):
    """The repayment was taken back before."""


class OverpaymentRefunded(Conflict):
    """Some of it was given back to the borrower as overpaid."""


class RefundAboveOverpaid(DomainError):
    """Less than this was paid too much."""


class WaiverAboveOwed(DomainError):
    """Less than this is due or earned."""


class RecoveryAboveLoss(DomainError):
    """Less than this was written off and not recovered since."""


class NothingToReschedule(DomainError):
    """No instalment to come is changed by this."""


class DueDateOutOfOrder(DomainError):
    """The new due date comes before today, or before the instalment that precedes it."""


class PayoffInThePast(DomainError):
    """What closes a loan is told for today and days to come."""


class PayoffTooFarAhead(DomainError):
    """What closes a loan is told for ten years ahead at most."""


class LoanTransactionNotFound(NotFound):
    """Nothing of this number has happened to the loan."""


class ScheduleVersionNotFound(NotFound):
    """The loan's schedule has no such version."""


class InstalmentNotFound(NotFound):
    """The loan has no such instalment."""
