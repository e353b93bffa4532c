"""Private keys at rest: AES-256-GCM under a key derived from BANK_SECRET.

A sealed value is `key id (4 bytes) | nonce (12) | ciphertext and tag`. What it is about is bound to
it, so that a value moved to another row or column does not open.
"""

import os
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infra.settings import Settings

SECRET_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class WrongSecret(Exception):
    """The value was sealed under another BANK_SECRET than this process has."""


class Sealer:
    def __init__(self, secret: bytes) -> None:
        """`secret` is the process's own; nothing but keys derived from it is used."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"BANK_SECRET must be {2 * SECRET_BYTES} hexadecimal digits")
        self._cipher = AESGCM(_derive(secret, b"auth.seal", length=32))
        self._key_id = _derive(secret, b"auth.seal.id", length=_KEY_ID_BYTES)

    def seal(self, plain: bytes, *about: str) -> bytes:
        """`about` names the place: table, column, row."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, _bound(about))

    def open(self, sealed: bytes, *about: str) -> bytes:
        """The plain value.

        Raises:
            WrongSecret: sealed by a process with another secret.
            InvalidTag: changed, or moved here from another place.
        """
        if not sealed.startswith(self._key_id):
            raise WrongSecret
        nonce = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        return self._cipher.decrypt(nonce, sealed[_KEY_ID_BYTES + _NONCE_BYTES :], _bound(about))


@cache
def sealer() -> Sealer:
    """This process's sealer."""
    return Sealer(bytes.fromhex(Settings().secret.get_secret_value()))


def _derive(secret: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def _bound(about: tuple[str, ...]) -> bytes:
    """The parts with their lengths, so that no two places read the same."""
    parts = [part.encode() for part in about]
    return b"".join(len(part).to_bytes(2) + part for part in parts)
