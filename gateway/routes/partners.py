"""Partners: other banks' systems that may send the bank commands over queues of their own."""

from typing import Annotated

from fastapi import Path, Response
from pydantic import Field

from contracts.auth.partners import (
    AddPartnerKey,
    ChangePartner,
    ClosePartner,
    CreatePartner,
    GetPartner,
    KeyId,
    ListPartners,
    Partner,
    PartnerChanged,
    PartnerKey,
    PublicKey,
    ResumePartner,
    RevokePartnerKey,
    RotatePartnerPassword,
    SuspendPartner,
)
from contracts.ingress import ListQuarantine, Offer, PartnerName, ReplayQuarantined
from contracts.money import DEFAULT_CURRENCY, Currency, Money
from contracts.partner_events import OF_ACCOUNTS, Heard
from contracts.words import AccountNumber
from gateway.answers.partners import (
    A_KEY,
    TERMS,
    LaneAnswer,
    NewPartnerAnswer,
    PartnerAnswer,
    PartnersAnswer,
    PasswordAnswer,
    QuarantineAnswer,
    QuarantinedAnswer,
)
from gateway.edge import Call
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount, minor_units
from gateway.problems import missing
from gateway.routing import EdgeRouter, Rendering, respond
from gateway.schemas import After, Body, Limit, RowPath, example

router = EdgeRouter("/api/partners", "partners")

NamePath = Annotated[PartnerName, Path(examples=["acme-bank"])]
KeyPath = Annotated[KeyId, Path(examples=["2026-11"])]
PerMinute = Annotated[int, Field(strict=True, ge=1, le=6_000)]
CHANGED = Rendering(200, PartnerAnswer, PartnerChanged)


class KeyRequest(Body):
    """An Ed25519 public key, and the id by which messages name it."""

    model_config = example(**A_KEY)

    key_id: KeyId
    public_key: PublicKey


class PartnerRequest(Body):
    """A new partner, and what it may do: at most 100 accounts, of as many the events, and one or
    two keys."""

    model_config = example(**TERMS)

    name: PartnerName
    allowed_types: tuple[Offer, ...]
    accounts: tuple[AccountNumber, ...]
    event_accounts: tuple[AccountNumber, ...] = ()
    event_types: tuple[Heard, ...] = OF_ACCOUNTS
    currency: Currency = DEFAULT_CURRENCY
    command_limit: Amount
    daily_limit: Amount
    per_minute: PerMinute
    keys: tuple[KeyRequest, ...]


class PartnerChangeRequest(Body):
    """What a partner may do from now on; what is left out stays as it is. Limits are in its own
    currency."""

    model_config = example(daily_limit="300000.00", per_minute=240)

    allowed_types: tuple[Offer, ...] | None = None
    accounts: tuple[AccountNumber, ...] | None = None
    event_accounts: tuple[AccountNumber, ...] | None = None
    event_types: tuple[Heard, ...] | None = None
    command_limit: Amount | None = None
    daily_limit: Amount | None = None
    per_minute: PerMinute | None = None


@router.sends(CreatePartner, "POST ", answers=NewPartnerAnswer, key=Key.NONE)
def create_partner(body: PartnerRequest) -> CreatePartner:
    """A partner with a lane of its own, which is open within seconds."""
    return CreatePartner(
        name=body.name,
        allowed_types=body.allowed_types,
        accounts=body.accounts,
        event_accounts=body.event_accounts,
        event_types=body.event_types,
        per_minute=body.per_minute,
        keys=tuple(PartnerKey(**key.model_dump()) for key in body.keys),
        command_limit=_limit("command_limit", body.command_limit, body.currency),
        daily_limit=_limit("daily_limit", body.daily_limit, body.currency),
    )


@router.asks(ListPartners, "GET ", answers=PartnersAnswer)
def list_partners(limit: Limit = 25, cursor: After = None) -> ListPartners:
    """All partners, closed ones too."""
    return ListPartners(limit=limit, cursor=cursor)


@router.asks(GetPartner, "GET /{name}", answers=PartnerAnswer)
def get_partner(name: NamePath) -> GetPartner:
    """One partner, with the keys that count now."""
    return GetPartner(name=name)


