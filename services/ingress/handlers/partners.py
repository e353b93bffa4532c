"""Partners as auth tells them; what is newest counts from the next message on."""

from contracts.auth.partners import PartnerChanged, PartnerState
from contracts.lanes import PartnerLane
from infra.handling import mailbox
from infra.handling.context import Context
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears(PartnerChanged)
async def on_partner_changed(event: PartnerChanged, store: IngressStore, context: Context) -> None:
    """Go by this from now on. With a closed lane goes what still waits to be told in it."""
    if await store.keep_partner(event) and event.state is PartnerState.CLOSED:
        lane = PartnerLane(event.name)
        for exchange in (lane.answers, lane.events):
            await mailbox.drop_parcels(store.db, exchange)
