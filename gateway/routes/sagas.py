"""Sagas of all services: listed, shown and steered, whichever service runs them.

A service is asked under a key of its own. Lists are merged by where each saga stands in the order
of all; if one service does not answer there is no list, since a list with a gap would look whole.
"""

from operator import attrgetter
from typing import Annotated

from fastapi import Path, Query, Response

from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    ListSagas,
    ParkSaga,
    RetrySaga,
    SagaState,
    SagaSteered,
)
from contracts.topology import ASKERS, routing_key
from contracts.words import Name, Reason
from gateway.answers.sagas import SAGA, SagaDetailsAnswer, SagasAnswer
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.routing import RENDERINGS, EdgeRouter, Rendering, respond
from gateway.schemas import After, Body, Limit, TruthFilter, UuidPath, example
from gateway.several import Order, found_by, listed
from infra.data.paging import TIMES_AND_IDS

router = EdgeRouter("/api/sagas", "sagas")

ORDER = Order(attrgetter("started_at", "saga_id"), TIMES_AND_IDS)

SagaPath = Annotated[UuidPath, Path(examples=[SAGA])]
STEERED = Rendering(200, SagaDetailsAnswer, SagaSteered)
RENDERINGS.update(
    {
        routing_key(kind, owner): STEERED
        for kind in (RetrySaga, ParkSaga, CompensateSaga)
        for owner in ASKERS
    }
)


class SteeringRequest(Body):
    """Why a manager steers the saga."""

    model_config = example(reason="the rail is back")

    reason: Reason


@router.calls(ListSagas, "GET ", gives=SagasAnswer)
async def list_sagas(
    call: Call,
    name: Annotated[Name | None, Query()] = None,
    state: Annotated[SagaState | None, Query()] = None,
    needs_attention: TruthFilter = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """Sagas of all services, newest first."""
    query = ListSagas(
        name=name, state=state, needs_attention=needs_attention, limit=limit, cursor=cursor
    )
    page = await listed(call, query, ASKERS, ORDER)
    return SagasAnswer.about(page).response(200)


@router.calls(GetSaga, "GET /{saga_id}", gives=SagaDetailsAnswer)
async def get_saga(call: Call, saga_id: SagaPath) -> Response:
    """A saga with every step, its times and reasons, and what people did about it."""
    _, found = await found_by(call, GetSaga(saga_id=saga_id), ASKERS)
    return SagaDetailsAnswer.about(found).response(200)


@router.calls(RetrySaga, "POST /{saga_id}/retry", gives=SagaDetailsAnswer, key=Key.OPTIONAL)
async def retry_saga(call: Call, saga_id: SagaPath, body: SteeringRequest) -> Response:
    """Try the present step again, now; a parked saga goes on."""
    return await _steer(call, RetrySaga(saga_id=saga_id, reason=body.reason))


@router.calls(ParkSaga, "POST /{saga_id}/park", gives=SagaDetailsAnswer, key=Key.OPTIONAL)
async def park_saga(call: Call, saga_id: SagaPath, body: SteeringRequest) -> Response:
    """Stop the bank's own retries until a person decides."""
    return await _steer(call, ParkSaga(saga_id=saga_id, reason=body.reason))


@router.calls(
    CompensateSaga, "POST /{saga_id}/compensate", gives=SagaDetailsAnswer, key=Key.OPTIONAL
)
async def compensate_saga(call: Call, saga_id: SagaPath, body: SteeringRequest) -> Response:
    """Undo what was done, as long as the pivot has not been sent."""
    return await _steer(call, CompensateSaga(saga_id=saga_id, reason=body.reason))


async def _steer(call: Call, command: RetrySaga | ParkSaga | CompensateSaga) -> Response:
    """Its service's answer."""
    owner, _ = await found_by(call, GetSaga(saga_id=command.saga_id), ASKERS)
    reply = await call.send(command, owner=owner)
    return respond(STEERED, reply.message, REPLAYED if reply.replayed else None)
