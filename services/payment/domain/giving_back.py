"""What other banks ask for that they have paid to our customers: what is clear by itself, what a
manager may decide, and how a no of the books is told."""

from collections.abc import Sequence

from contracts.envelope import Conflict, NotFound
from contracts.money import Money
from contracts.payment.incoming import IncomingPayment, IncomingState
from contracts.payment.incoming_recalls import (
    IncomingRecall,
    IncomingRecallState,
    RecallRefusalCode,
)

# A no of the books as other banks are told it; of any other the bank has decided so.
_CODES = {
    "insufficient-funds": RecallRefusalCode.AM04,
    "account-closed": RecallRefusalCode.AC04,
    "customer-closed": RecallRefusalCode.AC04,
    "unknown-account": RecallRefusalCode.AC04,
}


class RecallNotFound(NotFound):
    """No other bank has asked for anything under this id."""


class RecallAlreadyDecided(Conflict):
    """It was decided already, and the other bank is told so."""


class CreditNotCompleted(Conflict):
    """Our customer does not have the money yet, or it goes back to its sender already."""


def clear_refusal(
    amount: Money, credit: IncomingPayment | None, before: Sequence[IncomingRecall]
) -> RecallRefusalCode | None:
    """The no that needs no person; None: a manager decides. `before` are recalls of this credit."""
    if credit is None or (credit.amount_minor, credit.currency) != (amount.minor, amount.currency):
        return RecallRefusalCode.NOOR
    if credit.state is IncomingState.RETURNED or any(is_agreed(each) for each in before):
        return RecallRefusalCode.ARDT
    return None


def is_agreed(recall: IncomingRecall) -> bool:
    """Whether the money goes back by it, as far as is known."""
    is_decided = recall.state is not IncomingRecallState.PENDING
    return is_decided and recall.answer_code is None


def check_may_decide(recall: IncomingRecall | None) -> IncomingRecall:
    """The recall, if a manager has to decide it.

    Raises:
        RecallNotFound, RecallAlreadyDecided
    """
    if recall is None:
        raise RecallNotFound
    if recall.state is not IncomingRecallState.PENDING:
        raise RecallAlreadyDecided
    return recall


def check_may_agree(
    credit: IncomingPayment | None, others: Sequence[IncomingRecall]
) -> IncomingPayment:
    """The credit, if our customer has its money and no other recall of it was agreed to.

    Raises:
        CreditNotCompleted, RecallAlreadyDecided
    """
    if credit is None or credit.state is not IncomingState.COMPLETED:
        raise CreditNotCompleted
    if any(is_agreed(each) for each in others):
        raise RecallAlreadyDecided("Another recall of the same payment was agreed to.")
    return credit


def code_of(refusal: str) -> RecallRefusalCode:
    """How a no of the books is told to the other bank."""
    return _CODES.get(refusal, RecallRefusalCode.AGNT)
