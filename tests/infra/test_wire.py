"""What is believed of a message, and what is not."""

import zlib
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import BODY_BYTES_MAX, Refused, Role, Subject
from contracts.topology import CARRIER
from infra.bus.bodies import (
    DEFLATE,
    DEFLATED_FROM_BYTES,
    Unacceptable,
    deflated,
    depth_exceeds,
    inflated,
)
from infra.bus.carriers import Unpacked, is_deeper, unpack
from infra.bus.wire import (
    ATTEMPTS_MAX,
    Delivery,
    Envelope,
    body_hash,
    parse,
)
from infra.runtime.tracing import new_trace, trace_of
from tests.infra.toy import Add

SUBJECT = '{"id": "u-1", "role": "TELLER"}'


def envelope(body: bytes = b'{"name": "a", "amount": 1}', **changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "queue": "toy.commands",
        "body": body,
        "type": "toy.add.v1",
        "message_id": str(uuid4()),
        "correlation_id": "c-1",
        "user_id": "gateway",
        "reply_to": None,
        "content_type": "application/json",
        "content_encoding": None,
        "headers": {"subject": SUBJECT},
    }
    return Envelope(**{**values, **changes})


def only(found: Unpacked) -> Delivery:
    [delivery] = found.deliveries
    return delivery


def test_a_plain_message_becomes_one_delivery() -> None:
    delivery = only(unpack(envelope(), "toy"))

    assert delivery.sender == "gateway"
    assert delivery.subject.role is Role.TELLER
    assert delivery.payload == {"name": "a", "amount": 1}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": b"not json"}, "not-json"),
        ({"body": b"\x00\xff{"}, "not-json"),
        ({"body": b"[" * 50 + b"]" * 50}, "too-deep"),
        ({"body": b'"' + b"x" * BODY_BYTES_MAX + b'"'}, "body-too-big"),
        ({"user_id": None}, "sender-missing"),
        ({"message_id": "no-uuid"}, "bad-envelope"),
        ({"message_id": None}, "bad-envelope"),
        ({"type": None}, "bad-envelope"),
        ({"headers": {"subject": "{"}}, "bad-envelope"),
        ({"headers": {"deadline": "soon"}}, "bad-envelope"),
        ({"headers": {"deadline": "0001-01-01T00:00:00+14:00"}}, "bad-envelope"),
        ({"headers": {"attempt": float("inf")}}, "bad-envelope"),
        ({"type": "t" * 251}, "bad-envelope"),
        ({"correlation_id": "c" * 251}, "bad-envelope"),
        ({"correlation_id": "₹" * 84}, "bad-envelope"),
        ({"headers": {"subject": '{"id": "' + "s" * 201 + '"}'}}, "bad-envelope"),
        ({"content_encoding": "br"}, "unknown-encoding"),
        ({"content_encoding": DEFLATE}, "not-deflated"),
        ({"body": zlib.compress(b"{}")[:-1], "content_encoding": DEFLATE}, "not-deflated"),
        (
            {"body": zlib.compress(bytes(64 * BODY_BYTES_MAX)), "content_encoding": DEFLATE},
            "body-too-big",
        ),
    ],
)
def test_what_cannot_be_read_or_trusted_is_unacceptable(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unacceptable, match=reason):
        unpack(envelope(**changes), "toy")


@given(st.binary(max_size=2 * DEFLATED_FROM_BYTES))
def test_a_body_is_the_same_after_the_journey(body: bytes) -> None:
    assert inflated(*deflated(body)) == body


def test_a_claimed_sender_counts_only_from_ourselves_and_the_operator() -> None:
    claim = {"subject": SUBJECT, "sender": "payment"}

    assert only(unpack(envelope(headers=claim), "toy")).sender == "gateway"
    assert only(unpack(envelope(headers=claim, user_id="toy"), "toy")).sender == "payment"
    assert only(unpack(envelope(headers=claim, user_id="operator"), "toy")).sender == "payment"


def test_headers_of_a_wrong_type_are_as_good_as_none() -> None:
    odd = {"traceparent": 5, "causation-id": b"x", "aggregate": [], "sequence": "1", "attempt": -9}

    delivery = only(unpack(envelope(headers=odd), "toy"))

    assert (delivery.causation_id, delivery.aggregate) == (None, None)
    assert delivery.trace == trace_of(delivery.trace.parent)
    assert (delivery.sequence, delivery.attempt) == (None, 0)


