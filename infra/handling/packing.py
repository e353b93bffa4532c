"""What leaves a service, as AMQP messages: the events of a commit in carriers, and its commands in
one carrier to each of our services. A command that has no company to its owner travels alone, and
so does what goes outside the bank.

A big carrier is deflated. Events repeat each other, so the body shrinks to a fifteenth in a few
microseconds per event; PostgreSQL writes it once and the broker once per listener.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

import orjson

from contracts.envelope import BODY_BYTES_MAX, Event
from contracts.topology import (
    CARRIED,
    CARRIER,
    COMMANDS,
    exchange_name,
    reply_queue,
    routing_key,
)
from infra.bus.bodies import deflated
from infra.bus.carriers import carrier
from infra.bus.wire import JSON, body_of, dump
from infra.handling.telling import Letter, Outbound, Outgoing, Send, Traced
from infra.runtime.clock import business_date, new_id_text
from infra.runtime.tracing import Trace

CARRIER_ITEMS_MAX = 500  # events in one message; the byte limit usually comes first
COMMANDS_MAX = 100  # commands in one message, as when the edge asks; see PREFETCH in lanes.py
_FRAME_BYTES = len(carrier([]))
_ITEM_BYTES = 400  # envelope of one carried item, rounded up


@dataclass(frozen=True, slots=True)
class Leaving:
    """Events and commands on their way out, and the message that caused them."""

    messages: Outgoing
    correlation_id: str
    causation_id: str
    trace: Trace


class Draft(NamedTuple):
    """One AMQP message, ready for the outbox."""

    exchange: str
    routing_keys: tuple[str, ...]
    properties: dict[str, Any]
    body: bytes
    trace_ids: tuple[str, ...]


def traced(leaving: Iterable[Leaving]) -> Iterator[tuple[Outbound, Leaving]]:
    """Each message with its cause; one that says whose trace it belongs to goes on with that."""
    for cause in leaving:
        for message in cause.messages:
            if isinstance(message, Traced):
                yield message.message, replace(cause, trace=message.trace.child())
            else:
                yield message, cause


class Numbered(NamedTuple):
    """An event with its cause and its place in its aggregate."""

    event: Event
    cause: Leaving
    sequence: int


def event_drafts(events: Iterable[Numbered], now: datetime) -> list[Draft]:
    """Carriers of events, each within the limits of one message, kinds mixed and order kept."""
    drafts = []
    for exchange, run in groupby(events, key=lambda each: exchange_name(type(each.event))):
        packed: list[_Packed] = []
        size = 0
        for each in run:
            item = _pack(each)
            if len(packed) >= CARRIER_ITEMS_MAX or size + item.size > BODY_BYTES_MAX:
                drafts.append(_carrier_draft(exchange, packed, now))
                packed, size = [], 0
            packed.append(item)
            size += item.size
        drafts.append(_carrier_draft(exchange, packed, now))
    return drafts


class _Packed(NamedTuple):
    kind: type[Event]
    item: dict[str, Any]
    size: int  # bytes
    trace_id: str


def _pack(numbered: Numbered) -> _Packed:
    event, cause, sequence = numbered
    kind = type(event)
    body = dump(event)
    item = {
        "id": new_id_text(),
        "type": routing_key(kind),
        "correlation_id": cause.correlation_id,
        "causation_id": cause.causation_id,
        **cause.trace.fields(),
        "aggregate": event.aggregate,
        "sequence": sequence,
        "body": orjson.Fragment(body),
    }
    return _Packed(kind, item, len(body) + _ITEM_BYTES, cause.trace.id)


def _carrier_draft(exchange: str, packed: Sequence[_Packed], now: datetime) -> Draft:
    """One message with the keys of all it holds; it returns if a kind that must be heard is not."""
    body, encoding = deflated(carrier([each.item for each in packed]))
    properties = {
        "type": CARRIED,
        "message_id": new_id_text(),
        "content_type": CARRIER,
        "content_encoding": encoding,
        "timestamp": now.isoformat(),
        "headers": {"business-date": business_date(now).isoformat()},
        "mandatory": any(each.kind.must_be_heard for each in packed),
    }
    keys = tuple(dict.fromkeys(each.item["type"] for each in packed))
    traces = tuple(dict.fromkeys(each.trace_id for each in packed))
    return Draft(exchange, keys, properties, body, traces)


class _Order(NamedTuple):
    """A command with its cause, as an item of a carrier."""

    send: Send
    cause: Leaving
    item: bytes


def command_drafts(
    service: str, sends: Iterable[tuple[Send, Leaving]], now: datetime
) -> list[Draft]:
    """The commands of `service`, in carriers to each owner that hears us on the bank's own queue of
    commands. Order is kept for each owner, who answers on our reply queue, in carriers too."""
    drafts: list[Draft] = []
    together: dict[str, list[_Order]] = {}
    for send, cause in sends:
        kind = type(send.command)
        if exchange_name(kind) == COMMANDS:
            order = _Order(send, cause, _item(send, cause))
            together.setdefault(kind.owner, []).append(order)
        else:
            drafts.append(command_draft(service, send, cause, now))
    for orders in together.values():
        drafts += [_commands_draft(service, part, now) for part in _parts(orders)]
    return drafts


def _item(send: Send, cause: Leaving) -> bytes:
    """The same as `command_draft` says in properties and headers."""
    return orjson.dumps(
        {
            "id": str(send.message_id),
            "type": routing_key(type(send.command)),
            "correlation_id": send.correlation_id,
            "causation_id": cause.causation_id,
            "subject": send.subject.model_dump(mode="json", exclude_none=True),
            **cause.trace.fields(),
            "body": orjson.Fragment(dump(send.command)),
        }
    )


def _parts(orders: Sequence[_Order]) -> Iterator[list[_Order]]:
    """In order, each small enough for one message."""
    part: list[_Order] = []
    size = _FRAME_BYTES
    for order in orders:
        item_size = len(order.item) + 1  # and a comma
        if part and (len(part) >= COMMANDS_MAX or size + item_size > BODY_BYTES_MAX):
            yield part
            part, size = [], _FRAME_BYTES
        part.append(order)
        size += item_size
    yield part


def _commands_draft(service: str, orders: Sequence[_Order], now: datetime) -> Draft:
    """One message to the owner of them all, whose queue every one of their keys leads to."""
    first, *others = orders
    if not others:
        return command_draft(service, first.send, first.cause, now)
    body, encoding = deflated(carrier([orjson.Fragment(order.item) for order in orders]))
    properties = {
        "type": CARRIED,
        "message_id": new_id_text(),
        "reply_to": reply_queue(service) if first.send.is_answered else None,
        "content_type": CARRIER,
        "content_encoding": encoding,
        "timestamp": now.isoformat(),
    }
    key = routing_key(type(first.send.command))
    traces = tuple(dict.fromkeys(order.cause.trace.id for order in orders))
    return Draft(COMMANDS, (key,), properties, body, traces)


def command_draft(service: str, send: Send, cause: Leaving, now: datetime) -> Draft:
    """A command of `service`, which is answered on its reply queue; the rail answers elsewhere."""
    kind = type(send.command)
    body, content_type = body_of(send.command, now)
    is_answered = kind.exchange is None and send.is_answered
    properties = {
        "type": routing_key(kind),
        "message_id": str(send.message_id),
        "correlation_id": send.correlation_id,
        "reply_to": reply_queue(service) if is_answered else None,
        "content_type": content_type,
        "timestamp": now.isoformat(),
        "headers": {
            "causation-id": cause.causation_id,
            "subject": send.subject.model_dump_json(),
            **cause.trace.headers(),
        },
    }
    trace_ids = (cause.trace.id,)
    return Draft(exchange_name(kind), (routing_key(kind),), properties, body, trace_ids)


def letter_draft(letter: Letter, cause: Leaving, now: datetime) -> Draft:
    """What goes outside goes alone, and says nothing of who caused it here."""
    properties = {
        "type": letter.type,
        "message_id": str(letter.message_id),
        "correlation_id": letter.correlation_id,
        "content_type": JSON,
        "timestamp": now.isoformat(),
        "headers": dict(letter.headers),
    }
    return Draft(letter.exchange, (letter.type,), properties, letter.body, (cause.trace.id,))
