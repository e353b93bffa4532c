"""Who a payee is, before he is paid: asked from his bank."""

import time
from typing import Annotated

from fastapi import Path, Response

from contracts.payment.payees import GetPayeeLookup, LookupState, PayeeLookup, ResolvePayee
from contracts.payment.values import Beneficiary
from gateway.answers.payees import LOOKUP, PayeeLookupAnswer
from gateway.answers.payments import A_BENEFICIARY
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.operations import OperationAccepted
from gateway.routing import EdgeRouter, Rendering
from gateway.schemas import Body, UuidPath, example
from gateway.waiting import waited_for

router = EdgeRouter("/api/payees", "payments")

LookupPath = Annotated[UuidPath, Path(examples=[LOOKUP])]


class PayeeRequest(Body):
    """Who is meant: his name as you know it, and what he goes by."""

    model_config = example(beneficiary=A_BENEFICIARY)

    beneficiary: Beneficiary


@router.calls(
    ResolvePayee, "POST /resolve", gives=PayeeLookupAnswer, status=200, key=Key.OPTIONAL,
    also={202: PayeeLookupAnswer | OperationAccepted},
    later=Rendering(202, PayeeLookupAnswer, PayeeLookup),
)  # fmt: skip
async def resolve_payee(call: Call, body: PayeeRequest) -> Response:
    """Ask a payee's bank who he is; nothing moves. 200 when it has answered while you waited.

    Otherwise 202 with its address; without an answer in half a minute the question is `expired`.
    """
    until = time.monotonic() + call.wait_seconds
    reply = await call.begin(ResolvePayee(beneficiary=body.beneficiary))
    headers = dict(REPLAYED) if reply.replayed else {}
    assert isinstance(reply.message, PayeeLookup)
    lookup_id = reply.message.lookup_id
    found = await waited_for(
        call,
        reply,
        PayeeLookup,
        ended_id=lookup_id,
        question=GetPayeeLookup(lookup_id=lookup_id),
        is_under_way=lambda known: known.state is LookupState.PROCESSING,
        until=until,
    )
    if found.state is not LookupState.PROCESSING:
        return PayeeLookupAnswer.about(found).response(200, headers)
    address = f"/api/payees/lookups/{lookup_id}"
    return PayeeLookupAnswer.about(found).response(202, {**headers, "Location": address})


@router.asks(GetPayeeLookup, "GET /lookups/{lookup_id}", answers=PayeeLookupAnswer)
def get_payee_lookup(lookup_id: LookupPath) -> GetPayeeLookup:
    """What a payee's bank has answered."""
    return GetPayeeLookup(lookup_id=lookup_id)
