"""Every rule of the ledger that can say no: the class name is the public code."""

from contracts.envelope import Conflict, DomainError, Forbidden, Kind, NotFound

# --- accounts ------------------------------------------------------------------------------------


class UnknownAccount(NotFound):
    """There is no such account, or not for you."""


class UnknownCounterparty(DomainError):
    """The other account that the instruction names does not exist."""


class AccountFrozen(DomainError):
    """The account is frozen: nothing may enter or leave it."""


class AccountDebitBlocked(DomainError):
    """The account is blocked for debits."""


class AccountDormant(DomainError):
    """The account is dormant: it can be paid into, not out of."""


class AccountClosed(DomainError):
    """The account is closed for good."""


class CustomerSuspended(DomainError):
    """The customer is suspended: nothing may leave the account."""


class CustomerRejected(DomainError):
    """The customer's identity check failed: nothing may leave the account."""


class CustomerClosed(DomainError):
    """The customer is closed: nothing may enter or leave the account."""


class PayeeUnavailable(DomainError):
    """The other account cannot be paid."""


class AccountHasBalance(Conflict):
    """An account is closed only when its balance is zero."""


class AccountHasHolds(Conflict):
    """An account is closed only when none of its money is held."""


class InsufficientFunds(DomainError):
    """The available balance is below the amount."""


class LimitExceeded(DomainError):
    """The amount is above a limit of the account."""


class CashTooLarge(DomainError):
    """This is more cash than 1,000,000,000 minor units (1 crore rupees); split it into several."""


class BalanceTooLarge(DomainError):
    """The balance would leave the range in which the bank keeps its books."""


class SameAccount(DomainError):
    """Money cannot be moved from an account to itself."""


# --- opening -------------------------------------------------------------------------------------


class UnknownBranch(DomainError):
    """There is no such branch."""


class BranchNotFound(NotFound):
    """There is no such branch."""


class IfscMismatch(DomainError):
    """The IFSC is not that of the branch."""


class UnknownProduct(DomainError):
    """There is no product for such an account."""


class ProductNotFound(NotFound):
    """There is no such product."""


class UnknownLedgerLine(DomainError):
    """The chart of accounts has no line of customers' deposits with this code."""


class ProductMismatch(DomainError):
    """The product is for another type of account."""


class ProductNotOffered(DomainError):
    """Accounts of this type are not offered at present."""


class UnknownCustomer(DomainError):
    """There is no such customer."""


class CustomerNotActive(DomainError):
    """Accounts are opened for active customers only."""


class AlreadyOpened(Conflict):
    """This account was opened before; the answer is no longer kept."""


class BranchExists(Conflict):
    """There is a branch with this code."""


class IfscTaken(Conflict):
    """There is a branch with this IFSC."""


class ProductExists(Conflict):
    """There is a product with this code."""


# --- entries -------------------------------------------------------------------------------------


class InvalidValueDate(DomainError):
    """The value date lies after the business date, or too far back."""


class ValueDateBeforeOpening(DomainError):
    """The value date lies before the opening of an account."""


class UnbalancedEntry(DomainError):
    """The legs of the entry do not sum to zero, or not in each of its currencies."""


class OutOfReach(Forbidden):
    """This service books nothing on that account by this command."""


class ReservedKind(DomainError):
    """Entries of this kind are made by a command of their own."""


class EmptyLeg(DomainError):
    """A leg of the entry moves nothing."""


class ReferenceReused(DomainError):
    """The reference already names an entry with other content."""


class AlreadyBooked(Conflict):
    """This instruction was booked before; its answer is no longer kept."""


class EntryNotFound(NotFound):
    """There is no such entry, or not for you."""


class UnknownReceipt(NotFound):
    """The bank has given no receipt with this code."""


class EntryOfAnotherService(DomainError):
    """The entry belongs to one of our services, and is taken back by it alone."""


class EntryNotReversible(DomainError):
    """A reversal is not reversed; make the movement again."""


class AlreadyReversed(Conflict):
    """The entry has been reversed in full."""


class ReversalExceedsOriginal(DomainError):
    """More would be taken back than is left of the entry."""


class PartialReversalNeedsTwoLegs(DomainError):
    """Only an entry between two accounts can be reversed in part."""


# --- holds ---------------------------------------------------------------------------------------


class HoldNotFound(NotFound):
    """There is no such hold, or not for you."""


class HoldAlreadyCaptured(Conflict):
    """The hold has ended: its money was captured."""


class HoldAlreadyReleased(Conflict):
    """The hold has ended: its money was released."""


class HoldAlreadyExpired(Conflict):
    """The hold has ended: it expired."""


class HoldIdReused(Conflict):
    """The id already names a hold of another account or amount, or of somebody else."""


class CaptureExceedsHold(DomainError):
    """More would be captured than is held."""


class CaptureNotWhole(DomainError):
    """With charges, what is captured is all that is held, neither more nor less."""


class ExpiryInThePast(DomainError):
    """A hold must expire in the future."""


# --- files of transfers --------------------------------------------------------------------------


class BulkFileNotFound(NotFound):
    """There is no such file of transfers, or not for you."""


class BulkFileDiffers(Conflict):
    """The lines of the file are not those that were announced; nothing of it is done."""


class BulkFileEnded(Conflict):
    """The file of transfers has ended: each of its lines was done, refused or cancelled."""


class TooManyBulkFiles(DomainError):
    """Too many of your files of transfers wait or run; let one end, or cancel it."""

    kind = Kind.TOO_MANY


class DuplicateLine(Conflict):
    """A line of yours with this reference was done before."""


# --- the business day ----------------------------------------------------------------------------


class NoDayYet(Conflict):
    """The bank has not opened its first business day yet."""


class DayAlreadyClosed(Conflict):
    """The business day was closed before."""


class DayNotOpen(Conflict):
    """Only the open business day can be closed."""


class DayNotBegun(Conflict):
    """By the calendar this day has not begun; it cannot be closed yet."""
