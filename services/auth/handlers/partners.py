"""Partners: made, changed and listed by administrators, and told to whoever lets them in."""

from operator import attrgetter

from pydantic import TypeAdapter

from contracts.auth.partners import (
    AddPartnerKey,
    ChangePartner,
    ClosePartner,
    CreatePartner,
    GetPartner,
    Lanes,
    ListLanes,
    ListPartners,
    Partner,
    PartnerChanged,
    PartnerCreated,
    PartnerPasswordRotated,
    Partners,
    PartnerState,
    ResumePartner,
    RevokePartnerKey,
    RotatePartnerPassword,
    SuspendPartner,
    Suspension,
)
from contracts.envelope import ITEMS_MAX
from contracts.ingress import IntakeClosed
from infra.data.paging import Cursors, page_of
from infra.handling.context import Context
from infra.handling.telling import Outgoing, Told
from services.auth.domain.partners import (
    KeyIdTaken,
    PartnerNameTaken,
    UnknownPartner,
    check_keys,
    require_open,
    with_closed_intake,
    with_key,
    with_state,
    with_terms,
    without_key,
)
from services.auth.handlers.registry import service
from services.auth.passwords.of_partners import broker_digest, new_broker_password
from services.auth.store import AuthStore

NAMES: Cursors[str] = Cursors(TypeAdapter(str))


@service.handles(CreatePartner)
async def create_partner(
    command: CreatePartner, store: AuthStore, context: Context
) -> Told[PartnerCreated]:
    """A partner whose password is told here and never again."""
    check_keys(command.keys)
    password = new_broker_password()
    if not await store.add_partner(command, broker_digest(password), context.now):
        raise PartnerNameTaken
    partner = await _found(store, command.name)
    told = PartnerCreated(**partner.model_dump(), password=password)
    return Told(told, PartnerChanged(**partner.model_dump()))


@service.handles(ChangePartner)
async def change_partner(
    command: ChangePartner, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    """What it may do from now on."""
    before = await _locked(store, command.name)
    return await _turned(store, before, with_terms(before, command), context)


@service.handles(RotatePartnerPassword)
async def rotate_partner_password(
    command: RotatePartnerPassword, store: AuthStore, context: Context
) -> PartnerPasswordRotated:
    """Whoever makes the lanes sees another digest within seconds, and ends what is connected."""
    require_open(await _locked(store, command.name))
    password = new_broker_password()
    await store.set_partner_password(command.name, broker_digest(password), context.now)
    return PartnerPasswordRotated(name=command.name, password=password)


@service.handles(AddPartnerKey)
async def add_partner_key(
    command: AddPartnerKey, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    partner = with_key(await _locked(store, command.name), command.key)
    if not await store.add_partner_key(command.name, command.key, context.now):
        raise KeyIdTaken
    return await _saved(store, partner, context)


@service.handles(RevokePartnerKey)
async def revoke_partner_key(
    command: RevokePartnerKey, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    partner = without_key(await _locked(store, command.name), command.key_id)
    await store.revoke_partner_key(command.name, command.key_id, context.now)
    return await _saved(store, partner, context)


@service.handles(SuspendPartner)
async def suspend_partner(
    command: SuspendPartner, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    before = await _locked(store, command.name)
    after = with_state(before, PartnerState.SUSPENDED, Suspension.ON_REQUEST)
    return await _turned(store, before, after, context)


@service.handles(ResumePartner)
async def resume_partner(
    command: ResumePartner, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    before = await _locked(store, command.name)
    return await _turned(store, before, with_state(before, PartnerState.OPEN), context)


@service.handles(ClosePartner)
async def close_partner(
    command: ClosePartner, store: AuthStore, context: Context
) -> Told[PartnerChanged]:
    before = await _locked(store, command.name)
    return await _turned(store, before, with_state(before, PartnerState.CLOSED), context)


@service.hears(IntakeClosed)
async def on_intake_closed(event: IntakeClosed, store: AuthStore, context: Context) -> Outgoing:
    """The ingress lets nothing of it in already; only an administrator resumes it."""
    before = await _locked(store, event.name)
    return (await _turned(store, before, with_closed_intake(before), context)).messages


@service.answers(GetPartner)
async def get_partner(query: GetPartner, store: AuthStore, context: Context) -> Partner:
    """One partner, with the keys that count now."""
    return await _found(store, query.name)


@service.answers(ListPartners)
async def list_partners(query: ListPartners, store: AuthStore, context: Context) -> Partners:
    """All partners, in order of name."""
    found = await store.partners_after(NAMES.read(query.cursor) or "", query.limit + 1)
    items, following = page_of(found, query.limit, attrgetter("name"), NAMES)
    return Partners(items=items, next_cursor=following)


@service.answers(ListLanes)
async def list_lanes(query: ListLanes, store: AuthStore, context: Context) -> Lanes:
    """What the broker has to know of every partner, in order of name."""
    found = await store.lanes_after(query.after or "", ITEMS_MAX)
    return Lanes(items=tuple(found), is_complete=len(found) < ITEMS_MAX)


async def _turned(
    store: AuthStore, before: Partner, after: Partner, context: Context
) -> Told[PartnerChanged]:
    """Nothing is told where nothing changes."""
    if after == before:
        return Told(PartnerChanged(**before.model_dump()))
    return await _saved(store, after, context)


async def _saved(store: AuthStore, partner: Partner, context: Context) -> Told[PartnerChanged]:
    await store.save_partner(partner, context.now)
    changed = PartnerChanged(**partner.model_dump())
    return Told(changed, changed)


async def _locked(store: AuthStore, name: str) -> Partner:
    partner = await store.lock_partner(name)
    if partner is None:
        raise UnknownPartner
    return partner


async def _found(store: AuthStore, name: str) -> Partner:
    partner = await store.partner(name)
    if partner is None:
        raise UnknownPartner
    return partner
