"""What one process alone can read: keys derived from BANK_SECRET, and values sealed under them.

Each purpose has a key of its own, so that what one key gives away tells nothing about the others. A
sealed value is `key id (4 bytes) | nonce (12) | ciphertext and tag`, by AES-256-GCM. What it is
about is bound to it: a value moved to another row or column does not open.
"""

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

SECRET_BYTES = 32
KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class WrongSecret(Exception):
    """The value was sealed under another BANK_SECRET than this process has."""


def derived_key(secret: SecretStr, purpose: str, *, length: int = KEY_BYTES) -> bytes:
    """The key for `purpose` under a process's secret, which itself is used for nothing else.

    Raises:
        ValueError: the secret is missing or malformed.
    """
    return HKDF(SHA256(), length, salt=None, info=purpose.encode()).derive(_bytes_of(secret))


class Sealer:
    """Seals and opens values of one purpose."""

    def __init__(self, secret: SecretStr, purpose: str) -> None:
        self._cipher = AESGCM(derived_key(secret, purpose))
        self._key_id = derived_key(secret, f"{purpose}.id", length=_KEY_ID_BYTES)

    def seal(self, plain: bytes, *about: str) -> bytes:
        """`about` names the place: table, column, row."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, bound(about))

    def open(self, sealed: bytes, *about: str) -> bytes:
        """The plain value.

        Raises:
            WrongSecret: sealed by a process with another secret.
            InvalidTag: changed, or moved here from another place.
        """
        if not sealed.startswith(self._key_id):
            raise WrongSecret
        nonce = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        return self._cipher.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], bound(about))


def _bytes_of(secret: SecretStr) -> bytes:
    try:
        whole = bytes.fromhex(secret.get_secret_value())
    except ValueError:
        whole = b""
    if len(whole) != SECRET_BYTES:
        raise ValueError(f"BANK_SECRET must be {2 * SECRET_BYTES} hexadecimal digits")
    return whole


def bound(about: tuple[str, ...]) -> bytes:
    """The parts with their lengths, so that no two places read the same."""
    parts = [part.encode() for part in about]
    return b"".join(len(part).to_bytes(2) + part for part in parts)
