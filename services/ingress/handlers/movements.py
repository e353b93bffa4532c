"""Money that moves on accounts of which partners are told."""

from collections.abc import Sequence

from contracts.account.books import AccountCredited, AccountDebited
from infra.handling.context import Asked
from infra.handling.telling import Outgoing
from services.ingress.clients.hearing import letters_about
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears_many(AccountDebited, AccountCredited)
async def on_moved(
    batch: Sequence[Asked[AccountDebited | AccountCredited]], store: IngressStore
) -> Outgoing:
    """Tell the partners of these accounts; all others hear nothing."""
    return await letters_about(batch, store)
