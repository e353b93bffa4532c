"""How payments end that partners have asked for."""

from collections.abc import Sequence

from contracts.payment.transfers import TransferCompleted, TransferFailed, TransferReturned
from infra.handling.context import Asked
from infra.handling.telling import Letter, Outgoing
from services.ingress.clients.answering import ended
from services.ingress.domain.telling import PaymentEnd
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears_many(TransferCompleted, TransferFailed, TransferReturned)
async def on_ended(batch: Sequence[Asked[PaymentEnd]], store: IngressStore) -> Outgoing:
    """Tell each partner how its payment has ended; payments of others say nothing here."""
    letters: list[Letter] = []
    for asked in batch:
        letters += await ended(store, asked.message, asked.context.now)
    return letters
