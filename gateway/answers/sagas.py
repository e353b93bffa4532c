"""Sagas as answers: where they stand, and what steps and people did about them."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from contracts.sagas import (
    Intervention,
    SagaDetails,
    SagaList,
    SagaState,
    SagaStep,
    SagaSummary,
)
from gateway.schemas import Answer, Page, example
from gateway.states import STEP_WORDS, StepState
from gateway.telling import From

SAGA = "01941f29-7c00-7000-8000-00000000000c"
A_SAGA = {
    "saga_id": SAGA, "service": "payment", "name": "imps", "version": 1, "state": "processing",
    "step": "submit-to-rail", "needs_attention": True, "reason": None,
    "waiting_until": None,
    "started_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:05:00Z",
}  # fmt: skip
ITS_HISTORY = {
    "steps": [
        {
            "name": "place-hold", "state": "completed", "reason": None,
            "started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:00:00Z",
        },
        {
            "name": "submit-to-rail", "state": "unknown", "reason": "no-answer",
            "started_at": "2026-01-01T10:00:00Z", "ended_at": None,
        },
    ],
    "interventions": [
        {
            "action": "retry", "actor": "01941f29-7c00-7000-8000-00000000000a",
            "reason": "the rail is back", "made_at": "2026-01-01T10:05:00Z",
        }
    ],
}  # fmt: skip


class SagaAnswer(Answer):
    """One saga; what it is about, its owner tells under the same id."""

    model_config = example(**A_SAGA)
    tells: ClassVar[type[SagaSummary]] = SagaSummary

    saga_id: UUID
    service: str
    name: str
    version: int
    state: SagaState
    step: str | None
    needs_attention: bool
    reason: str | None
    waiting_until: datetime | None
    started_at: datetime
    updated_at: datetime


class SagasAnswer(Page[SagaAnswer]):
    """Sagas of all services, newest first."""

    model_config = example(items=[A_SAGA], next_cursor=None)
    tells = SagaList


class SagaStepAnswer(Answer):
    """One step as far as it got."""

    tells = SagaStep

    name: str
    state: Annotated[StepState, From("state", STEP_WORDS.told)]
    reason: str | None
    started_at: datetime
    ended_at: datetime | None


class InterventionAnswer(Answer):
    """What a person did about a saga, and why."""

    tells = Intervention

    action: str
    actor: str
    reason: str
    made_at: datetime


class SagaDetailsAnswer(SagaAnswer):
    """A saga with every step and every intervention, oldest first."""

    model_config = example(**A_SAGA, **ITS_HISTORY)
    tells = SagaDetails

    steps: tuple[SagaStepAnswer, ...]
    interventions: tuple[InterventionAnswer, ...]
