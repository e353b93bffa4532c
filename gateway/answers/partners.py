"""Answers about partners: what each may do, its lane, and what was refused of it."""

from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from contracts.auth.partners import (
    Partner,
    PartnerCreated,
    PartnerKey,
    PartnerPasswordRotated,
    Partners,
    PartnerState,
    Suspension,
)
from contracts.ingress import Offer, Quarantine, QuarantinedMessage
from contracts.money import Currency
from contracts.partner_events import Heard
from gateway.money import MoneyText
from gateway.partner_lanes import document
from gateway.preconditions import etag
from gateway.schemas import Answer, Page, example

A_KEY = {"key_id": "2026-11", "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}
TERMS = {
    "name": "acme-bank", "allowed_types": ["transfer-between-accounts.v1", "get-balance.v1"],
    "accounts": ["AC-20250709-123456"], "event_accounts": ["AC-20250709-123456"],
    "event_types": [Heard.CREDITED.value, Heard.LOAN_DISBURSED.value],
    "currency": "INR", "command_limit": "50000.00", "daily_limit": "200000.00",
    "per_minute": 120, "keys": [A_KEY],
}  # fmt: skip
A_PARTNER = {
    **TERMS, "state": "open", "suspended_because": None, "version": 1,
    "created_at": "2026-01-01T10:00:00Z",
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
    "replay_asked_at": None, "replayed_at": None, "replay_code": None,
}  # fmt: skip


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
    suspended_because: Suspension | None
    allowed_types: tuple[Offer, ...]
    accounts: tuple[str, ...]
    event_accounts: tuple[str, ...]
    event_types: tuple[Heard, ...]
    currency: Currency
    command_limit: MoneyText
    daily_limit: MoneyText
    per_minute: int
    keys: tuple[KeyAnswer, ...]
    version: int
    created_at: datetime

    @property
    def etag(self) -> str:
        return etag(self.version)


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
    replay_asked_at: datetime | None
    replayed_at: datetime | None
    replay_code: str | None


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
