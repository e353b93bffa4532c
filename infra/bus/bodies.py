"""Bodies as they travel: big ones deflated, all of them bounded before anything looks into them."""

import re
import zlib
from contextlib import suppress
from typing import Any

import orjson

from contracts.envelope import BODY_BYTES_MAX

DEFLATE = "deflate"  # a content encoding: zlib's format, as in RFC 9110 §8.4.1.2
DEFLATED_FROM_BYTES = 4_096  # a smaller body would gain nothing

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ROUND = bytes.maketrans(b"{}[]", b"()()")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))


class Unacceptable(Exception):
    """The message cannot be read or trusted; the text says why and is shown to operators."""


def deflated(body: bytes) -> tuple[bytes, str | None]:
    """The body as it travels, and its content encoding: a big one is deflated, quickly, unless it
    would grow."""
    if len(body) < DEFLATED_FROM_BYTES:
        return body, None
    small = zlib.compress(body, level=1)
    return (small, DEFLATE) if len(small) < len(body) else (body, None)


def inflated(body: bytes, content_encoding: str | None, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """The body as it was before `deflated`. Nothing above `bytes_max` is looked into, and never
    more than that come into being.

    Raises:
        Unacceptable: too big, deflated badly, or encoded in another way.
    """
    _require_size(body, bytes_max)
    if content_encoding not in (None, "", DEFLATE):
        raise Unacceptable(f"unknown-encoding: {content_encoding[:100]}")
    if content_encoding != DEFLATE:
        return body
    inflating = zlib.decompressobj()
    try:
        body = inflating.decompress(body, bytes_max + 1)
    except zlib.error as error:
        raise Unacceptable("not-deflated: the body is not what its encoding says") from error
    _require_size(body, bytes_max)
    if not inflating.eof:
        raise Unacceptable("not-deflated: the body ends too soon")
    return body


def parsed(body: bytes) -> Any:
    """The JSON in a body; one fault costs the whole of it, a carrier too.

    Raises:
        Unacceptable: it is not JSON, or has a key twice in one object: readers would disagree
            about which one counts.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unacceptable("not-json: the body is not JSON") from error
    # What is written again as it came has every key once. All that we write ourselves is like
    # that, at a tenth of what counting costs.
    if not _is_written_as(value, body) and _keys_in(value) != _STRING.sub(b"", body).count(b":"):
        raise Unacceptable("duplicate-key: the body has the same key twice in one object")
    return value


def beginning(body: bytes, content_encoding: str | None, bytes_max: int) -> bytes:
    """The first bytes as text, for people: also of a body that is too big, or was cut."""
    if content_encoding == DEFLATE:
        with suppress(zlib.error):
            return zlib.decompressobj().decompress(body, bytes_max)
    return body[:bytes_max]


def _require_size(body: bytes, bytes_max: int) -> None:
    if len(body) > bytes_max:
        raise Unacceptable(f"body-too-big: more than {bytes_max} bytes")


def depth_exceeds(body: bytes, levels: int) -> bool:
    """True when objects and arrays nest deeper than `levels`; text in strings does not count."""
    if body.count(b"{") + body.count(b"[") <= levels:
        return False
    brackets = _STRING.sub(b"", body).translate(_ROUND, _NO_BRACKETS)
    for _ in range(levels):
        brackets = brackets.replace(b"()", b"")  # takes away the innermost level, no more
    return b"()" in brackets


def _is_written_as(value: object, body: bytes) -> bool:
    try:
        return orjson.dumps(value) == body
    except TypeError:  # deeper than is ever written
        return False


def _keys_in(value: object) -> int:
    """How many keys its objects have, all together."""
    found, left = 0, [value]
    while left:
        inner = left.pop()
        if isinstance(inner, dict):
            found += len(inner)
            left.extend(inner.values())
        elif isinstance(inner, list):
            left.extend(inner)
    return found
