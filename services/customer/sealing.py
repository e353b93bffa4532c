"""Identity numbers at rest: sealed with AES-256-GCM, found again by a keyed digest.

All keys are derived from BANK_SECRET, one for each purpose. A sealed value is
`key id (4 bytes) | nonce (12) | ciphertext and tag`, bound to its table, column and customer, so
that a value copied to another customer's row does not open. The digest has a key of its own: an
Aadhaar number has so few digits that whoever could compute a plain hash could try them all.
"""

import hmac
import os
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infra.settings import Settings

SECRET_BYTES = 32
_TABLE = "customers"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class WrongSecret(Exception):
    """The value was sealed under another BANK_SECRET than this process has."""


class Vault:
    def __init__(self, secret: bytes) -> None:
        """`secret` is the process's own; nothing but keys derived from it is used."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"BANK_SECRET must be {2 * SECRET_BYTES} hexadecimal digits")
        self._cipher = AESGCM(_derive(secret, b"customer.seal", length=32))
        self._key_id = _derive(secret, b"customer.seal.id", length=_KEY_ID_BYTES)
        self._index_key = _derive(secret, b"customer.blind-index", length=32)

    def seal(self, plain: str, column: str, customer: UUID) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return (
            self._key_id
            + nonce
            + self._cipher.encrypt(nonce, plain.encode(), _bound(column, customer))
        )

    def open(self, sealed: bytes, column: str, customer: UUID) -> str:
        """The plain value.

        Raises:
            WrongSecret: sealed by a process with another secret.
            InvalidTag: changed, or moved here from another column or customer.
        """
        if not sealed.startswith(self._key_id):
            raise WrongSecret
        nonce = sealed[_KEY_ID_BYTES : _KEY_ID_BYTES + _NONCE_BYTES]
        ciphertext = sealed[_KEY_ID_BYTES + _NONCE_BYTES :]
        return self._cipher.decrypt(nonce, ciphertext, _bound(column, customer)).decode()

    def digest(self, plain: str, column: str) -> bytes:
        """Equal for equal values of a column: what uniqueness is judged by."""
        return hmac.digest(self._index_key, f"{_TABLE}.{column}:{plain}".encode(), "sha256")


@cache
def vault() -> Vault:
    """This process's vault."""
    return Vault(bytes.fromhex(Settings().secret.get_secret_value()))


def _derive(secret: bytes, purpose: bytes, *, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(secret)


def _bound(column: str, customer: UUID) -> bytes:
    # The names are ours and have no dot in them, so no two places read the same.
    return f"{_TABLE}.{column}.{customer}".encode()
