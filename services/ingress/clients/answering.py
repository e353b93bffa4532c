"""Answers on their way to a partner: kept for whoever asks again, and told in the lane."""

from datetime import datetime
from uuid import UUID, uuid5

from contracts.envelope import Message, Refused
from contracts.topology import PartnerLane
from infra.handling.telling import Letter
from services.ingress.domain.telling import Told, told
from services.ingress.store import Admission, IngressStore


async def answered(
    store: IngressStore, internal_id: UUID, answer: Message, now: datetime
) -> list[Letter]:
    """The letter to whoever waits for this answer; what was refused counts for no limit."""
    admission = await store.note_answer(internal_id, told(answer), now)
    if admission is None:
        return []
    if isinstance(answer, Refused) and admission.amount_minor is not None:
        day = admission.business_date
        await store.give_back(admission.partner, day, admission.amount_minor)
    return [letter_of(admission, told(answer))]


def letter_of(admission: Admission, answer: Told, *, replayed: bool = False) -> Letter:
    """The answer to a message that was let in, the first time or again."""
    return Letter(
        exchange=PartnerLane(admission.partner).answers,
        type=answer.type,
        body=answer.body,
        message_id=uuid5(admission.internal_id, "answer"),
        correlation_id=str(admission.message_id),
        headers={"replayed": True} if replayed else {},
    )
