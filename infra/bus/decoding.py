"""AMQP properties that cannot be decoded, made harmless: the message arrives and names its faults.

The client library raises while it decodes such a message, the connection drops, and the broker
sends the same message again after every reconnect. Once `install` was called, what can be decoded
is kept, the rest is left out, and `fault_of` says what it was.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from pamqp import decode
from pamqp.commands import Basic
from pamqp.header import ContentHeader

# Ours stay below 4 KB. The library needs quadratic time, and its recursion has an end: beyond this
# headers are not decoded at all.
PROPERTIES_BYTES_MAX = 8_192
FAULTS_MAX = 10  # named in one reason
_CONTENT_BYTES = 12  # class, weight and body size, before the flags
_UNUSED_FLAGS = 0b11  # the last promises more flags, which the broker does not read and pamqp does
_WIDTHS = {
    **dict.fromkeys(b"tbB", 1), **dict.fromkeys(b"su", 2), **dict.fromkeys(b"Iif", 4),
    **dict.fromkeys(b"lLdT", 8), **dict.fromkeys(b"V\0", 0), ord("D"): 5,
}  # fmt: skip

_strictly = ContentHeader.unmarshal
_deliver, _get_ok = Basic.Deliver.unmarshal, Basic.GetOk.unmarshal


class Undecoded(dict[str, Any]):
    """Headers of a message of which something could not be decoded; never false, so that the
    library does not put an empty table in their place."""

    def __init__(self, known: Mapping[str, Any], faults: Sequence[str]) -> None:
        super().__init__(known)
        self.faults = tuple(faults)

    def __bool__(self) -> bool:
        return True


def fault_of(headers: Mapping[str, Any]) -> str | None:
    """What of a message could not be decoded, as a reason to set it aside; None: nothing."""
    if not isinstance(headers, Undecoded):
        return None
    return f"undecodable-property: {', '.join(headers.faults[:FAULTS_MAX])}"


def install() -> None:
    """Before the first connection of a process; a second time changes nothing."""
    ContentHeader.unmarshal = _unmarshal  # type: ignore[method-assign]
    Basic.Deliver.unmarshal = _unmarshal_deliver  # type: ignore[method-assign,assignment]
    Basic.GetOk.unmarshal = _unmarshal_get_ok  # type: ignore[method-assign,assignment]


def _unmarshal(self: ContentHeader, data: bytes) -> None:
    if len(data) <= PROPERTIES_BYTES_MAX and not data[_CONTENT_BYTES + 1] & _UNUSED_FLAGS:
        try:
            _strictly(self, data)
        except Exception:  # ValueError, OverflowError, OSError, RecursionError and others
            pass
        else:
            if _is_sound(self.properties):
                return
    _, self.weight, self.body_size = struct.unpack(">HHQ", data[:_CONTENT_BYTES])
    self.properties = _salvaged(data[_CONTENT_BYTES:])


def _is_sound(properties: Basic.Properties) -> bool:
    """What the library decodes and cannot make a message of."""
    expiration = properties.expiration
    return properties.delivery_mode in (None, 0, 1, 2) and (
        expiration is None or (expiration.isascii() and expiration.isdigit())
    )


def _salvaged(data: bytes) -> Basic.Properties:
    properties, faults, headers = Basic.Properties(), [], dict[str, Any]()
    flags, offset = int.from_bytes(data[:2], "big"), 2
    if flags & _UNUSED_FLAGS:
        properties.headers = Undecoded({}, ["flags"])
        return properties
    for name in Basic.Properties.__slots__:
        if not flags & Basic.Properties.flags[name]:
            continue
        kind = Basic.Properties.amqp_type(name)
        raw = data[offset : offset + _property_width(kind, data, offset)]
        offset += len(raw)
        if kind == "table":
            headers, broken = _headers(raw[4:])
            faults += broken
            continue
        try:
            _, value = decode.by_type(raw, kind)
            setattr(properties, name, value)
            if not _is_sound(properties):
                raise ValueError(name)
        except Exception:
            setattr(properties, name, None)
            faults.append("type" if name == "message_type" else name)
    properties.headers = Undecoded(headers, faults)
    return properties


def _property_width(kind: str, data: bytes, offset: int) -> int:
    if kind == "table":
        return 4 + int.from_bytes(data[offset : offset + 4], "big")
    if kind == "shortstr":
        return 1 + int.from_bytes(data[offset : offset + 1], "big")
    return 8 if kind == "timestamp" else 1


def _headers(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    """What can be decoded of the table, and the names of the rest."""
    if len(raw) > PROPERTIES_BYTES_MAX:
        return {}, [f"headers (more than {PROPERTIES_BYTES_MAX} bytes)"]
    known: dict[str, Any] = {}
    faults: list[str] = []
    offset = 0
    while offset < len(raw):
        start = offset + 1 + raw[offset]
        raw_name = raw[offset + 1 : start]
        name = raw_name.decode(errors="backslashreplace")
        width = _value_width(raw, start)
        if width is None:
            return known, [*faults, f"headers.{name}"]
        offset = start + width
        try:
            known[raw_name.decode()] = decode.embedded_value(raw[start:offset])[1]
        except Exception:
            faults.append(f"headers.{name}")
    return known, faults


def _value_width(raw: bytes, start: int) -> int | None:
    """Of a value with its type; None where nobody knows where it ends."""
    kind = raw[start] if start < len(raw) else None
    if kind is not None and kind in b"SAFx":
        return 5 + int.from_bytes(raw[start + 1 : start + 5], "big")
    width = _WIDTHS.get(kind) if kind is not None else None
    return None if width is None else 1 + width


def _unmarshal_deliver(self: Basic.Deliver, data: bytes) -> None:
    try:
        _deliver(self, data)
    except UnicodeDecodeError:
        exchange = 1 + data[0] + 9
        _deliver(self, _readable_key(data, exchange))


def _unmarshal_get_ok(self: Basic.GetOk, data: bytes) -> None:
    try:
        _get_ok(self, data)
    except UnicodeDecodeError:
        _get_ok(self, _readable_key(data, 9))


def _readable_key(data: bytes, exchange: int) -> bytes:
    """The same frame with question marks in its routing key, which its sender chose; it has done
    its work, and our code never looks at it."""
    start = exchange + 1 + data[exchange] + 1
    end = start + data[start - 1]
    key = bytes(byte if byte < 0x80 else ord("?") for byte in data[start:end])
    return data[:start] + key + data[end:]
