"""Bytes as texts that stand in addresses: base64url without padding, each in one spelling."""

from base64 import b64decode, urlsafe_b64encode


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The bytes behind a text.

    Raises:
        ValueError: `text_of` does not make such a text.
    """
    raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if text_of(raw) != text:
        raise ValueError("another spelling of the same bytes")
    return raw
