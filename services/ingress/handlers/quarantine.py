"""What was refused at the door, for administrators and auditors."""

from operator import attrgetter

from contracts.ingress import ListQuarantine, Quarantine
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Context
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore

TRIM_SECONDS = 60
TRIMMED_MAX = 10_000  # more than all lanes together are let refuse between two of them


@service.answers(ListQuarantine)
async def list_quarantine(
    query: ListQuarantine, store: IngressStore, context: Context
) -> Quarantine:
    """Newest first; empty for a name that no partner has."""
    found = await store.quarantined_before(query.name, id_before(query.cursor), query.limit + 1)
    items, following = page_of(found, query.limit, attrgetter("id"), ROW_NUMBERS)
    return Quarantine(items=items, next_cursor=following)


@service.every(TRIM_SECONDS)
async def trim_quarantine(store: IngressStore, context: Context) -> None:
    """Keep the newest of each partner."""
    await store.trim_quarantine(TRIMMED_MAX)
