"""Answers to the messages of one delivery: alone, or in carriers of bounded size."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from contracts.envelope import BODY_BYTES_MAX
from contracts.topology import CARRIED, CARRIER, REPLIES, reply_queue
from infra.bus.carriers import carrier
from infra.bus.publisher import Publisher
from infra.bus.wire import JSON, Delivery
from infra.handling.mailbox import reply_id
from infra.handling.outcomes import Answer, Result

_ITEM_BYTES = 600  # envelope of one carried answer, rounded up

_Answered = tuple[Delivery, Answer]


async def answer(
    publisher: Publisher, deliveries: Sequence[Delivery], results: Sequence[Result]
) -> None:
    """Answer those who wait for an answer; all deliveries came in one message, from one asker.

    Raises:
        PublishFailed: see infra/bus/publisher.py.
    """
    answered = [
        (delivery, result)
        for delivery, result in zip(deliveries, results, strict=True)
        if delivery.reply_to is not None and isinstance(result, Answer)
    ]
    for part in _parts(answered):
        route = part[0][0].reply_to
        assert route is not None
        # A caller who is gone must not make his answer a failure; a saga never is.
        is_saga = route == reply_queue(part[0][0].sender)
        if len(part) == 1:
            await _answer_one(publisher, route, *part[0], is_saga=is_saga)
        else:
            await publisher.publish(
                REPLIES, (route,), carrier([_item(*each) for each in part]), type=CARRIED,
                content_type=CARRIER, persistent=is_saga, mandatory=is_saga,
            )  # fmt: skip


def _parts(answered: Sequence[_Answered]) -> Iterator[list[_Answered]]:
    """In order, each small enough for one message."""
    part: list[_Answered] = []
    size = 0
    for each in answered:
        item_size = len(each[1].body) + _ITEM_BYTES
        if part and size + item_size > BODY_BYTES_MAX:
            yield part
            part, size = [], 0
        part.append(each)
        size += item_size
    if part:
        yield part


def _item(delivery: Delivery, result: Answer) -> dict[str, Any]:
    return {
        "id": reply_id(delivery.message_id),
        "correlation_id": delivery.correlation_id,
        "causation_id": str(delivery.message_id),
        **delivery.trace.fields(),
        "type": result.type,
        "replayed": result.replayed,
        "body": orjson.Fragment(result.body),
    }


async def _answer_one(
    publisher: Publisher, route: str, delivery: Delivery, result: Answer, *, is_saga: bool
) -> None:
    headers: dict[str, Any] = {"causation-id": str(delivery.message_id)}
    headers |= delivery.trace.headers()
    if result.replayed:
        headers["replayed"] = True
    await publisher.publish(
        REPLIES, (route,), result.body, type=result.type, content_type=JSON, headers=headers,
        message_id=str(reply_id(delivery.message_id)), correlation_id=delivery.correlation_id,
        persistent=is_saga, mandatory=is_saga,
    )  # fmt: skip
