"""A payment of ours that is asked back from the other bank, over any rail.

    ask-rail   the pivot: asked again until the other bank says yes or no

The money itself comes by a return, which is placed as every return is: returning.py. Money that
comes back before any answer is a yes.
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts import rail
from contracts.money import Money
from contracts.payment.recalled import RecallReason
from contracts.payment.values import Rail
from contracts.rail.recalls import RecallAgreement, RecallRequest
from contracts.rail.said import Said
from infra.sagas.table import Meaning, Saga, Sends, Step
from services.payment.sagas.batches import says_nothing
from services.payment.settings import PaymentSettings

WAIT_SECONDS_MAX = 86_400  # a day
SAID = {Rail(said.name): said for said in rail.RAILS}


class Recalling(BaseModel):
    """What a run knows: what is asked back, and why."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    recall_id: UUID
    payment_id: UUID
    rail: Rail
    amount: Money
    code: RecallReason


def recalling_sagas(settings: PaymentSettings) -> dict[Rail, Saga[Recalling]]:
    """The saga of each rail."""
    return {name: _saga(f"{name.lower()}-recall", said, settings) for name, said in SAID.items()}


def agreed_by_return(data: Recalling) -> RecallAgreement:
    """What the return of a payment says of its recall."""
    agreed = SAID[data.rail].recalls.agreed
    return agreed(recall_id=data.recall_id, transfer_id=data.payment_id)


def _saga(name: str, said: Said, settings: PaymentSettings) -> Saga[Recalling]:
    def ask(data: Recalling) -> RecallRequest:
        return said.recalls.ask(
            recall_id=data.recall_id,
            transfer_id=data.payment_id,
            amount=data.amount,
            code=data.code,
        )

    step: Step[Any] = Step(
        name="ask-rail",
        do=Sends(said.recalls.ask, ask),
        pivot=True,
        seconds=settings.recall_seconds,
        answers={said.recalls.agreed: Meaning.DONE, said.recalls.refused: Meaning.REFUSED},
        answered_run=lambda answer: answer.recall_id,
    )
    return Saga(
        name=name,
        version=1,
        data=Recalling,
        steps=(step,),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=WAIT_SECONDS_MAX,
    )
