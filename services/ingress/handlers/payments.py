"""Payments that partners have asked for, or are told of because of the account that pays."""

from collections.abc import Sequence

from contracts.payment.transfers import (
    TransferCompleted,
    TransferFailed,
    TransferRequested,
    TransferReturned,
)
from infra.handling.context import Asked
from infra.handling.telling import Letter, Outgoing
from services.ingress.clients.answering import ended
from services.ingress.clients.hearing import letters_about
from services.ingress.domain.telling import PaymentEnd
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears_many(TransferCompleted, TransferFailed, TransferReturned)
async def on_ended(batch: Sequence[Asked[PaymentEnd]], store: IngressStore) -> Outgoing:
    """Tell each partner how its payment has ended, and the partners of the account."""
    letters: list[Letter] = await letters_about(batch, store)
    for asked in batch:
        letters += await ended(store, asked.message, asked.context.now)
    return letters


@service.hears_many(TransferRequested)
async def on_requested(batch: Sequence[Asked[TransferRequested]], store: IngressStore) -> Outgoing:
    """Tell the partners of the accounts that pay."""
    return await letters_about(batch, store)
