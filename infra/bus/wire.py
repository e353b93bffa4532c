"""Messages as bytes: the envelope in AMQP properties, the payload in the body, and what is believed
of them. Those that hold many are taken apart in carriers.py.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import ValidationError

from contracts.envelope import (
    BODY_BYTES_MAX,
    DEPTH_MAX,
    GATEWAY,
    OPERATOR,
    FieldError,
    Kind,
    Message,
    NotADocument,
    Refused,
    Subject,
)
from contracts.topology import CARRIER, OWNERS, caller_queues, reply_queue
from infra.bus import decoding
from infra.bus.bodies import Unacceptable, depth_exceeds, inflated, parsed
from infra.runtime.tracing import Trace, trace_of_item

JSON = "application/json"
XML = "application/xml"
SOURCE_CHARS_MAX = 64  # an address in its longest form, zone included
# Of a message from another system, as it arrives and inflated; a rail's answer has 300 bytes.
OUTSIDER_BYTES_MAX = 16 * 1024
CUT_FROM = "cut-from"  # a header of what was set aside: how long its body was
TOO_DEEP = f"too-deep: more than {DEPTH_MAX} levels"
NAME_BYTES_MAX, ATTEMPTS_MAX = 250, 1_000  # an answer carries a name again, in 255 bytes
K = TypeVar("K", bound=Message)
# What a message says of itself beside its properties, as headers or in its item of a carrier.
ITEM_HEADERS = (
    "causation-id", "subject", "deadline", "traceparent", "request-id", "aggregate", "sequence",
    "attempt", "source",
)  # fmt: skip
HEADER_TEXT_MAX = 1_000  # characters of one of them that is kept when a message is set aside


@dataclass(frozen=True, slots=True)
class Envelope:
    """What AMQP said about a message, before anything of it is believed."""

    queue: str
    body: bytes
    type: str | None
    message_id: str | None
    correlation_id: str | None
    user_id: str | None
    reply_to: str | None
    content_type: str | None
    content_encoding: str | None
    headers: Mapping[str, Any]


class Delivery(NamedTuple):
    """One message, unpacked and with a trusted sender; its payload is still to be judged."""

    queue: str
    message_id: UUID
    type: str
    payload: Any  # parsed JSON
    sender: str
    subject: Subject
    correlation_id: str
    causation_id: str | None
    deadline: datetime | None
    trace: Trace
    attempt: int  # how often it was retried after failing
    reply_to: str | None
    is_carried: bool = False  # one item of a carrier
    aggregate: str | None = None
    sequence: int | None = None
    source: str | None = None  # the address that the call came from, by the gateway's word


def payload_of(
    envelope: Envelope, service: str, kinds: Mapping[str, type[Message]] | None = None
) -> Any:
    """The parsed body; `kinds` are those that are read, by type.

    Raises:
        Unacceptable: too big, too deep, not JSON, a key twice, not the document that its type asks
            for, no validated sender, bad headers.
    """
    if (fault := decoding.fault_of(envelope.headers)) is not None:
        raise Unacceptable(fault)
    is_ours = is_of_ours(envelope.user_id, service)
    bytes_max = BODY_BYTES_MAX if is_ours else OUTSIDER_BYTES_MAX
    body = inflated(envelope.body, envelope.content_encoding, bytes_max)
    if not envelope.user_id:
        raise Unacceptable("sender-missing: no validated user_id")
    if envelope.content_type == XML:
        return fields_of((kinds or {}).get(envelope.type or ""), body)
    # The items of a carrier are measured one by one, as they are taken out of it.
    if envelope.content_type != CARRIER and depth_exceeds(body, DEPTH_MAX):
        raise Unacceptable(TOO_DEEP)
    return parsed(body)


def fields_of(kind: type[Message] | None, body: bytes) -> dict[str, Any]:
    """What an XML document says, as the JSON of a message of its kind would.

    Raises:
        Unacceptable: no kind of ours that travels as XML, or not its document.
    """
    document = kind.document() if kind else None
    if document is None:
        raise Unacceptable("unknown-document: its type is not one that travels as XML")
    try:
        return document.read(body)
    except NotADocument as fault:
        raise Unacceptable(f"not-a-document: {fault}") from fault


def is_of_ours(user_id: str | None, service: str) -> bool:
    """True for a broker user of the bank itself, not of another bank's system."""
    return user_id in (*OWNERS, GATEWAY, OPERATOR, service)


def first_sender(envelope: Envelope, service: str) -> str:
    """Who first published it: a retry by ourselves or a replay by an operator names him."""
    named = envelope.headers.get("sender")
    if envelope.user_id in (service, OPERATOR) and isinstance(named, str):
        return named
    return envelope.user_id or ""


def own_item(envelope: Envelope, payload: object) -> dict[str, Any]:
    """A message that travels alone, as it would stand in a carrier."""
    headers = envelope.headers
    return {
        "id": envelope.message_id,
        "type": envelope.type,
        "correlation_id": envelope.correlation_id,
        "body": payload,
        **{
            name.replace("-", "_"): headers[name]
            for name in ITEM_HEADERS
            if name in headers
        },
    }  # fmt: skip


