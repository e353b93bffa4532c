"""Who a payee is: asked from his bank over a rail, and answered by it.

Nothing waits: the question is kept and leaves, and whoever comes later sees what is known by then.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from contracts import rail
from contracts.envelope import Event, Subject
from contracts.payment.payees import GetPayeeLookup, PayeeLookedUp, PayeeLookup, ResolvePayee
from contracts.payment.values import Beneficiary, Rail
from contracts.rail.imps import AccountResolved, AccountUnknown
from contracts.rail.payees import PayeeAnswer, PayeeKnown, PayeeQuestion, SaidOfPayees
from contracts.rail.upi import AddressResolved, AddressUnknown
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing, Send, Told
from infra.runtime.clock import new_id
from services.payment.domain.payees import (
    PayeeLookupNotFound,
    check_may_ask,
    lookups_max,
    match_of,
)
from services.payment.domain.payments import check_known, check_payee
from services.payment.handlers.registry import service
from services.payment.store import PaymentStore

# The rail that is asked, by whether it pays addresses.
ASKED = {said.pays_addresses: (Rail(said.name), said.payees) for said in rail.RAILS if said.payees}
ANSWERS: dict[type[Event], Rail] = {
    kind: name for name, said in ASKED.values() for kind in (said.known, said.unknown)
}


@service.handles(ResolvePayee)
async def resolve_payee(
    command: ResolvePayee, store: PaymentStore, context: Context
) -> Told[PayeeLookup]:
    """Ask a payee's bank who he is; nothing moves.

    One person asks only so often within an hour, however many payees there are.
    """
    return await ask_about(command.beneficiary, store, context)


@service.answers(GetPayeeLookup)
async def get_payee_lookup(
    query: GetPayeeLookup, store: PaymentStore, context: Context
) -> PayeeLookup:
    """What became of a question about a payee; a customer finds his own."""
    found = await store.payee_lookup(query.lookup_id, context.subject, context.now)
    if found is None:
        raise PayeeLookupNotFound
    return found


@service.hears_many(AccountResolved, AccountUnknown, AddressResolved, AddressUnknown)
async def on_payees_answered(batch: Sequence[Asked[PayeeAnswer]], store: PaymentStore) -> Outgoing:
    """Keep what a rail says of a payee that it was asked about, once."""
    told = []
    for asked in batch:
        answer = asked.message
        known = answer if isinstance(answer, PayeeKnown) else None
        asked_about = await store.lock_asked_about(answer.lookup_id, ANSWERS[type(answer)])
        if asked_about is not None:
            match = match_of(asked_about, known.name) if known else None
            await store.note_payee(answer.lookup_id, known, match, asked.context.now)
            told.append(PayeeLookedUp(lookup_id=answer.lookup_id))
    return told


async def ask_about(
    beneficiary: Beneficiary, store: PaymentStore, context: Context
) -> Told[PayeeLookup]:
    """The question about this payee, which leaves for the rail that finds such a one.

    Raises:
        NotAnotherBank, RailNotOpen, UnknownHandle, TooManyLookups
    """
    name, said = ASKED[beneficiary.vpa is not None]
    check_payee(beneficiary, name, pays_addresses=beneficiary.vpa is not None)
    rules = await store.rail_rules_in_force({name}, context.business_date)
    check_known(beneficiary, rules.get(name))
    most = lookups_max(context.subject)
    check_may_ask(await store.lock_lookups(context.subject.id, most), most, context.now)
    lookup_id = new_id()
    lookup = await store.ask_about(lookup_id, name, beneficiary, context.subject, context.now)
    question = _question(said, lookup_id, beneficiary)
    send = Send(question, uuid5(lookup_id, "ask"), str(lookup_id), Subject(id="payment"))
    return Told(lookup, send)


def _question(said: SaidOfPayees, lookup_id: UUID, payee: Beneficiary) -> PayeeQuestion:
    names = {"account_number": payee.account_number, "ifsc": payee.ifsc, "vpa": payee.vpa}
    wanted = {name: text for name, text in names.items() if name in said.ask.model_fields}
    return said.ask.model_validate({"lookup_id": lookup_id, **wanted})
