"""Loans given back within the days to think."""

from contracts.loan.cooling_off import GiveLoanBack
from contracts.loan.operations import LoanOperationBegun
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.cooling_off import given_back
from services.loan.handlers.happening import (
    Happening,
    happen,
    of_account,
    open_case,
)
from services.loan.handlers.registry import service
from services.loan.sagas import GIVING_BACK
from services.loan.store import LoanStore


@service.handles(GiveLoanBack)
async def give_loan_back(
    command: GiveLoanBack, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to book that a loan is given back; its account pays and gets the fees in one entry."""
    case = await open_case(command, store, context)
    loan = case.loan
    event = given_back(loan, case.events, case.product, command.reason, case.today)
    happening = Happening(
        GIVING_BACK,
        event,
        case.after(event),
        description=f"Loan {loan.loan_id} given back",
        told={"amount_minor": event.amount_minor, "kind": GIVING_BACK.name},
        against=of_account(loan.account_number),
    )
    return await happen(case, happening, store, context)
