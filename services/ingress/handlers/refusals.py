"""What was refused too often for a row each, told in one row of the audit trail."""

from datetime import timedelta

from infra.handling import audit
from infra.handling.context import Context
from services.ingress.clients.auditing import many_refused
from services.ingress.domain.counting import minute_of, summary
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore

LOOK_SECONDS = 10
LATE = timedelta(seconds=30)  # in which what was refused in the minute before is committed


@service.every(LOOK_SECONDS)
async def tell_refusals(store: IngressStore, context: Context) -> None:
    """One row for each lane and minute that is over, where there were more than have rows."""
    counted = await store.take_refusals(minute_of(context.now - LATE))
    entries = [
        many_refused(partner, counts, words)
        for (partner, minute), counts in counted.items()
        if (words := summary(minute, counts)) is not None
    ]
    await audit.append(store.db, entries, context.now)
