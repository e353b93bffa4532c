"""Carriers as the bank makes them satisfy the published schema and hold nothing unnamed in it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from jsonschema import Draft202012Validator

from contracts.account.accounts import Balance
from contracts.account.books import AccountCredited, AccountDebited
from contracts.envelope import Refused, Subject
from contracts.topology import CARRIED, CARRIER, REFUSED, query_queue, routing_key
from infra.bus.bodies import inflated
from infra.bus.wire import Delivery, dump
from infra.deployment.contracts.headers import CARRIER_HEADERS, carrier_schema
from infra.handling.answering import answer
from infra.handling.outcomes import Answer
from infra.handling.packing import Draft, Leaving, Numbered, event_drafts
from infra.runtime.tracing import trace_of
from tests.builders import an

NOON = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
TRACE = trace_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
SCHEMA = carrier_schema()
KNOWN = set(SCHEMA["properties"]["items"]["items"]["properties"])


@pytest.mark.parametrize("count", [1, 40])
def test_a_carrier_of_events_is_as_published_small_or_deflated(count: int) -> None:
    draft = _told(count)

    items = _items(inflated(draft.body, draft.properties["content_encoding"]))

    assert bool(draft.properties["content_encoding"]) == (count > 1)
    assert len(items) == count
    assert all(set(item) <= KNOWN for item in items)
    assert set(draft.properties["headers"]) <= set(CARRIER_HEADERS)


async def test_a_carrier_of_answers_is_as_published() -> None:
    publisher = _Publisher()
    deliveries = [_asked(uuid4()), _asked(uuid4()), _asked(uuid4())]
    balance, refused = dump(an(Balance)), dump(an(Refused))

    await answer(
        publisher,  # type: ignore[arg-type]
        deliveries,
        [
            Answer(routing_key(Balance), balance),
            Answer(routing_key(Balance), balance, replayed=True),
            Answer(REFUSED, refused),
        ],
    )

    [(body, properties)] = publisher.published
    items = _items(body)
    assert properties["type"] == CARRIED
    assert properties["content_type"] == CARRIER
    assert [item["replayed"] for item in items] == [False, True, False]
    assert all(set(item) <= KNOWN for item in items)


class _Publisher:
    def __init__(self) -> None:
        self.published: list[tuple[bytes, dict[str, Any]]] = []

    async def publish(
        self, exchange: str, keys: tuple[str, ...], body: bytes, **properties: Any
    ) -> None:
        self.published.append((body, properties))


def _items(body: bytes) -> list[dict[str, Any]]:
    payload = orjson.loads(body)
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(SCHEMA, format_checker=checker).validate(payload)
    items: list[dict[str, Any]] = payload["items"]
    return items


def _told(count: int) -> Draft:
    told = [an(AccountDebited if n % 2 else AccountCredited, sequence=n + 1) for n in range(count)]
    cause = Leaving(told, str(uuid4()), str(uuid4()), TRACE)
    events = [Numbered(event, cause, event.sequence) for event in told]
    [draft] = event_drafts(events, NOON)
    return draft


def _asked(message_id: UUID) -> Delivery:
    return Delivery(
        queue=query_queue("account"),
        message_id=message_id,
        type="",
        payload={},
        sender="gateway",
        subject=Subject(id="gateway"),
        correlation_id=str(message_id),
        causation_id=None,
        deadline=None,
        trace=TRACE,
        attempt=0,
        reply_to="gateway.replies.x",
    )
