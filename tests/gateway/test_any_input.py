"""Whatever is sent, the edge answers for it: never a fault of ours, never a half-read message."""

import asyncio
import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from gateway.app import app as documented
from tests.builders import ALICE
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of, serving
from tests.gateway.examples import example_of, role_for, takes_file

DOCUMENT = documented.openapi()
KEY = {"Idempotency-Key": "k-1", "Content-Type": "application/json", "Prefer": "wait=0"}
EXPECTED = {200, 201, 202, 204, 400, 404, 412, 422, 428}


def _calls_with_bodies() -> list[tuple[str, str, dict[str, Any]]]:
    found = []
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            for media in () if takes_file(operation) else content.values():
                found.append((method, path, example_of(media["schema"], DOCUMENT)))
    return found


# Beside everything JSON can say: what our own parsers look at most closely.
NASTY = st.sampled_from(
    ["", "0", "-0", "1e400", "NaN", "\u0663", "1" * 400, "2026-02-30", "9999-12-31T23:59:59+23:59",
     "AC-'; drop table accounts; --", "\u202e", "\x7f", "00000000-0000-0000-0000-000000000000"]
)  # fmt: skip
ANYTHING = NASTY | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


# What could stand in a field beside its example, so that much is taken and goes on to the bank.
PLAUSIBLE = st.text("abcXYZ 019-", min_size=1, max_size=12) | st.sampled_from(
    ["7.00", "0.01", "2026-01-31", "AC-20260101-000001", "INR", 7, True, None]
)


def _json(value: Any) -> bytes:
    """Also what orjson refuses to write: numbers beyond 64 bits, half characters."""
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return repr(value).encode("utf-8", "surrogatepass")


def _filled(path: str) -> str:
    """The path with ids that can be."""
    numbered = re.sub(r"\{(customer|user)_id\}", "1", path)
    return re.sub(r"\{\w+_id\}", str(UUID(int=1)), numbered).replace("{account_number}", ALICE)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """The example of some call with one field replaced by anything, or one field more."""
    method, path, body = draw(st.sampled_from(_calls_with_bodies()))
    name = draw(st.sampled_from(sorted(body)) | st.text(max_size=8))
    fields = {
        **{key: orjson.dumps(value) for key, value in body.items()},
        name: _json(draw(PLAUSIBLE | ANYTHING)),
    }
    parts = [orjson.dumps(key) + b":" + value for key, value in fields.items()]
    return method, path, b"{" + b",".join(parts) + b"}"


def status_of(call: tuple[str, str, bytes]) -> int:
    """How the edge answers, with a bank behind it that says nothing."""
    method, path, content = call

    async def send() -> int:
        bank = FakeBank()
        token = bank.token(role_for(DOCUMENT, method, path))
        async with serving(bank) as app, client_of(app, token) as client:
            answer = await client.request(method, _filled(path), content=content, headers=KEY)
            return answer.status_code

    return asyncio.run(send())


@settings(max_examples=200)
@given(call=spoiled())
def test_one_field_of_anything_is_taken_or_refused(call: tuple[str, str, bytes]) -> None:
    assert status_of(call) in EXPECTED


@pytest.mark.parametrize("kind", [2, 4])
def test_such_calls_are_taken_as_well_as_refused(kind: int) -> None:
    find(
        spoiled(),
        lambda call: status_of(call) // 100 == kind,
        settings=settings(max_examples=100, phases=[Phase.generate], deadline=None),
    )
