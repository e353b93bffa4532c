"""Loans given back within the days to think."""

from fastapi import Response

from contracts.loan.cooling_off import GiveLoanBack
from contracts.loan.operations import LoanOperationBegun
from contracts.words import Text
from gateway.answers.loans import LoanAnswer, LoanOperationAnswer
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.loan_movements import moved
from gateway.operations import OperationAccepted
from gateway.routes.loans import LoanPath
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import Body, example

router = EdgeRouter("/api/loans", "loans")


class GiveBackRequest(Body):
    """Why; nothing has to be said."""

    model_config = example(reason="found a cheaper one")

    reason: Text = ""


@router.calls(
    GiveLoanBack, "POST /{loan_id}/give-back", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also={202: LoanOperationAnswer | OperationAccepted},
    later=Rendering(202, LoanOperationAnswer, LoanOperationBegun),
)  # fmt: skip
async def give_loan_back(call: Call, loan_id: LoanPath, body: GiveBackRequest) -> Response:
    """Give it back within its days to think: its account pays principal and interest of the days,
    and gets the fees back."""
    return await moved(call, GiveLoanBack(loan_id=loan_id, reason=body.reason))
