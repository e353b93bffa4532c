"""Loans paid out, in one part or several."""

from contracts.loan.operations import DisburseLoan, LoanOperationBegun
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.disbursing import check_is_owed, disbursement
from services.loan.handlers.happening import (
    Happening,
    happen,
    of_account,
    open_case,
)
from services.loan.handlers.registry import service
from services.loan.sagas import DISBURSEMENT
from services.loan.store import LoanStore


@service.handles(DisburseLoan)
async def disburse_loan(
    command: DisburseLoan, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to pay out; it ends in LoanDisbursed, or the books refuse it and nothing changes."""
    case = await open_case(command, store, context)
    loan = case.loan
    part = disbursement(loan, command.amount, case.product.tranches_max, case.today)
    after = case.after(part.event)
    check_is_owed(part, case.now, after)
    happening = Happening(
        DISBURSEMENT,
        part.event,
        after,
        description=f"Loan {loan.loan_id} paid out",
        told={
            "amount_minor": part.amount_minor,
            "fees_minor": part.fees_minor,
            "disbursed_on": part.on.isoformat(),
        },
        against=of_account(loan.account_number),
    )
    return await happen(case, happening, store, context)
