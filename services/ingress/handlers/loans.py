"""What happens to loans that are paid into accounts of which partners are told."""

from collections.abc import Sequence

from contracts.loan.applications import LoanClosed
from contracts.loan.days import InstalmentOverdue, PenaltyCharged
from contracts.loan.operations import LoanDisbursed
from contracts.loan.repayments import LoanWrittenOff, RepaymentReceived, RepaymentReversed
from contracts.loan.rescheduling import LoanRescheduled
from contracts.loan.top_ups import LoanToppedUp
from infra.handling.context import Asked
from infra.handling.telling import Outgoing
from services.ingress.clients.hearing import letters_about
from services.ingress.domain.lending import OfLoan
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears_many(
    LoanDisbursed,
    LoanToppedUp,
    RepaymentReceived,
    RepaymentReversed,
    InstalmentOverdue,
    PenaltyCharged,
    LoanRescheduled,
    LoanWrittenOff,
    LoanClosed,
)
async def on_loan(batch: Sequence[Asked[OfLoan]], store: IngressStore) -> Outgoing:
    """Tell the partners of these accounts that are to hear of it; all others hear nothing."""
    return await letters_about(batch, store)
