"""Until when a loan can be given back, and what the borrower owes who does so."""

from collections.abc import Sequence
from datetime import date, timedelta

from contracts.loan.products import LoanProductTerms
from contracts.loan.servicing import PreClosure
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import CoolingOffOver
from services.loan.domain.repaying import check_active
from services.loan.domain.servicing.events import LoanEvent


def given_back(
    loan: LoanFile, events: Sequence[LoanEvent], product: LoanProductTerms, reason: str, today: date
) -> NewEvent:
    """The loan given back today: what closes it with the interest of its days, however it was
    agreed that it is paid off, and all fees that were kept back from it.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive: as in `check_active`.
        CoolingOffOver
    """
    check_active(loan)
    _check_in_time(loan, product.cooling_off_days, today)
    to_date = product.servicing.model_copy(update={"pre_closure": PreClosure.TO_DATE})
    now = loan.position(events, today, to_date)
    return NewEvent(
        kind="given-back",
        value_date=today,
        amount_minor=now.payoff_minor,
        details={
            "fees_minor": now.kept_back_minor,
            "tax_minor": now.kept_back_tax_minor,
            "reason": reason,
        },
    )


def _check_in_time(loan: LoanFile, days: int, today: date) -> None:
    """So many days follow the one on which the first part was paid out; of 0, not even that day."""
    assert loan.disbursed_on is not None
    if days == 0 or today > loan.disbursed_on + timedelta(days=days):
        raise CoolingOffOver
