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


class PrincipalOutsideProduct(DomainError):
    """The product lends less than this, or more."""


class RateOutsideProduct(DomainError):
    """The rate lies outside the product's bounds."""


class TermOutsideProduct(DomainError):
    """The product has fewer instalments than this, or more."""


class MethodNotOffered(DomainError):
    """The product is not repaid in this way."""


class FrequencyNotOffered(DomainError):
    """The product is not repaid at such intervals."""


class StartInThePast(DomainError):
    """A loan is paid out today or later."""


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
