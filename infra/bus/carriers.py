"""Carriers: one AMQP message that holds many, `{"items": [{"id", "type", …, "body"}]}`.

Each item has an envelope and an outcome of its own; nobody outside the bank needs to know that
carriers exist. An item that nobody can read harms no other: it is set aside in a carrier of its
own, with all that its sender wrote into it, so that a replay is judged exactly as the item was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson

from contracts.envelope import DEPTH_MAX, ITEMS_MAX, Message
from contracts.topology import CARRIED, CARRIER
from infra.bus.bodies import Unacceptable, deflated
from infra.bus.wire import (
    TOO_DEEP,
    Delivery,
    Envelope,
    delivery_of,
    first_sender,
    is_of_ours,
    own_item,
    payload_of,
    short_text,
)

_ITEM_DEPTH_MAX = DEPTH_MAX + 1  # its body, and the item around it


class Unread(NamedTuple):
    """An item that cannot be read or trusted, as a message of its own, and why."""

    envelope: Envelope
    reason: str


class Unpacked(NamedTuple):
    """What one AMQP message held, in order."""

    deliveries: list[Delivery]
    unread: list[Unread]


def carrier(items: Sequence[Any]) -> bytes:
    """The body of a carrier; an item's `body` may be JSON already written, as orjson.Fragment."""
    return orjson.dumps({"items": items})


def items_of(payload: object) -> list[Any]:
    """The items of a carrier, whatever they are.

    Raises:
        Unacceptable: it is no carrier.
    """
    items = payload.get("items") if isinstance(payload, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= ITEMS_MAX:
        raise Unacceptable("bad-carrier: needs a list of 1 to 1,000 items")
    return items


def unpack(
    envelope: Envelope, service: str, kinds: Mapping[str, type[Message]] | None = None
) -> Unpacked:
    """What one AMQP message holds: one delivery, or the items of a carrier, each for itself. Of
    `kinds`, by type, those may come that travel as XML.

    Raises:
        Unacceptable: none of it can be read or trusted.
    """
    payload = payload_of(envelope, service, kinds)
    sender = first_sender(envelope, service)
    if envelope.content_type != CARRIER:
        is_ours = is_of_ours(envelope.user_id, service)
        item = own_item(envelope, payload)
        return Unpacked([delivery_of(envelope, sender, item, is_ours=is_ours)], [])
    # Who replays a carrier vouches for its sender, and not for what that sender claims in it.
    is_ours = is_of_ours(sender, service)
    unpacked = Unpacked([], [])
    for place, item in enumerate(items_of(payload)):
        try:
            unpacked.deliveries.append(_carried(envelope, sender, item, is_ours=is_ours))
        except Unacceptable as reason:
            unpacked.unread.append(Unread(_alone(envelope, place, item), str(reason)))
    return unpacked


def _carried(envelope: Envelope, sender: str, item: Any, *, is_ours: bool) -> Delivery:
    if is_deeper(item, _ITEM_DEPTH_MAX):
        raise Unacceptable(f"{TOO_DEEP}; what lies deeper is left out")
    return delivery_of(envelope, sender, item, is_ours=is_ours)


def _alone(envelope: Envelope, place: int, item: Any) -> Envelope:
    """The item in a carrier of its own, which shows outside whatever names the item has. One
    without an id gets the same after each redelivery."""
    names: Mapping[str, Any] = item if isinstance(item, dict) else {}
    body, encoding = deflated(carrier([_cut(item, _ITEM_DEPTH_MAX + 1)]))
    number = str(uuid5(NAMESPACE_URL, f"bank:{envelope.message_id}:{place}"))
    return replace(
        envelope,
        body=body,
        content_encoding=encoding,
        type=short_text(names.get("type")) or CARRIED,
        message_id=short_text(names.get("id")) or number,
        correlation_id=short_text(names.get("correlation_id")),
    )


def is_deeper(value: object, levels: int) -> bool:
    """True when objects and arrays nest deeper than `levels`."""
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    for inner in value.values() if isinstance(value, dict) else value:
        # Most are neither, and a call for each would cost more than all the rest.
        if type(inner) in (dict, list) and is_deeper(inner, levels - 1):
            return True
    return False


def _cut(value: Any, levels: int) -> Any:
    """The same without what lies deeper, since JSON is written less deep than it is read."""
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return None
    if isinstance(value, dict):
        return {name: _cut(each, levels - 1) for name, each in value.items()}
    return [_cut(each, levels - 1) for each in value]
