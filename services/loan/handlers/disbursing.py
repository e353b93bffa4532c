"""Loans paid out, in one part or several."""

from contracts.loan.operations import DisburseLoan, LoanOperationBegun
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.disbursing import disbursement
from services.loan.handlers.happening import (
    Happening,
    happen,
    of_account,
    open_case,
    position_after,
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
    terms = await store.product_terms(loan.product_code, loan.product_version)
    part = disbursement(loan, command.amount, terms.tranches_max, case.today)
    happening = Happening(
        DISBURSEMENT,
        part.event,
        await position_after(case, part.event, store),
        description=f"Loan {loan.loan_id} paid out",
        told={
            "account_number": loan.account_number,
            "amount_minor": part.amount_minor,
            "fees_minor": part.fees_minor,
            "disbursed_on": part.on.isoformat(),
        },
        against=of_account(loan.account_number),
    )
    return await happen(case, happening, store, context)
