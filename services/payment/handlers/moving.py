"""What moves payments on: answers of others, and time.

Answers are handled alike, whatever the rail and the saga: they move the run that awaits them.
"""

from collections.abc import Sequence

from contracts.account.holds import HoldCaptured, HoldPlaced, HoldReleased
from contracts.account.movements import EntryPosted, EntryReversed
from contracts.envelope import Message, Refused
from contracts.payment.values import ResolutionOutcome
from contracts.rail import RailAccepted, RailRefused, RailUnaware
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing
from infra.sagas.runs import Heard, reply_to_saga
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore

# What the rail's word says about a payment of which people have said the same or the contrary.
_SAYS = {RailAccepted: ResolutionOutcome.SETTLE, RailRefused: ResolutionOutcome.RETURN}


@service.hears_replies(HoldPlaced, HoldCaptured, HoldReleased, EntryPosted, EntryReversed, Refused)
async def on_reply(batch: Sequence[Asked[Message]], store: PaymentStore) -> Outgoing:
    """Move the runs on whose behalf the commands were sent, and learn whose accounts pay."""
    replies = [reply_to_saga(asked.message, asked.context) for asked in batch]
    heard = [reply for reply in replies if reply is not None]
    placed = {
        reply.saga_id: reply.answer
        for reply in heard
        if isinstance(reply.answer, HoldPlaced) and reply.sender == HoldPlaced.owner
    }
    if placed:
        await store.note_owners(placed)
    return await store.sagas.answered(heard)


@service.hears_many(RailAccepted, RailRefused, RailUnaware)
async def on_rail_answer(
    batch: Sequence[Asked[RailAccepted | RailRefused | RailUnaware]], store: PaymentStore
) -> Outgoing:
    """Move the payments that the rail speaks of; their ids are its transfer ids."""
    outgoing = await store.sagas.answered(
        [
            Heard(asked.message.transfer_id, asked.message, None, asked.context.sender)
            for asked in batch
        ]
    )
    # The runs are locked now, so no proposal is made or approved meanwhile.
    await store.note_contradictions(
        [
            (asked.message.transfer_id, _SAYS[type(asked.message)])
            for asked in batch
            if type(asked.message) in _SAYS
        ]
    )
    return outgoing


@service.every(1)
async def sweep_deadlines(store: PaymentStore, context: Context) -> Outgoing:
    """Move the payments that have waited too long."""
    return await store.sagas.sweep()
