"""Partners: other banks' systems that may send the bank commands over queues of their own."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from fastapi import Path, Response
from pydantic import BaseModel, Field

from contracts.auth.partners import (
    AddPartnerKey,
    ClosePartner,
    CreatePartner,
    GetPartner,
    KeyId,
    ListPartners,
    Partner,
    PartnerCreated,
    PartnerKey,
    PartnerPasswordRotated,
    Partners,
    PartnerState,
    PublicKey,
    ResumePartner,
    RevokePartnerKey,
    RotatePartnerPassword,
    SuspendPartner,
)
from contracts.ingress import (
    ListQuarantine,
    Offer,
    PartnerName,
    Quarantine,
    QuarantinedMessage,
)
from contracts.money import DEFAULT_CURRENCY, Currency, Money
from contracts.words import AccountNumber
from gateway.edge import Call
from gateway.idempotency import Key
from gateway.money import Amount, MoneyText, minor_units
from gateway.partner_lanes import document
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, Body, Limit, Page, example

router = EdgeRouter("/api/partners", "partners")

NamePath = Annotated[PartnerName, Path(examples=["acme-bank"])]
KeyPath = Annotated[KeyId, Path(examples=["2026-11"])]

A_KEY = {"key_id": "2026-11", "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}
TERMS = {
    "name": "acme-bank", "allowed_types": ["transfer-between-accounts.v1", "get-balance.v1"],
    "accounts": ["AC-20250709-123456"], "currency": "INR", "command_limit": "50000.00",
    "daily_limit": "200000.00", "per_minute": 120, "keys": [A_KEY],
}  # fmt: skip
A_PARTNER = {
    **TERMS, "state": "open", "version": 1, "created_at": "2026-01-01T10:00:00Z",
}  # fmt: skip
A_LANE = {
    "asyncapi": "3.0.0", "info": {"title": "Lane of acme-bank", "version": "1.0.0"},
    "servers": {"bank": {"host": "{host}", "protocol": "amqp"}},
    "channels": {"commands": {"address": "partner.acme-bank"}},
    "operations": {"send-get-balance.v1": {"action": "send"}}, "components": {"messages": {}},
}  # fmt: skip
A_PASSWORD = "c2hvd24gb25jZSBhbmQgbmV2ZXIgYWdhaW4"
REFUSED = {
    "id": 7, "received_at": "2026-01-01T10:00:00Z", "code": "stale-message",
    "detail": "The timestamp is more than five minutes from the time of the bank.",
    "message_id": "01941f29-7c00-7000-8000-00000000000b", "type": "transfer-between-accounts.v1",
    "key_id": "2026-11", "size": 96, "body": '{"from_account": "AC-20250709-123456"}',
}  # fmt: skip


class KeyRequest(Body):
    """An Ed25519 public key, and the id by which messages name it."""

    model_config = example(**A_KEY)

    key_id: KeyId
    public_key: PublicKey


class PartnerRequest(Body):
    """A new partner, and what it may do: at most 100 accounts, and one or two keys."""

    model_config = example(**TERMS)

    name: PartnerName
    allowed_types: tuple[Offer, ...]
    accounts: tuple[AccountNumber, ...]
    currency: Currency = DEFAULT_CURRENCY
    command_limit: Amount
    daily_limit: Amount
    per_minute: Annotated[int, Field(strict=True, ge=1, le=6_000)]
    keys: tuple[KeyRequest, ...]


class KeyAnswer(Answer):
    """A public key that counts now."""

    model_config = example(**A_KEY)
    tells = PartnerKey

    key_id: str
    public_key: str


class PartnerAnswer(Answer):
    """A partner as it stands."""

    model_config = example(**A_PARTNER)
    location: ClassVar[str | None] = "/api/partners/{name}"
    tells: ClassVar[type[BaseModel] | None] = Partner

    name: str
    state: PartnerState
    allowed_types: tuple[Offer, ...]
    accounts: tuple[str, ...]
    currency: Currency
    command_limit: MoneyText
    daily_limit: MoneyText
    per_minute: int
    keys: tuple[KeyAnswer, ...]
    version: int
    created_at: datetime


class NewPartnerAnswer(PartnerAnswer):
    """A new partner; its password is shown here and never again."""

    model_config = example(**A_PARTNER, password=A_PASSWORD)
    tells = PartnerCreated

    password: str


class PartnersAnswer(Page[PartnerAnswer]):
    """Partners, in order of name."""

    model_config = example(items=[A_PARTNER], next_cursor=None)
    tells = Partners


class PasswordAnswer(Answer):
    """The new password of a partner; it is shown here and never again."""

    model_config = example(name="acme-bank", password=A_PASSWORD)
    tells = PartnerPasswordRotated

    name: str
    password: str


class QuarantinedAnswer(Answer):
    """A message that was not let in, and why."""

    model_config = example(**REFUSED)
    tells = QuarantinedMessage

    id: int
    received_at: datetime
    code: str
    detail: str
    message_id: str | None
    type: str | None
    key_id: str | None
    size: int
    body: str


class QuarantineAnswer(Page[QuarantinedAnswer]):
    """What a partner sent and was refused at the door, newest first."""

    model_config = example(items=[REFUSED], next_cursor=None)
    tells = Quarantine


class LaneAnswer(Answer):
    """The lane of a partner as an AsyncAPI document, from the partner's side."""

    model_config = example(**A_LANE)

    asyncapi: str
    info: dict[str, Any]
    servers: dict[str, Any]
    channels: dict[str, Any]
    operations: dict[str, Any]
    components: dict[str, Any]

    @classmethod
    def about(cls, message: BaseModel) -> Self:
        assert isinstance(message, Partner)
        return cls(**document(message))


@router.sends(CreatePartner, "POST ", answers=NewPartnerAnswer, key=Key.NONE)
def create_partner(body: PartnerRequest) -> CreatePartner:
    """A partner with a lane of its own, which is open within seconds."""
    limits = {
        name: Money(
            minor=minor_units(text, body.currency, f"/{name}"), currency=body.currency
        )
        for name, text in (
            ("command_limit", body.command_limit), ("daily_limit", body.daily_limit),
        )
    }  # fmt: skip
    return CreatePartner(
        name=body.name,
        allowed_types=body.allowed_types,
        accounts=body.accounts,
        per_minute=body.per_minute,
        keys=tuple(PartnerKey(**key.model_dump()) for key in body.keys),
        **limits,
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
