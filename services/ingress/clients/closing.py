"""A lane that closes by itself: messages come in it that none of its partner's keys has signed.

Whoever has a partner's password and not its key can do no more than close this partner's lane. The
ingress lets nothing in from the next message on, and says so; auth keeps that the partner is
suspended, and why, until an administrator resumes it.
"""

from dataclasses import replace
from datetime import datetime

from contracts.auth.partners import Partner
from contracts.ingress import IntakeClosed
from infra.runtime.tracing import new_trace
from services.ingress.clients import auditing
from services.ingress.clients.taking import Taken, leaving
from services.ingress.domain.arrivals import Arrival
from services.ingress.domain.counting import BAD_SIGNATURES_MAX, BAD_WITHIN, is_badly_signed
from services.ingress.store import IngressStore


async def watched(
    taken: Taken, arrival: Arrival, partner: Partner, store: IngressStore, now: datetime
) -> tuple[Taken, Partner]:
    """What else becomes of a message that was judged, and the partner by which the next one is. One
    that the bank itself wanted judged again counts for nothing here."""
    if taken.code is None or arrival.replay_of is not None or not is_badly_signed(taken.code):
        return taken, partner
    found = await store.count_bad_signature(partner.name, BAD_WITHIN, now)
    if found < BAD_SIGNATURES_MAX:
        return taken, partner
    await store.forget_bad_signatures(partner.name)
    trace = new_trace(arrival.message_id)
    told = leaving([IntakeClosed(name=partner.name)], trace)
    entry = auditing.intake_closed(partner.name, taken.code, trace)
    closing = replace(
        taken, leaving=(*taken.leaving, told), entries=(*taken.entries, entry), closes=True
    )
    return closing, await store.close_intake(partner)
