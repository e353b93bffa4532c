"""What happens to loans, as partners read it."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from contracts.loan.applications import LoanClosed
from contracts.loan.days import InstalmentOverdue, PenaltyCharged
from contracts.loan.operations import LoanDisbursed
from contracts.loan.repayments import LoanWrittenOff, RepaymentReceived, RepaymentReversed
from contracts.loan.rescheduling import LoanRescheduled
from contracts.loan.top_ups import LoanToppedUp
from contracts.money import Currency, format_minor
from contracts.partner_events import (
    Heard,
    InstalmentOverdueHeard,
    LoanClosedHeard,
    LoanDisbursedHeard,
    LoanHeard,
    LoanRescheduledHeard,
    LoanToppedUpHeard,
    LoanWrittenOffHeard,
    PenaltyChargedHeard,
    RepaymentReceivedHeard,
    RepaymentReversedHeard,
)

OfLoan: TypeAlias = (
    LoanDisbursed | LoanToppedUp | RepaymentReceived | RepaymentReversed | InstalmentOverdue
    | PenaltyCharged | LoanRescheduled | LoanWrittenOff | LoanClosed
)  # fmt: skip

LOAN_TYPES: Mapping[type[OfLoan], tuple[Heard, type[LoanHeard]]] = {
    LoanDisbursed: (Heard.LOAN_DISBURSED, LoanDisbursedHeard),
    LoanToppedUp: (Heard.LOAN_TOPPED_UP, LoanToppedUpHeard),
    RepaymentReceived: (Heard.REPAYMENT_RECEIVED, RepaymentReceivedHeard),
    RepaymentReversed: (Heard.REPAYMENT_REVERSED, RepaymentReversedHeard),
    InstalmentOverdue: (Heard.INSTALMENT_OVERDUE, InstalmentOverdueHeard),
    PenaltyCharged: (Heard.PENALTY_CHARGED, PenaltyChargedHeard),
    LoanRescheduled: (Heard.LOAN_RESCHEDULED, LoanRescheduledHeard),
    LoanWrittenOff: (Heard.LOAN_WRITTEN_OFF, LoanWrittenOffHeard),
    LoanClosed: (Heard.LOAN_CLOSED, LoanClosedHeard),
}
_MINOR = "_minor"


def loan_heard(event: OfLoan) -> LoanHeard:
    """What a partner reads of it: of the event's fields those that the type has, each amount as
    decimal text in the place of its minor units."""
    return LOAN_TYPES[type(event)][1](**_as_text(event.model_dump(), event.currency))


def _as_text(fields: Mapping[str, Any], currency: Currency) -> dict[str, Any]:
    return {
        name.removesuffix(_MINOR): format_minor(value, currency) if name.endswith(_MINOR) else value
        for name, value in fields.items()
    }
