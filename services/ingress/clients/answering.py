"""Answers on their way to a partner, and ends of its payments: kept for whoever asks again, and
told in the lane, the acceptance of a payment always before its end."""

from datetime import datetime
from uuid import UUID, uuid5

from contracts.envelope import Message, Refused
from contracts.lanes import PartnerLane
from infra.handling.telling import Letter
from services.ingress.domain.telling import ENDS, PaymentEnd, Told, counts, end_told, told
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
    return letters_of(admission)


async def ended(store: IngressStore, end: PaymentEnd, now: datetime) -> list[Letter]:
    """The letter to whoever has asked for this payment; one that failed counts for no limit. The
    end of a payment whose acceptance is not told yet is told with it."""
    if end.requested_by is None or (before := await store.lock_admission(end.requested_by)) is None:
        return []
    can_be_told = await store.has_lane(before.partner)
    now_told = end_told(end)
    await store.note_end(before.internal_id, now_told, now)
    await _recount(store, before, now_told.type)
    if before.answer is None or not can_be_told:
        return []
    return [letter_of(before, now_told)]


async def _recount(store: IngressStore, before: Admission, end_type: str) -> None:
    day, minor = before.business_date, before.amount_minor
    assert minor is not None  # a payment has an amount
    was, counts_now = counts(before.end and before.end.type), counts(end_type)
    if was and not counts_now:
        await store.give_back(before.partner, day, minor)
    if counts_now and not was:
        await store.use(before.partner, day, minor)


def letters_of(admission: Admission, *, replayed: bool = False) -> list[Letter]:
    """All that is known of what was let in: its answer, and how it has ended."""
    known = [told for told in (admission.answer, admission.end) if told is not None]
    return [letter_of(admission, told, replayed=replayed) for told in known]


def letter_of(admission: Admission, told: Told, *, replayed: bool = False) -> Letter:
    """An answer to a message that was let in, or the end of its payment, first told or again."""
    return Letter(
        exchange=PartnerLane(admission.partner).answers,
        type=told.type,
        body=told.body,
        message_id=uuid5(admission.internal_id, told.type if told.type in ENDS else "answer"),
        correlation_id=str(admission.message_id),
        headers={"replayed": True} if replayed else {},
    )
