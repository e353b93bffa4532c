"""Answers leave in messages of bounded size, each to the question it belongs to."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import BODY_BYTES_MAX
from contracts.topology import CARRIER, caller_queue
from infra.bus.carriers import unpack
from infra.bus.publisher import Publisher
from infra.bus.wire import Delivery, Envelope
from infra.handling.answering import answer
from infra.handling.outcomes import DONE, Answer, Result


class Noted(Publisher):
    """Notes what it would publish."""

    def __init__(self) -> None:
        super().__init__("amqp://toy@nowhere/bank", "toy")
        self.published: list[dict[str, Any]] = []

    async def publish(self, exchange: str, routing_keys: Any, body: bytes, **rest: Any) -> None:
        self.published.append({"body": body, **rest})

    def answered(self) -> list[tuple[str, Any]]:
        """Correlation id and body of each answer, in the order in which they left."""
        found = []
        for message in self.published:
            body = orjson.loads(message["body"])
            is_carrier = message["content_type"] == CARRIER
            items = body["items"] if is_carrier else [{**message, "body": body}]
            found += [(item["correlation_id"], item["body"]) for item in items]
        return found


def _asked(number: int) -> Delivery:
    values: dict[str, Any] = {"queue": "toy.queries", "body": b"{}", "type": "toy.get.v1"}
    values |= {"message_id": str(uuid4()), "correlation_id": f"c-{number}", "user_id": "gateway"}
    values |= {"reply_to": caller_queue("gateway"), "content_type": None, "headers": {}}
    [delivery] = unpack(Envelope(content_encoding=None, **values), "toy").deliveries
    return delivery


@given(sizes=st.lists(st.integers(0, 60_000), max_size=64))
@pytest.mark.parametrize("unanswered", [0, 1])
async def test_every_answer_leaves_once_in_order_and_no_message_is_too_big(
    unanswered: int, sizes: list[int]
) -> None:
    publisher = Noted()
    deliveries = [_asked(number) for number in range(len(sizes) + unanswered)]
    results: list[Result] = [Answer("toy.got.v1", orjson.dumps("x" * size)) for size in sizes]

    await answer(publisher, deliveries, results + [DONE] * unanswered)

    expected = [(f"c-{number}", "x" * size) for number, size in enumerate(sizes)]
    assert publisher.answered() == expected
    assert all(len(message["body"]) <= BODY_BYTES_MAX for message in publisher.published)
