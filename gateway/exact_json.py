"""JSON as it was written: no float, no key twice, no depth without end, no text we cannot store.

A number with a point or an exponent becomes a `NumberText` that keeps its text, so that `500.00`
reaches the money parser as five characters and a dot and never as a binary fraction.
"""

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request

from contracts.envelope import BODY_BYTES_MAX, DEPTH_MAX
from gateway.facts import facts_of
from gateway.problems import Problem
from infra.bus.bodies import depth_exceeds

# From the head to the end of a body of 256 KB, at 200 kbit/s; one that may be larger has more time.
BODY_SECONDS = 10.0


class NumberText:
    """The text of a JSON number that is not an integer: `500.00`, `1e5`, or the non-JSON `NaN`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`.

    Raises:
        Problem: 400, it is not JSON, not an object, too deep, or has a key twice.
    """
    if depth_exceeds(body, DEPTH_MAX):
        raise _malformed(f"The body nests deeper than {DEPTH_MAX} levels.")
    try:
        value = _DECODER.decode(body.decode())
    except _TwiceError as error:
        raise _malformed("The body has the same key twice in one object.") from error
    except (ValueError, RecursionError) as error:
        raise _malformed("The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict):
        raise _malformed("The body is not a JSON object.")
    # Only an escape can smuggle in what UTF-8 or PostgreSQL cannot hold.
    if b"\\u" in body and not _is_storable(value):
        raise _malformed("The body has text with half a character or a zero byte.")
    return value


class ExactRequest(Request):
    """A request whose body is bounded, in bytes and in time, and read by `parse_object`."""

    _read_body: bytes | None = None

    async def body(self) -> bytes:
        """The whole body, read once.

        Raises:
            Problem: 413, it is too large; 408, it did not arrive in time.
            ClientDisconnect: its sender left.
        """
        if self._read_body is None:
            try:
                async with asyncio.timeout(self._seconds):
                    self._read_body = await self._read()
            except TimeoutError as error:
                raise _too_slow(self._seconds) from error
        return self._read_body

    async def json(self) -> Any:
        return parse_object(await self.body())

    @property
    def _seconds(self) -> float:
        return BODY_SECONDS * max(1, facts_of(self.scope).body_bytes_max // BODY_BYTES_MAX)

    async def _read(self) -> bytes:
        body = bytearray()
        bound = facts_of(self.scope).body_bytes_max
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > bound:
                raise too_large(bound)
            if not message.get("more_body", False):
                return bytes(body)


def too_large(bound: int) -> Problem:
    detail = f"The body is larger than {bound // 1024} KB."
    return Problem(413, "body-too-large", detail)


def _too_slow(seconds: float) -> Problem:
    detail = f"The body did not arrive within {seconds:.0f} seconds."
    # What still arrives of it must not be taken for the next call.
    return Problem(408, "request-timeout", detail, headers={"Connection": "close"})


class _TwiceError(ValueError):
    """A key stands twice in one object; readers would disagree about which one counts."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _TwiceError
    return value


def _is_storable(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and _encodes(value)
    if isinstance(value, dict):
        return all(_is_storable(key) and _is_storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_storable(item) for item in value)
    return True


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed", detail)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=NumberText, parse_constant=NumberText
)