@pytest.mark.parametrize(
    ("sender", "claimed", "believed"),
    [
        ("gateway", "192.0.2.7", "192.0.2.7"),
        ("gateway", "x" * 65, None),
        ("gateway", 7, None),
        ("payment", "192.0.2.7", None),
        ("rail-imps", "192.0.2.7", None),
    ],
)
def test_where_a_call_comes_from_is_believed_from_the_gateway_alone(
    sender: str, claimed: object, believed: str | None
) -> None:
    headers = {"subject": SUBJECT, "source": claimed}
    single = only(unpack(envelope(user_id=sender, headers=headers), "toy"))
    item = {"id": str(uuid4()), "type": "toy.add.v1", "body": {}, "source": claimed}
    body = orjson.dumps({"items": [item]})
    carried = only(unpack(envelope(body, user_id=sender, content_type=CARRIER), "toy"))

    assert single.source == carried.source == believed


def test_an_outsider_speaks_for_nobody_but_himself() -> None:
    claims = {"subject": '{"id": "u-1", "role": "ADMIN"}', "attempt": 3, "sender": "payment"}

    delivery = only(unpack(envelope(user_id="rail-imps", headers=claims), "payment"))

    assert delivery.subject == Subject(id="rail-imps")
    assert (delivery.sender, delivery.attempt) == ("rail-imps", 0)


def test_an_outsider_cannot_take_the_id_of_somebody_elses_message() -> None:
    taken = str(uuid4())

    ours = only(unpack(envelope(message_id=taken), "payment"))
    his = only(unpack(envelope(message_id=taken, user_id="rail-imps"), "payment"))
    again = only(unpack(envelope(message_id=taken, user_id="rail-imps"), "payment"))

    assert ours.message_id == UUID(taken)
    assert his.message_id != ours.message_id
    assert again.message_id == his.message_id


def test_what_an_answer_would_carry_again_is_bounded() -> None:
    long = "x" * 200_000
    headers = {
        "traceparent": long, "causation-id": long, "aggregate": long, "sequence": 2**70,
        "attempt": 2**70,
    }  # fmt: skip

    found = only(unpack(envelope(headers=headers), "payment"))

    assert (found.causation_id, found.aggregate) == (None, None)
    assert len(found.trace.parent) == len(new_trace().parent)
    assert found.sequence is None
    assert found.attempt == ATTEMPTS_MAX


@pytest.mark.parametrize(
    ("reply_to", "answered"),
    [
        (f"gateway.replies.{'0f' * 16}", True),
        ("gateway.replies", True),
        ("gateway.replies.dead", False),
        (f"gateway.replies.{'0f' * 16}\n", False),
        ("account.commands", False),
        ("payment.replies", False),
        (f"payment.replies.{'0f' * 16}", False),
        ("amq.rabbitmq.reply-to.g2dkABc", False),
    ],
)
def test_answers_go_only_where_the_sender_itself_listens(reply_to: str, answered: bool) -> None:
    delivery = only(unpack(envelope(reply_to=reply_to), "toy"))

    assert delivery.reply_to == (reply_to if answered else None)


def test_equal_content_has_an_equal_hash_whatever_the_order_of_fields() -> None:
    assert body_hash("t", {"a": 1, "b": 2}) == body_hash("t", {"b": 2, "a": 1})
    assert body_hash("t", {"a": 1}) != body_hash("t", {"a": 2})
    assert body_hash("t", {"a": 1}) != body_hash("u", {"a": 1})


def test_a_wrong_payload_is_refused_with_every_fault_named() -> None:
    refused = parse(Add, {"name": 5, "extra": True})

    assert isinstance(refused, Refused)
    assert {fault.pointer for fault in refused.errors} == {"/name", "/amount", "/extra"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(alphabet='a"{}[]\\', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=30,
)


def depth_of(value: object) -> int:
    if isinstance(value, list):
        return 1 + max((depth_of(each) for each in value), default=0)
    if isinstance(value, dict):
        return 1 + max((depth_of(each) for each in value.values()), default=0)
    return 0


@given(json_values, st.integers(0, 5))
def test_depth_is_counted_as_a_parser_would(value: object, levels: int) -> None:
    expected = depth_of(value) > levels

    assert depth_exceeds(orjson.dumps(value), levels) == is_deeper(value, levels) == expected
