"""Whether all loans together agree with the ledger, and which of them does not."""

from contracts.loan.control import GetLoanControl, LoanControl, LoanThatDiffers
from contracts.money import Currency
from infra.handling.context import Context
from services.loan.domain.controlling import control_lines
from services.loan.handlers.registry import service
from services.loan.store import LoanStore

NAMED_MAX = 100


@service.answers(GetLoanControl)
async def get_loan_control(
    query: GetLoanControl, store: LoanStore, context: Context
) -> LoanControl:
    """Loans are looked for only where a line differs: it reads all that was ever booked."""
    held = {(each.gl_code, str(each.currency)): each.held_minor for each in query.held}
    lines = control_lines(await store.noted(), held)
    differs = any(each.difference_minor for each in lines)
    found = await store.noted_otherwise(NAMED_MAX) if differs else []
    loans = tuple(
        LoanThatDiffers(
            loan_id=loan_id,
            line=line,
            currency=Currency(currency),
            noted_minor=noted,
            booked_minor=booked,
        )
        for loan_id, line, currency, noted, booked in found
    )
    return LoanControl(lines=lines, loans=loans, under_way=await store.under_way())
