"""Further amounts lent on running loans."""

from typing import Annotated

from fastapi import Response
from pydantic import Field, StrictInt

from contracts.loan.operations import LoanOperationBegun
from contracts.loan.top_ups import GetTopUpFacts, ListTopUps, TopUpLoan
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import Reason
from gateway.answers.loan_top_ups import TopUpFactsAnswer, TopUpsAnswer
from gateway.answers.loans import LoanAnswer, LoanOperationAnswer
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.loan_movements import moved
from gateway.money import Amount, money
from gateway.operations import OperationAccepted
from gateway.routes.loans import LoanPath
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import Body, example

router = EdgeRouter("/api/loans", "loans")


class TopUpQuoteRequest(Body):
    """How much more would be lent, and in how many instalments more it would be repaid."""

    model_config = example(amount="60000.00", extra_instalments=0)

    amount: Amount
    currency: Currency = DEFAULT_CURRENCY
    extra_instalments: Annotated[StrictInt, Field(ge=0, le=600)] = 0


class TopUpRequest(TopUpQuoteRequest):
    """The same, to be lent."""

    model_config = example(amount="60000.00", extra_instalments=0, reason="a new roof")

    reason: Reason


@router.asks(GetTopUpFacts, "POST /{loan_id}/top-up/quote", answers=TopUpFactsAnswer)
def get_top_up_facts(loan_id: LoanPath, body: TopUpQuoteRequest) -> GetTopUpFacts:
    """What a further amount would cost today; nothing is stored."""
    return GetTopUpFacts(
        loan_id=loan_id,
        amount=money(body.amount, body.currency),
        extra_instalments=body.extra_instalments,
    )


@router.calls(
    TopUpLoan, "POST /{loan_id}/top-up", gives=LoanAnswer, status=201, key=Key.REQUIRED,
    also={202: LoanOperationAnswer | OperationAccepted},
    later=Rendering(202, LoanOperationAnswer, LoanOperationBegun),
)  # fmt: skip
async def top_up_loan(call: Call, loan_id: LoanPath, body: TopUpRequest) -> Response:
    """Lend more on a running loan, once a second manager has approved it."""
    command = TopUpLoan(
        loan_id=loan_id,
        amount=money(body.amount, body.currency),
        extra_instalments=body.extra_instalments,
        reason=body.reason,
    )
    return await moved(call, command)


@router.asks(ListTopUps, "GET /{loan_id}/top-ups", answers=TopUpsAnswer)
def list_top_ups(loan_id: LoanPath) -> ListTopUps:
    """What was lent beside what was approved, each as its borrower was told of it."""
    return ListTopUps(loan_id=loan_id)
