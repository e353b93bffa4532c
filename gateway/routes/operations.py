"""What became of a command that was not finished in time."""

import time
from typing import Annotated, Any, ClassVar

from fastapi import Path, Request, Response

from contracts.approvals import ApprovalNeeded
from contracts.envelope import GetOutcome, OutcomeFound, OutcomeState
from gateway.edge import ApprovalAwaited, Call, OutcomeUnknown
from gateway.idempotency import REPLAYED
from gateway.operations import (
    OPERATION,
    ApprovalPending,
    Operation,
    OperationAccepted,
    OperationState,
    approval_url,
)
from gateway.outcomes import rendered, why_not
from gateway.problems import Problem, not_found, unavailable
from gateway.routing import RENDERINGS, EdgeRouter
from gateway.schemas import Answer, example
from infra.bus.ask import NoAnswer, Unavailable

router = EdgeRouter("/api/operations", "operations")

OperationPath = Annotated[str, Path(examples=[OPERATION])]


class OperationAnswer(Answer):
    """`result` is the body of the answer the command would have had, `problem` its refusal;
    `approval_url` is where somebody else approves it, while it waits for that."""

    model_config = example(
        operation_id=OPERATION, state="completed", status_code=201, result={"amount": "10.50"},
        problem=None, approval_url=None,
    )  # fmt: skip

    more_headers: ClassVar[tuple[str, ...]] = ("Retry-After",)  # while it is pending

    operation_id: str
    state: OperationState
    status_code: int | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    approval_url: str | None = None


@router.calls(GetOutcome, "GET /{operation_id}", gives=OperationAnswer)
async def get_operation(call: Call, operation_id: OperationPath) -> Response:
    """The outcome of a command of yours that was answered with 202."""
    operation = call.edge.operation_ids.open(operation_id)
    if operation is None or operation.principal != call.subject.id:
        raise not_found()
    if operation.kind not in RENDERINGS:  # of a release that knew more commands
        raise not_found()
    try:
        found = await call.edge.asker.ask_outcome(
            operation.owner,
            operation.message_id,
            subject=call.subject,
            wait_seconds=max(call.wait_seconds, 1.0),
            trace=call.trace,
        )
    except (Unavailable, NoAnswer) as error:
        raise unavailable() from error
    answer = _told(operation_id, operation, found, call.trace.id)
    waiting = {"Retry-After": "1"} if answer.state is OperationState.PENDING else {}
    return answer.response(200, waiting)


async def accept(_: Request, error: Exception) -> Response:
    """The answer to a command whose outcome is not known yet: 202 and where to ask."""
    assert isinstance(error, OutcomeUnknown)
    accepted = OperationAccepted.of(error.operation_id)
    return accepted.response(202, {"Location": accepted.status_url, "Retry-After": "1"})


async def await_approval(_: Request, error: Exception) -> Response:
    """The answer to a command that somebody else has to approve: 202 and where to see it."""
    assert isinstance(error, ApprovalAwaited)
    pending = ApprovalPending.of(error.operation_id, error.needed)
    replayed = REPLAYED if error.replayed else {}
    return pending.response(202, {"Location": pending.approval_url, **replayed})


def _told(
    operation_id: str, operation: Operation, found: OutcomeFound, trace: str
) -> OperationAnswer:
    match found.state:
        case OutcomeState.COMPLETED:
            return _completed(operation_id, operation, found)
        case OutcomeState.AWAITING_APPROVAL:
            return _awaiting(operation_id, ApprovalNeeded.model_validate_json(found.body or ""))
        case OutcomeState.REFUSED:
            state, problem = OperationState.REFUSED, why_not(found)
        case _ if operation.is_over(time.time()):
            state = OperationState.FAILED
            problem = Problem(503, "not-begun", "Not begun before its deadline; nothing was done.")
        case _:
            return OperationAnswer(operation_id=operation_id, state=OperationState.PENDING)
    assert problem is not None
    return OperationAnswer(
        operation_id=operation_id,
        state=state,
        status_code=problem.status_code,
        problem=problem.body(instance=f"/api/operations/{operation_id}", trace_id=trace),
    )


def _completed(operation_id: str, operation: Operation, found: OutcomeFound) -> OperationAnswer:
    rendering = RENDERINGS[operation.kind]
    return OperationAnswer(
        operation_id=operation_id,
        state=OperationState.COMPLETED,
        status_code=rendering.status,
        result=rendered(rendering, found),
    )


def _awaiting(operation_id: str, needed: ApprovalNeeded) -> OperationAnswer:
    return OperationAnswer(
        operation_id=operation_id,
        state=OperationState.AWAITING_APPROVAL,
        approval_url=approval_url(needed.approval_id),
    )
