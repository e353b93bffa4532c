"""Commands that wait for a second person: seen by staff and auditors, decided by managers.

Any owner may have such commands, and an id does not say whose it is: the owners that have them are
asked.
"""

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Path, Query, Response

from contracts.account.movements import ReverseEntry
from contracts.approvals import (
    ApprovalState,
    ApproveCommand,
    CommandApproved,
    CommandRejected,
    GetApproval,
    ListApprovals,
    ParkedCommand,
    ParkedCommands,
    RejectCommand,
)
from contracts.catalogue import approvers
from contracts.envelope import OutcomeFound, Role
from contracts.topology import routing_key
from contracts.words import Reason
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.money import as_sent
from gateway.operations import APPROVAL
from gateway.outcomes import rendered, rendering_of_reply, why_not
from gateway.routing import RENDERINGS, EdgeRouter, Rendering, respond
from gateway.schemas import After, Answer, Body, Limit, Page, UuidPath, example
from gateway.several import Order, found_by, listed
from gateway.telling import From
from infra.handling.parked import PLACES

router = EdgeRouter("/api/approvals", "approvals")

ORDER = Order(attrgetter("approval_id"), PLACES)  # ids are in order of time, whoever gave them

ApprovalPath = Annotated[UuidPath, Path(examples=[APPROVAL])]
AN_APPROVAL = {
    "approval_id": APPROVAL, "state": "pending", "command": routing_key(ReverseEntry),
    "request": {"entry_id": "01941f29-7c00-7000-8000-000000000001", "reason": "wrong account",
                "amount": None},
    "maker": "01941f29-7c00-7000-8000-00000000000a", "maker_role": "MANAGER",
    "reason": "Always needs a second person.", "created_at": "2026-01-01T10:00:00Z",
    "expires_at": "2026-01-04T10:00:00Z", "decided_by": None, "decided_at": None,
    "decision_reason": None, "outcome": None,
}  # fmt: skip


class OutcomeAnswer(Answer):
    """What the maker is answered: `result` is the body, or `code` and `detail` say why not."""

    status_code: int
    result: dict[str, Any] | None = None
    code: str | None = None
    detail: str | None = None

    @classmethod
    def of(cls, found: OutcomeFound | None) -> "OutcomeAnswer | None":
        if found is None:
            return None
        if (problem := why_not(found)) is not None:
            return cls(
                status_code=problem.status_code, code=problem.code, detail=str(problem.detail)
            )
        rendering = rendering_of_reply(found.type)
        return cls(status_code=rendering.status, result=rendered(rendering, found))


class ApprovalAnswer(Answer):
    """A command that waits, or has waited: `request` is what its maker asked for."""

    model_config = example(**AN_APPROVAL)
    tells = ParkedCommand

    approval_id: UUID
    state: ApprovalState
    command: Annotated[str, From("type")]
    request: Annotated[dict[str, Any], From("body", lambda body: as_sent(orjson.loads(body)))]
    maker: str
    maker_role: Role
    reason: str
    created_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    outcome: Annotated[OutcomeAnswer | None, From("outcome", OutcomeAnswer.of)]


class ApprovalsAnswer(Page[ApprovalAnswer]):
    """Approvals, newest first."""

    model_config = example(items=[AN_APPROVAL], next_cursor=None)
    tells = ParkedCommands


class RejectionRequest(Body):
    """Why it will not be done."""

    model_config = example(reason="there is no such invoice")

    reason: Reason


APPROVED = Rendering(200, ApprovalAnswer, CommandApproved)
REJECTED = Rendering(200, ApprovalAnswer, CommandRejected)
# What an operation tells of a decision whose answer came too late, by the owner who made it.
for _owner in approvers():
    RENDERINGS[routing_key(ApproveCommand, _owner)] = APPROVED
    RENDERINGS[routing_key(RejectCommand, _owner)] = REJECTED


@router.calls(ListApprovals, "GET ", gives=ApprovalsAnswer)
async def list_approvals(
    call: Call,
    state: Annotated[ApprovalState | None, Query()] = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """Commands that wait or have waited for a second person, newest first."""
    query = ListApprovals(state=state, limit=limit, cursor=cursor)
    found = await listed(call, query, approvers(), ORDER)
    return ApprovalsAnswer.about(found).response(200)


@router.calls(GetApproval, "GET /{approval_id}", gives=ApprovalAnswer)
async def get_approval(call: Call, approval_id: ApprovalPath) -> Response:
    """One such command; once it is decided, `outcome` says what its maker is answered."""
    _, found = await found_by(call, GetApproval(approval_id=approval_id), approvers())
    return ApprovalAnswer.about(found).response(200)


@router.calls(ApproveCommand, "POST /{approval_id}/approve", gives=ApprovalAnswer, key=Key.OPTIONAL)
async def approve_command(call: Call, approval_id: ApprovalPath) -> Response:
    """Let it be done as its maker asked for it; `outcome` says what came of it."""
    owner, _ = await found_by(call, GetApproval(approval_id=approval_id), approvers())
    reply = await call.send(ApproveCommand(approval_id=approval_id), owner=owner)
    return respond(APPROVED, reply.message, REPLAYED if reply.replayed else None)


@router.calls(RejectCommand, "POST /{approval_id}/reject", gives=ApprovalAnswer, key=Key.OPTIONAL)
async def reject_command(call: Call, approval_id: ApprovalPath, body: RejectionRequest) -> Response:
    """End it: it will not be done."""
    owner, _ = await found_by(call, GetApproval(approval_id=approval_id), approvers())
    reply = await call.send(RejectCommand(approval_id=approval_id, reason=body.reason), owner=owner)
    return respond(REJECTED, reply.message, REPLAYED if reply.replayed else None)