@router.calls(GetPartner, "GET /{name}/asyncapi", gives=LaneAnswer)
async def get_partner_lane(call: Call, name: NamePath) -> Response:
    """All that this partner may send and is answered, with its limits, for its engineers."""
    return LaneAnswer.about(await call.ask(GetPartner(name=name))).response(200)


@router.asks(ListQuarantine, "GET /{name}/quarantine", answers=QuarantineAnswer)
def list_quarantine(name: NamePath, limit: Limit = 25, cursor: After = None) -> ListQuarantine:
    """What it sent and was refused at the door, and why."""
    return ListQuarantine(name=name, limit=limit, cursor=cursor)


@router.sends(
    ReplayQuarantined,
    "POST /{name}/quarantine/{quarantine_id}/replay",
    answers=QuarantinedAnswer,
    status=200,
)
def replay_quarantined(name: NamePath, quarantine_id: RowPath) -> ReplayQuarantined:
    """Judge it again within seconds, by what holds now; its partner is answered."""
    return ReplayQuarantined(name=name, id=quarantine_id)


@router.calls(ChangePartner, "PATCH /{name}", gives=PartnerAnswer, key=Key.OPTIONAL, later=CHANGED)
async def change_partner(call: Call, name: NamePath, body: PartnerChangeRequest) -> Response:
    """Change its types, accounts and limits, from its next message on."""
    partner = await call.ask(GetPartner(name=name))
    assert isinstance(partner, Partner)
    reply = await call.send(changed(name, partner.currency, body))
    return respond(CHANGED, reply.message, REPLAYED if reply.replayed else None)


@router.sends(AddPartnerKey, "POST /{name}/keys", answers=PartnerAnswer)
def add_partner_key(name: NamePath, body: KeyRequest) -> AddPartnerKey:
    """Let a second key count, so that the partner can change over to it."""
    return AddPartnerKey(name=name, key=PartnerKey(**body.model_dump()))


@router.sends(
    RevokePartnerKey, "POST /{name}/keys/{key_id}/revoke", answers=PartnerAnswer, status=200
)
def revoke_partner_key(name: NamePath, key_id: KeyPath) -> RevokePartnerKey:
    """What is signed with this key counts no longer."""
    return RevokePartnerKey(name=name, key_id=key_id)


@router.sends(
    RotatePartnerPassword,
    "POST /{name}/password",
    answers=PasswordAnswer,
    status=200,
    key=Key.NONE,
)
def rotate_partner_password(name: NamePath) -> RotatePartnerPassword:
    """Another password at the broker; what is connected with the old one is cut off."""
    return RotatePartnerPassword(name=name)


@router.sends(SuspendPartner, "POST /{name}/suspend", answers=PartnerAnswer, status=200)
def suspend_partner(name: NamePath) -> SuspendPartner:
    """Let nothing of it in; it can still read its answers."""
    return SuspendPartner(name=name)


@router.sends(ResumePartner, "POST /{name}/resume", answers=PartnerAnswer, status=200)
def resume_partner(name: NamePath) -> ResumePartner:
    """Let it send again."""
    return ResumePartner(name=name)


@router.sends(ClosePartner, "POST /{name}/close", answers=PartnerAnswer, status=200)
def close_partner(name: NamePath) -> ClosePartner:
    """End it for good; its lane goes with all that is in it."""
    return ClosePartner(name=name)


def changed(name: str, currency: Currency, body: PartnerChangeRequest) -> ChangePartner:
    """The command of such a body, for a partner in this currency.

    Raises:
        Problem: it names nothing to change, or a limit that is no amount.
    """
    if not any(value is not None for _, value in body):
        raise missing(*PartnerChangeRequest.model_fields)
    limits = {
        field: _limit(field, text, currency)
        for field in ("command_limit", "daily_limit")
        if (text := getattr(body, field)) is not None
    }
    return ChangePartner(
        name=name,
        allowed_types=body.allowed_types,
        accounts=body.accounts,
        event_accounts=body.event_accounts,
        event_types=body.event_types,
        per_minute=body.per_minute,
        **limits,
    )


def _limit(field: str, text: str, currency: Currency) -> Money:
    return Money(minor=minor_units(text, currency, f"/{field}"), currency=currency)
