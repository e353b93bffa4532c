"""What arrived in a lane, judged without a look into its body: size, sender, headers, age,
signature. Only the properties and headers named here are read; all others are as if not there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.auth.partners import Partner, PartnerState
from contracts.ingress import FRESH_SECONDS
from contracts.lanes import PartnerLane
from infra.bus.decoding import fault_of
from infra.bus.wire import JSON, OUTSIDER_BYTES_MAX
from services.ingress.domain.refusals import (
    BodyTooLarge,
    KeyNotKnown,
    MalformedHeaders,
    PartnerSuspended,
    SenderMissing,
    StaleMessage,
    WrongSender,
)
from services.ingress.domain.signing import check_signature, signed_text

FRESH = timedelta(seconds=FRESH_SECONDS)
KEY_ID, SIGNATURE = "key-id", "signature"
TEXT_MAX = 255  # of what is kept of a property

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TYPE = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One AMQP message, before anything of it is believed."""

    body: bytes
    user_id: str | None
    message_id: str | None
    type: str | None
    timestamp: datetime | None
    content_type: str | None
    content_encoding: str | None
    headers: Mapping[str, Any]
    replay_of: int | None = None  # the bank wants this message of the quarantine judged again

    @property
    def signature(self) -> str | None:
        found = self.headers.get(SIGNATURE)
        return found if isinstance(found, str) else None

    @property
    def key_id(self) -> str | None:
        found = self.headers.get(KEY_ID)
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Request:
    """A message that its partner has signed just now."""

    message_id: UUID
    type: str
    body: bytes


def request_of(arrival: Arrival, partner: Partner, now: datetime) -> Request:
    """The message, if it is this partner's own and fresh; the cheapest questions come first. One
    that the bank wants judged again may be as old as it is.

    Raises:
        DomainError: one of refusals.py.
    """
    if len(arrival.body) > OUTSIDER_BYTES_MAX:
        raise BodyTooLarge(f"A body has at most {OUTSIDER_BYTES_MAX} bytes.")
    user = PartnerLane(partner.name).user
    if not arrival.user_id:
        raise SenderMissing
    if arrival.user_id != user:
        raise WrongSender
    if partner.state is not PartnerState.OPEN:
        raise PartnerSuspended
    message_id, type_, timestamp, signature = _headers_of(arrival)
    if arrival.replay_of is None and abs(now - timestamp) > FRESH:
        raise StaleMessage
    keys = {key.key_id: key.public_key for key in partner.keys}
    if (public_key := keys.get(arrival.key_id or "")) is None:
        raise KeyNotKnown
    seconds = int(timestamp.timestamp())
    text = signed_text(user, message_id, type_, seconds, arrival.body)
    check_signature(public_key, signature, text)
    return Request(UUID(message_id), type_, arrival.body)


def _headers_of(arrival: Arrival) -> tuple[str, str, datetime, str]:
    """Id, type, time and signature, each of its form."""
    if (fault := fault_of(arrival.headers)) is not None:
        raise MalformedHeaders(fault)
    _check_content(arrival)
    if arrival.message_id is None or not _UUID.fullmatch(arrival.message_id):
        raise MalformedHeaders("message_id must be a UUID in lower case.")
    if arrival.type is None or not _TYPE.fullmatch(arrival.type):
        raise MalformedHeaders("type must be one of those that the bank offers.")
    if arrival.timestamp is None:
        raise MalformedHeaders("timestamp must be there.")
    if arrival.key_id is None:
        raise MalformedHeaders(f"The header {KEY_ID} must be there, as a text.")
    if arrival.signature is None:
        raise MalformedHeaders(f"The header {SIGNATURE} must be there, as a text in Base64.")
    return arrival.message_id, arrival.type, arrival.timestamp, arrival.signature


def _check_content(arrival: Arrival) -> None:
    if arrival.content_type != JSON:
        raise MalformedHeaders(f"content_type must be {JSON}.")
    if arrival.content_encoding:
        raise MalformedHeaders("A body is sent as it is: content_encoding must not be there.")