def kept_headers(envelope: Envelope) -> dict[str, str | int]:
    """What it said of itself, for the day on which it is sent back: without its subject it would be
    done in the name of its sender."""
    found = {name: envelope.headers.get(name) for name in ITEM_HEADERS}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, str | int) and len(str(value)) <= HEADER_TEXT_MAX
    }


def delivery_of(envelope: Envelope, sender: str, item: Any, *, is_ours: bool) -> Delivery:
    """What an item says, as far as it is believed.

    Raises:
        Unacceptable: no usable id, or something else in its envelope that is not what it should be.
    """
    if not isinstance(item, dict):
        raise Unacceptable("bad-item: it is not an object")
    try:
        message_id = UUID(item["id"])
        type_, sequence = item["type"], item.get("sequence")
        deadline = item.get("deadline")
        moment = datetime.fromisoformat(deadline).astimezone(UTC) if deadline else None
        attempt = min(max(0, int(item.get("attempt", 0))), ATTEMPTS_MAX) if is_ours else 0
        subject = _subject(sender, item.get("subject") if is_ours else None)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Unacceptable(f"bad-envelope: {type(error).__name__} in the envelope") from error
    correlation_id = str(item.get("correlation_id") or message_id)
    if not isinstance(type_, str) or not (_is_short(type_) and _is_short(correlation_id)):
        raise Unacceptable("bad-envelope: no type, or a name that no answer could carry")
    return Delivery(
        queue=envelope.queue,
        message_id=message_id if is_ours else _id_of_another(sender, message_id),
        type=type_,
        payload=item.get("body"),
        sender=sender,
        subject=subject,
        correlation_id=correlation_id,
        causation_id=short_text(item.get("causation_id")),
        deadline=moment,
        trace=trace_of_item(item),
        attempt=attempt,
        reply_to=_reply_route(sender, envelope.reply_to),
        is_carried=envelope.content_type == CARRIER,
        aggregate=short_text(item.get("aggregate")),
        sequence=sequence if isinstance(sequence, int) and 0 <= sequence < 2**63 else None,
        source=_source(sender, item.get("source")),
    )


def short_text(value: object) -> str | None:
    """It, if it is a text that a property of a message can carry."""
    return value if isinstance(value, str) and _is_short(value) else None


def _is_short(text: str) -> bool:
    return len(text.encode(errors="replace")) <= NAME_BYTES_MAX


def _source(sender: str, claimed: object) -> str | None:
    """Only the gateway sees where a call comes from; nobody else is believed."""
    if sender != GATEWAY or not isinstance(claimed, str):
        return None
    return claimed if 0 < len(claimed) <= SOURCE_CHARS_MAX else None


def _id_of_another(sender: str, message_id: UUID) -> UUID:
    """The id of a message from outside the bank, in a space of its sender's own: he cannot take
    the id of somebody else's message, which would then count as handled."""
    return uuid5(NAMESPACE_URL, f"bank:{sender}:{message_id}")


def _subject(sender: str, claimed: str | dict[str, Any] | None) -> Subject:
    """The person a message is sent for; without a claim the sender acts for itself, and the
    gateway for nobody. What outsiders claim is not heard."""
    if claimed is None:
        return _itself(sender)
    if isinstance(claimed, str):
        return Subject.model_validate_json(claimed)
    return Subject.model_validate(claimed)


@cache
def _itself(sender: str) -> Subject:
    return Subject(id="nobody" if sender == GATEWAY else sender)


def _reply_route(sender: str, reply_to: str | None) -> str | None:
    """Where an answer may go: to a connection of the sender, or to the reply queue of its sagas.

    Any other address is ignored: answering it would lend our rights to the sender.
    """
    if reply_to is None or reply_to == reply_queue(sender):
        return reply_to
    return reply_to if re.fullmatch(caller_queues(sender), reply_to) else None


def body_hash(type_: str, payload: object) -> bytes:
    """Equal for equal content, whatever the order of fields."""
    canonical = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    return sha256(type_.encode() + b"\0" + canonical).digest()


def parse(kind: type[K], payload: object) -> K | Refused:
    """The typed message, or the refusal that names every fault by its JSON pointer."""
    try:
        return kind.model_validate(payload)
    except ValidationError as error:
        faults = tuple(
            FieldError(pointer=_pointer(fault["loc"]), detail=fault["msg"])
            for fault in error.errors(include_url=False, include_input=False)[:20]
        )
        return Refused(
            code="malformed-message",
            detail="The message does not follow its contract.",
            kind=Kind.MALFORMED,
            errors=faults,
        )


def _pointer(location: Sequence[int | str]) -> str:
    return "/" + "/".join(str(part) for part in location)


def body_of(message: Message, now: datetime) -> tuple[bytes, str]:
    """As it travels, and its content type: a document of its standard if it has one, else JSON."""
    document = message.document()
    if document is None:
        return dump(message), JSON
    return document.write(message, now), XML


def dump(message: Message) -> bytes:
    """Its JSON. A flat one is written without its class, in a third of the time, as it would be."""
    if message.is_flat:
        return orjson.dumps(message.__dict__, _id_of_the_driver, orjson.OPT_UTC_Z)
    return message.__pydantic_serializer__.to_json(message)


def _id_of_the_driver(value: object) -> str:
    """The database's driver has a class of ids of its own."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not flat")
