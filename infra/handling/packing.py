"""What leaves a service, as AMQP messages: the events of a commit in carriers, commands singly.

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
from contracts.topology import CARRIED, CARRIER, exchange_name, reply_queue, routing_key
from infra.bus.bodies import deflated
from infra.bus.carriers import carrier
from infra.bus.wire import JSON, dump
from infra.handling.telling import Outgoing, Send, Traced
from infra.runtime.clock import business_date, new_id_text
from infra.runtime.tracing import Trace

CARRIER_ITEMS_MAX = 500  # events in one message; the byte limit usually comes first
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


def traced(leaving: Iterable[Leaving]) -> Iterator[tuple[Event | Send, Leaving]]:
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


def command_draft(service: str, send: Send, cause: Leaving, now: datetime) -> Draft:
    """A command of `service`, which is answered on its reply queue; the rail answers elsewhere."""
    kind = type(send.command)
    properties = {
        "type": routing_key(kind),
        "message_id": str(send.message_id),
        "correlation_id": send.correlation_id,
        "reply_to": None if kind.exchange else reply_queue(service),
        "content_type": JSON,
        "timestamp": now.isoformat(),
        "headers": {
            "causation-id": cause.causation_id,
            "subject": send.subject.model_dump_json(),
            **cause.trace.headers(),
        },
    }
    trace_ids = (cause.trace.id,)
    return Draft(
        exchange_name(kind), (routing_key(kind),), properties, dump(send.command), trace_ids
    )
