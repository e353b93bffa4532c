"""Bodies are read as they were written, or refused."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from contracts.envelope import DEPTH_MAX
from gateway.exact_json import NumberText, parse_object
from gateway.problems import Problem

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def nested(levels: int) -> bytes:
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_json_can_say_is_read_as_it_was_written(body: dict[str, object]) -> None:
    assert parse_object(orjson.dumps(body)) == body


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_a_number_with_a_point_keeps_its_text(number: Decimal) -> None:
    literal = parse_object(f'{{"amount": {number:f}}}'.encode())["amount"]

    assert isinstance(literal, NumberText)
    assert literal.text == f"{number:f}"


# Noise, and what was an object before one of its bytes was changed, put in or taken out.
WRITTEN = st.dictionaries(TEXT, VALUES, max_size=3).map(orjson.dumps)
SPOILED = st.builds(
    lambda body, at, byte, length: body[: at % len(body)] + byte + body[at % len(body) + length :],
    WRITTEN,
    st.integers(0),
    st.binary(max_size=1),
    st.integers(0, 1),
)


@given(st.binary(max_size=200) | SPOILED)
def test_any_bytes_are_an_object_or_a_malformed_body(body: bytes) -> None:
    try:
        found: object = parse_object(body)
    except Problem as problem:
        found = problem.status_code, problem.code

    assert isinstance(found, dict) or found == (400, "malformed")


@pytest.mark.parametrize("is_object", [True, False])
def test_spoiled_bodies_are_of_both_kinds(is_object: bool) -> None:
    def is_read(body: bytes) -> bool:
        try:
            return isinstance(parse_object(body), dict)
        except Problem:
            return False

    find(
        SPOILED,
        lambda body: is_read(body) is is_object,
        settings=settings(max_examples=200, phases=[Phase.generate]),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"null",
        b'{"a": 1',
        b'{"a": 1} {"a": 1}',
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 01}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"a": "line\nbreak"}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        nested(DEPTH_MAX + 1),
    ],
    ids=lambda body: repr(body[:24]),
)
def test_a_body_that_is_not_one_storable_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        parse_object(body)

    assert (refused.value.status_code, refused.value.code) == (400, "malformed")


def test_twenty_levels_are_read() -> None:
    assert parse_object(nested(DEPTH_MAX))
