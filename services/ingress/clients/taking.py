"""One message of a partner: judged, and let in or refused, in the transaction of its batch.

size → sender → active → headers → freshness → signature → replay → form → type → account → limits.
Nothing is written before all of it is judged, so what is refused leaves its refusal and no more.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.auth.partners import Partner
from contracts.envelope import DomainError, Query, Refused, Role, Subject
from contracts.lanes import PartnerLane
from infra.bus.wire import short_text
from infra.handling import audit
from infra.handling.packing import Leaving
from infra.handling.telling import Letter, Outgoing, Send
from infra.runtime.clock import business_date, new_id
from infra.runtime.tracing import Trace, hop_of, new_trace
from services.ingress.clients import auditing
from services.ingress.clients.answering import letters_of
from services.ingress.domain.arrivals import Arrival, Request, request_of
from services.ingress.domain.counting import ROWS_A_MINUTE, minute_of
from services.ingress.domain.limits import check_allowed, check_limits
from services.ingress.domain.refusals import MessageIdReused
from services.ingress.domain.telling import told
from services.ingress.domain.wishes import Wish, wish_of
from services.ingress.store import Admission, IngressStore


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that was let in and is still to be asked."""

    query: Query
    admission: Admission
    trace: Trace


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one message: what leaves, what is noted, what is to be asked."""

    leaving: tuple[Leaving, ...] = ()
    entries: tuple[audit.Entry, ...] = ()
    asking: Asking | None = None
    code: str | None = None  # of the refusal; None: it was let in
    closes: bool = False  # the lane of its partner, for what comes behind it

    @property
    def became(self) -> str:
        """Let in for the first time or again, or the code of the refusal."""
        return self.code or ("let-in" if self.entries else "again")


async def judge(
    arrival: Arrival,
    partner: Partner,
    store: IngressStore,
    key: bytes,
    now: datetime,
    given_up: DomainError | None = None,
) -> Taken:
    """Take it, or refuse it with `given_up`. What is judged again is judged once, whoever else
    reads, and what became of it is kept with it."""
    if arrival.replay_of is not None and not await store.waits_for_replay(arrival.replay_of):
        return Taken()
    if given_up is None:
        taken = await take(arrival, partner, store, key, now)
    else:
        taken = await refuse(arrival, partner.name, given_up.refusal(), store, now)
    if arrival.replay_of is not None:
        await store.note_replay(arrival.replay_of, taken.code, now)
    return taken


async def take(
    arrival: Arrival, partner: Partner, store: IngressStore, key: bytes, now: datetime
) -> Taken:
    """Let it in, answer it again, or refuse it; the partner is locked."""
    try:
        request = request_of(arrival, partner, now)
        fingerprint = blake2b(
            request.type.encode() + b"\0" + request.body, key=key, digest_size=32
        ).digest()
        known = await store.admission(partner.name, request.message_id)
        if known is not None and known.fingerprint != fingerprint:
            raise MessageIdReused
        wish = wish_of(request)
        if known is not None:
            return _again(known, wish)
        check_allowed(wish, partner)
        day = business_date(now)
        check_limits(wish, partner, await store.used(partner.name, day, now))
    except DomainError as refusal:
        return await refuse(arrival, partner.name, refusal.refusal(), store, now)
    trace = new_trace(str(request.message_id))
    admission = _admission(partner.name, request, fingerprint, wish, trace, now)
    await store.admit(admission)
    if admission.amount_minor is not None:
        await store.use(partner.name, admission.business_date, admission.amount_minor)
    return _sent(admission, wish, trace, auditing.let_in(admission, wish, trace))


async def refuse(
    arrival: Arrival, partner: str, why: Refused, store: IngressStore, now: datetime
) -> Taken:
    """Say no in the lane, and keep what it was, with the name of the lane. What is refused too
    often is counted for the rest of the minute, and told in one row (handlers/refusals.py)."""
    trace = new_trace(arrival.message_id)
    await store.quarantine(partner, arrival, why, trace.id, now)
    answer = told(why)
    letter = Letter(
        exchange=PartnerLane(partner).answers,
        type=answer.type,
        body=answer.body,
        message_id=new_id(),
        correlation_id=short_text(arrival.message_id),
    )
    refused = await store.count_refusal(partner, why.code, minute_of(now))
    row = auditing.refused(arrival, partner, why, trace)
    entries = (row,) if refused <= ROWS_A_MINUTE else ()
    return Taken((leaving([letter], trace),), entries, code=why.code)


def subject_of(partner: str) -> Subject:
    """On whose behalf the bank acts: the partner's own, and nobody else's."""
    return Subject(id=PartnerLane(partner).user, role=Role.SYSTEM)


def _again(known: Admission, wish: Wish) -> Taken:
    """What was let in before has its one effect: its answer is told again. One that is not there
    yet is asked for again under the same id, which the bank answers from what it has kept."""
    trace = hop_of(known.trace_id, str(known.message_id))
    if known.answer is not None:
        return Taken((leaving(letters_of(known, replayed=True), trace),))
    return _sent(known, wish, trace)


def _sent(admission: Admission, wish: Wish, trace: Trace, *entries: audit.Entry) -> Taken:
    if isinstance(wish.inside, Query):
        return Taken(entries=entries, asking=Asking(wish.inside, admission, trace))
    internal_id = admission.internal_id
    send = Send(wish.inside, internal_id, str(internal_id), subject_of(admission.partner))
    return Taken((leaving([send], trace),), entries)


def _admission(
    partner: str, request: Request, fingerprint: bytes, wish: Wish, trace: Trace, now: datetime
) -> Admission:
    return Admission(
        partner=partner,
        message_id=request.message_id,
        internal_id=_internal_id(partner, request.message_id),
        type=request.type,
        fingerprint=fingerprint,
        admitted_at=now,
        business_date=business_date(now),
        amount_minor=wish.amount.minor if wish.amount else None,
        trace_id=trace.id,
    )


def _internal_id(partner: str, message_id: UUID) -> UUID:
    """In a space of the partner's own: it cannot take the id of somebody else's message."""
    return uuid5(NAMESPACE_URL, f"bank:{PartnerLane(partner).user}:{message_id}")


def leaving(messages: Outgoing, trace: Trace) -> Leaving:
    """These on their way out, under the trace of what arrived."""
    return Leaving(messages, trace.id, trace.id, trace)
