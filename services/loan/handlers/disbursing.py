"""Loans paid out, in one part or several."""

from collections.abc import Mapping

from contracts.loan.operations import DisburseLoan, LoanOperationBegun
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.disbursing import Disbursement, disbursement
from services.loan.domain.files import LoanFile
from services.loan.domain.servicing.books import books, difference
from services.loan.handlers.moving import begin, operation_of, position_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import locked
from services.loan.sagas import DISBURSEMENT, Movement
from services.loan.store import LoanStore


@service.handles(DisburseLoan)
async def disburse_loan(
    command: DisburseLoan, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to pay out; it ends in LoanDisbursed, or the books refuse it and nothing changes."""
    loan = await locked(command.loan_id, store, context)
    terms = await store.product_terms(loan.product_code, loan.product_version)
    part = disbursement(loan, command.amount, terms.tranches_max, context.business_date)
    lines = await _lines(loan, part, store)
    return await begin(DISBURSEMENT, _movement(loan, part, lines, context), store, context)


async def _lines(loan: LoanFile, part: Disbursement, store: LoanStore) -> dict[str, int]:
    """What is to be booked by line: what the books should hold after it, less what they hold."""
    events = await store.events(loan.loan_id)
    events.append(part.event.numbered(len(events) + 1, part.on))
    position = await position_of(loan, events, part.on, store)
    return difference(books(position), await store.booked(loan.loan_id))


def _movement(
    loan: LoanFile, part: Disbursement, lines: Mapping[str, int], context: Context
) -> Movement:
    return Movement(
        operation_id=operation_of(loan.loan_id, context),
        loan_id=loan.loan_id,
        currency=loan.currency,
        legs=part.legs(loan, lines),
        description=f"Loan {loan.loan_id} paid out",
        booked_on=part.on,
        event=part.event,
        told={
            "customer_id": loan.customer_id,
            "account_number": loan.account_number,
            "currency": loan.currency,
            "amount_minor": part.amount_minor,
            "fees_minor": part.fees_minor,
            "disbursed_on": part.on.isoformat(),
        },
        made_by=context.subject.id,
        caused_by=context.message_id,
    )
