"""How payments move on: the sagas of this service, and what it learns of their answers.

Answers are handled alike, whatever the rail and the saga: they move the run that awaits them.
"""

from collections.abc import Mapping, Sequence

from contracts.account.holds import HoldCaptured, HoldPlaced, HoldReleased
from contracts.account.movements import EntryPosted, EntryReversed, PaymentReceived
from contracts.envelope import Message, Refused
from contracts.payment.transfers import PaymentEnded, TransferRequested
from contracts.payment.values import Rail, ResolutionOutcome
from infra.handling.context import Asked
from infra.handling.telling import Outgoing, Traced
from infra.sagas.runs import Beginning, Heard
from infra.sagas.table import Meaning, Present
from services.payment.handlers.compensating import compensate
from services.payment.handlers.incoming import note_receivers
from services.payment.handlers.registry import service
from services.payment.sagas import RAILS
from services.payment.store import BY_RAIL, SAGAS, PaymentStore

# What a rail's word says about a payment of its own of which people have said the same or not.
_OUTCOMES = {Meaning.DONE: ResolutionOutcome.SETTLE, Meaning.REFUSED: ResolutionOutcome.RETURN}
_SAYS: Mapping[type[Message], tuple[Rail, ResolutionOutcome]] = {
    kind: (side.rail, _OUTCOMES[meaning])
    for side in RAILS
    for kind, meaning in side.answers.items()
    if meaning in _OUTCOMES
}
# Answers by which an entry was made, or none where money from another bank goes back.
_BOOKED = (HoldCaptured, EntryPosted, EntryReversed, PaymentReceived)
_ENDING = (HoldCaptured, HoldReleased, Refused)  # answers by which a payment may have ended


async def beginnings(
    batch: Sequence[Asked[TransferRequested]], store: PaymentStore
) -> list[Beginning]:
    """The saga of each payment that was accepted before sagas began with their acceptance."""
    orders = await store.not_begun([asked.message.payment_id for asked in batch])
    traces = {asked.message.payment_id: asked.context.trace for asked in batch}
    return [
        Beginning(BY_RAIL[order.rail], order.payment_id, order, traces[order.payment_id])
        for order in orders
    ]


async def note_answers(heard: Sequence[Heard], store: PaymentStore, at: Present) -> Outgoing:
    """Learn whose accounts pay and are paid, which entries were made, which settlements and
    differences were refused, and what the rail says about payments that people have resolved; tell
    edges of those that have ended.

    The runs are locked, so no proposal is made or approved meanwhile.
    """
    placed = {
        each.saga_id: each.answer
        for each in heard
        if isinstance(each.answer, HoldPlaced) and each.sender == HoldPlaced.owner
    }
    if placed:
        await store.note_owners(placed)
    booked = {
        each.answer.entry_id: each.saga_id
        for each in heard
        if isinstance(each.answer, _BOOKED)
        and each.answer.entry_id is not None
        and each.sender == each.answer.owner
    }
    if booked:
        await store.note_entries(booked)
    await note_receivers(heard, store)
    told = [
        (each.saga_id, *_SAYS[type(each.answer)]) for each in heard if type(each.answer) in _SAYS
    ]
    if told:
        await store.note_contradictions(told)
    refused = [each.saga_id for each in heard if isinstance(each.answer, Refused)]
    if refused:
        await store.release_failed(refused)
        await store.release_refused(refused)
    over = [each.saga_id for each in heard if isinstance(each.answer, _ENDING)]
    ended = await store.ended(over) if over else []
    return [
        *await compensate(
            [each.saga_id for each in heard if isinstance(each.answer, HoldReleased)], store, at
        ),
        *(Traced(PaymentEnded(payment=payment), trace) for payment, trace in ended),
    ]


service.runs(SAGAS, begins={TransferRequested: beginnings}, notes=note_answers)
