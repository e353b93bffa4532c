"""Carriers: one AMQP message that holds many, `{"items": [{"id", "type", …, "body"}]}`.

Each item has an envelope and an outcome of its own; nobody outside the bank needs to know that
carriers exist.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from contracts.envelope import ITEMS_MAX
from contracts.topology import CARRIER
from infra.bodies import Unacceptable
from infra.wire import (
    Delivery,
    Envelope,
    delivery_of,
    first_sender,
    is_of_ours,
    own_item,
    payload_of,
)


def carrier(items: Sequence[Mapping[str, Any]]) -> bytes:
    """The body of a carrier; an item's `body` may be JSON already written, as orjson.Fragment."""
    return orjson.dumps({"items": items})


def unpack(envelope: Envelope, service: str) -> list[Delivery]:
    """The deliveries of one AMQP message: one, or the items of a carrier.

    Raises:
        Unacceptable: too big, not JSON, no validated sender, no usable id, bad headers.
    """
    payload = payload_of(envelope, service)
    is_ours = is_of_ours(envelope.user_id, service)
    sender = first_sender(envelope, service)
    if envelope.content_type != CARRIER:
        return [delivery_of(envelope, sender, own_item(envelope, payload), is_ours=is_ours)]
    items = payload.get("items") if isinstance(payload, dict) else None
    if not isinstance(items, list) or not 1 <= len(items) <= ITEMS_MAX:
        raise Unacceptable("bad-carrier: needs a list of 1 to 1,000 items")
    return [delivery_of(envelope, sender, item, is_ours=is_ours) for item in items]
