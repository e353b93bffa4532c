"""What was refused at the door, for administrators and auditors, who may have it judged again."""

from operator import attrgetter

from contracts.ingress import ListQuarantine, Quarantine, QuarantinedMessage, ReplayQuarantined
from infra.data.paging import ROW_NUMBERS, id_before, page_of
from infra.handling.context import Context
from services.ingress.domain.quarantine import (
    LaneIsClosed,
    QuarantinedInPart,
    UnknownQuarantined,
)
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


@service.handles(ReplayQuarantined)
async def replay_quarantined(
    command: ReplayQuarantined, store: IngressStore, context: Context
) -> QuarantinedMessage:
    """The reader of the lane judges it (clients/reading.py), in one order with what arrives."""
    is_whole = await store.is_whole(command.name, command.id)
    if is_whole is None:
        raise UnknownQuarantined
    if not is_whole:
        raise QuarantinedInPart
    if command.name not in await store.partners_with_lanes():
        raise LaneIsClosed
    return await store.ask_replay(command.id, context.now)


@service.every(TRIM_SECONDS)
async def trim_quarantine(store: IngressStore, context: Context) -> None:
    """Keep the newest of each partner."""
    await store.trim_quarantine(TRIMMED_MAX)
