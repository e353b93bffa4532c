"""The codes of receipts: an entry's id with a mark under a key that only this service has.

Nobody else can make one, so a code that opens is proof that the bank has given the receipt.
"""

import hmac
from functools import cache
from hashlib import sha256
from uuid import UUID

from infra.data.sealing import derived_key
from infra.data.texts import bytes_of, text_of
from infra.process.settings import Settings

_ID_BYTES = MARK_BYTES = 16


def code_of(entry_id: UUID) -> str:
    return text_of(entry_id.bytes + _mark(entry_id.bytes))


def entry_of(code: str) -> UUID | None:
    """The entry whose receipt has this code; None: this service never gave it."""
    try:
        raw = bytes_of(code)
    except ValueError:
        return None
    entry_id, mark = raw[:_ID_BYTES], raw[_ID_BYTES:]
    return UUID(bytes=entry_id) if hmac.compare_digest(mark, _mark(entry_id)) else None


def _mark(entry_id: bytes) -> bytes:
    return hmac.digest(receipt_key(), entry_id, sha256)[:MARK_BYTES]


@cache
def receipt_key() -> bytes:
    return derived_key(Settings().secret, "account receipts")
