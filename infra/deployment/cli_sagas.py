"""The `bank saga` commands: what several services do together, shown and steered.

Each service is asked for its own. Steering is an operator's decision: it needs a reason, which is
kept beside the saga under his name, and is done by the service as for a manager over HTTP.
"""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from contracts.envelope import Refused
from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    Intervention,
    ListSagas,
    ParkSaga,
    RetrySaga,
    SagaDetails,
    SagaList,
    SagaState,
    SagaSteered,
    SagaStep,
    SagaSummary,
)
from contracts.topology import ASKERS
from infra.deployment.cli_asking import answer, answers, replies
from infra.deployment.cli_place import echo
from infra.deployment.local import LocalError
from infra.deployment.local.terminal import in_one_line

LIMIT_DEFAULT, LIMIT_MAX = 20, 200

saga_app = typer.Typer(no_args_is_help=True, help="What several services do together.")

SagaId = Annotated[UUID, typer.Argument(help="Its id, as `list` shows it; of a payment, its own.")]
Why = Annotated[str, typer.Option("--reason", help="Kept with the saga.")]
State = Annotated[SagaState | None, typer.Option(help="Only those in this state.")]
Name = Annotated[str | None, typer.Option(help="Only those of this name, such as imps.")]
Attention = Annotated[
    bool | None, typer.Option("--needs-attention/--in-order", help="Only those, or all others.")
]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many, newest first.")]


@saga_app.command("list")
def list_sagas(
    state: State = None,
    needs_attention: Attention = None,
    name: Name = None,
    limit: Limit = LIMIT_DEFAULT,
) -> None:
    """The sagas of all services, newest first."""
    query = ListSagas(name=name, state=state, needs_attention=needs_attention, limit=limit)
    found = answers(query, SagaList, ASKERS)
    sagas = [saga for page in found.given for saga in page.items]
    newest = sorted(sagas, key=lambda saga: (saga.started_at, saga.saga_id), reverse=True)
    for saga in newest[:limit]:
        echo(_headline(saga))
    found.require_all()
    if not sagas:
        echo("no sagas")


@saga_app.command("show")
def show_saga(saga_id: SagaId) -> None:
    """One saga: its steps, their times and reasons, and who intervened."""
    _show(_found(saga_id))


@saga_app.command("retry")
def retry_saga(saga_id: SagaId, reason: Why) -> None:
    """Try its present step again, now; a parked one goes on."""
    _steer(lambda: RetrySaga(saga_id=saga_id, reason=reason))


@saga_app.command("park")
def park_saga(saga_id: SagaId, reason: Why) -> None:
    """Stop its retries until somebody retries or compensates it."""
    _steer(lambda: ParkSaga(saga_id=saga_id, reason=reason))


@saga_app.command("compensate")
def compensate_saga(saga_id: SagaId, reason: Why) -> None:
    """Undo what was done, as long as its pivot has not been sent."""
    _steer(lambda: CompensateSaga(saga_id=saga_id, reason=reason))


def _steer(make: Callable[[], RetrySaga | ParkSaga | CompensateSaga]) -> None:
    """Send what is made, unless its reason is none."""
    try:
        command = make()
    except ValidationError:
        words = "A reason has 1 to 200 characters that can be printed."
        raise typer.BadParameter(words) from None
    _show(answer(command, SagaSteered, _found(command.saga_id).service))


def _found(saga_id: UUID) -> SagaDetails:
    """The saga from whichever service runs it.

    Raises:
        LocalError: no service knows it, or the one that may know it did not answer.
    """
    found = replies(GetSaga(saga_id=saga_id), ASKERS)
    for reply in found:
        if isinstance(reply, SagaDetails):
            return reply
    for reply in found:
        if isinstance(reply, LocalError):
            raise reply
    refusal = found[0]
    assert isinstance(refusal, Refused)
    raise LocalError(f"{refusal.code}: {refusal.detail}")


def _show(saga: SagaDetails) -> None:
    echo(_headline(saga))
    for step in saga.steps:
        echo(_step(step))
    for intervention in saga.interventions:
        echo(_intervention(intervention))


def _headline(saga: SagaSummary) -> str:
    where = f" at {saga.step}" if saga.step else ""
    why = f" ({saga.reason})" if saga.reason else ""
    until = f" {saga.waiting_until:%F %T} UTC" if saga.waiting_until else ""
    calls = "  needs attention" if saga.needs_attention else ""
    line = f"{saga.saga_id}  {saga.started_at:%F %T} UTC  {saga.service} {saga.name}"
    return in_one_line(f"{line}  {saga.state}{until}{where}{why}{calls}")


def _step(step: SagaStep) -> str:
    until = f" to {step.ended_at:%F %T}" if step.ended_at else ""
    why = f"  {step.reason}" if step.reason else ""
    return in_one_line(f"  {step.name:<20}{step.state:<15}{step.started_at:%F %T}{until} UTC{why}")


def _intervention(each: Intervention) -> str:
    return in_one_line(f"  {each.action} by {each.actor} {each.made_at:%F %T} UTC: {each.reason}")
