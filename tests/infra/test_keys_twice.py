"""A body with a key twice says two things at once; on the bus nobody picks one of them."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import catalogue
from contracts.envelope import Message
from infra.bus.bodies import Unacceptable, parsed
from infra.bus.wire import dump
from infra.deployment.contracts.examples import example
from tests.infra.bench import TELLER, Toy
from tests.infra.toy import Add, Added

TEXT = st.text(max_size=5) | st.sampled_from(['":', "a", '\\"', "{", "é", "a:b"])
VALUES = st.recursive(
    st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a": 1, "b": 2, "a": 3}',
        b'[{"b":{"a":1,"a":2}}]',
        b'{"items":[{"id":"1","body":{"amount":1,"amount":9}}]}',
        b'{"a":1,"\\u0061":2}',
        b'{"x":1e5,"a":1,"a":1}',
        b'{"":":","":"{"}',
    ],
)
def test_a_key_that_stands_twice_in_one_object_is_found(body: bytes) -> None:
    with pytest.raises(Unacceptable, match="duplicate-key"):
        parsed(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{ "a": 1, "b": {"a": 1} }',
        b'[{"a":1},{"a":1}]',
        b'{"a:":"\\":\\"a\\":"}',
        b'{"a":1.50,"A":"\\u0061"}',
        b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)
def test_a_key_that_stands_once_in_each_object_is_taken_however_it_is_written(body: bytes) -> None:
    assert parsed(body) == orjson.loads(body)


@given(pairs=st.lists(st.tuples(TEXT, VALUES), max_size=4), spaced=st.booleans())
def test_a_body_is_taken_exactly_when_no_key_stands_twice(
    pairs: list[tuple[str, Any]], *, spaced: bool
) -> None:
    colon = ": " if spaced else ":"
    body = "{" + ",".join(json.dumps(n) + colon + json.dumps(v) for n, v in pairs) + "}"
    is_taken = True
    try:
        parsed(body.encode())
    except Unacceptable:
        is_taken = False

    assert is_taken == (len(dict(pairs)) == len(pairs))


@pytest.mark.parametrize("kind", catalogue.messages(), ids=lambda kind: str(kind.__name__))
def test_what_we_write_ourselves_is_read_without_a_second_look(kind: type[Message]) -> None:
    body = dump(kind.model_validate(example(kind.model_json_schema())))

    assert orjson.dumps(orjson.loads(body)) == body


@pytest.mark.integration
async def test_such_a_message_is_set_aside_and_its_neighbours_are_handled(bench: Toy) -> None:
    await bench.publish(
        b'{"name": "a", "amount": 1, "amount": 9}', headers={"subject": TELLER.model_dump_json()}
    )

    assert (await bench.dead_reasons(1))[0].startswith("duplicate-key")
    assert await bench.ask(Add(name="a", amount=5)) == Added(value=5)
