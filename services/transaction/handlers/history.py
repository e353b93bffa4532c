"""The history of movements: kept as it is told, and searched."""

from collections.abc import Sequence

from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.transaction.history import Movements, SearchMovements
from infra.handling.context import Asked, Context
from services.transaction.domain.history import page_of, position_of
from services.transaction.handlers.registry import service
from services.transaction.store import TransactionStore


@service.hears_many(AccountDebited, AccountCredited)
async def on_moved(heard: Sequence[Asked[Moved]], store: TransactionStore) -> None:
    """Keep what moved on customers' accounts; the bank's own accounts have no history here."""
    await store.keep([each.message for each in heard if each.message.customer_id is not None])


@service.answers(SearchMovements)
async def search_movements(
    query: SearchMovements, store: TransactionStore, context: Context
) -> Movements:
    """Movements that fulfil every condition given, newest first.

    A customer finds his own: somebody else's account looks to him like one without movements. A
    page may hold fewer than `limit` and still have a next one; the end is where no cursor follows.
    """
    before = position_of(query.cursor)
    read = await store.search(query, context.subject.visible_customer(), before)
    return page_of(read, query.limit)
