"""What other banks ask for that they have paid to customers of ours."""

from typing import Annotated

from fastapi import Path, Query

from contracts.payment.incoming_recalls import (
    AgreeToRecall,
    IncomingRecallState,
    ListIncomingRecalls,
    RecallRefusalCode,
    RefuseRecall,
)
from contracts.words import Reason
from gateway.answers.incoming_recalls import (
    INCOMING_RECALL,
    IncomingRecallAnswer,
    IncomingRecallsAnswer,
)
from gateway.routing import EdgeRouter
from gateway.schemas import After, Body, Limit, TruthFilter, UuidPath, example

router = EdgeRouter("/api/payments/incoming/recalls", "payments")

RecallPath = Annotated[UuidPath, Path(examples=[INCOMING_RECALL])]


class RecallAgreementRequest(Body):
    """Why it is given back."""

    model_config = example(reason="our customer agrees, by her letter of 5 May")

    reason: Reason


class RecallRefusalRequest(Body):
    """Why it is not given back."""

    model_config = example(code="CUST", reason="our customer says that it was owed")

    code: RecallRefusalCode
    reason: Reason


@router.asks(ListIncomingRecalls, "GET ", answers=IncomingRecallsAnswer)
def list_incoming_recalls(
    state: Annotated[IncomingRecallState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> ListIncomingRecalls:
    """What other banks ask for, newest first, and what has become of it."""
    return ListIncomingRecalls(
        state=state, needs_attention=needs_attention, limit=limit, cursor=cursor
    )


@router.sends(AgreeToRecall, "POST /{recall_id}/agree", answers=IncomingRecallAnswer, status=200)
def agree_to_recall(recall_id: RecallPath, body: RecallAgreementRequest) -> AgreeToRecall:
    """Take the amount from the customer's account, and give it back to the bank that asks."""
    return AgreeToRecall(recall_id=recall_id, reason=body.reason)


@router.sends(RefuseRecall, "POST /{recall_id}/refuse", answers=IncomingRecallAnswer, status=200)
def refuse_recall(recall_id: RecallPath, body: RecallRefusalRequest) -> RefuseRecall:
    """Tell the bank that asks that it does not get its money back."""
    return RefuseRecall(recall_id=recall_id, code=body.code, reason=body.reason)
