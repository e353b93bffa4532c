"""Payments of ours that other banks have given back."""

from typing import Annotated

from fastapi import Path, Query

from contracts.payment.returns import GetReturn, ListReturns, ReturnState
from gateway.answers.returns import RETURN, ReturnAnswer, ReturnsAnswer
from gateway.routing import EdgeRouter
from gateway.schemas import After, Limit, TruthFilter, UuidPath

router = EdgeRouter("/api/payments/returns", "payments")

ReturnPath = Annotated[UuidPath, Path(examples=[RETURN])]


@router.asks(ListReturns, "GET ", answers=ReturnsAnswer)
def list_returns(
    state: Annotated[ReturnState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListReturns:
    """What other banks have given back, newest first, and what became of it."""
    return ListReturns(state=state, needs_attention=needs_attention, limit=limit, cursor=cursor)


@router.asks(GetReturn, "GET /{return_id}", answers=ReturnAnswer)
def get_return(return_id: ReturnPath) -> GetReturn:
    """What another bank has given back, and what became of it."""
    return GetReturn(return_id=return_id)
