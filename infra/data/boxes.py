"""Texts that travel sealed for one service: the broker's disks keep the message and cannot read it.

A box is `key id (4 bytes) | one-time public key (32) | ciphertext and tag` in base64url: X25519,
HKDF-SHA256 and ChaCha20-Poly1305. The one-time key is not random: it follows from the sender's
secret, the place and the text. So a message that is repeated is equal to the byte and its owner's
inbox knows it again, while one text in two places makes two boxes. That is why this is not HPKE,
whose library chooses the one-time key itself.
"""

import hmac
from base64 import urlsafe_b64decode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from infra.data.sealing import KEY_BYTES, WrongSecret, bound, derived_key
from infra.data.texts import text_of

_KEY_ID_BYTES = 4
_HEAD_BYTES = _KEY_ID_BYTES + KEY_BYTES
_NONCE = bytes(12)  # never used twice, because no key is


class BoxMaker:
    """Seals texts for whoever's public key it is given."""

    def __init__(self, secret: SecretStr, purpose: str) -> None:
        self._key = derived_key(secret, purpose)

    def seal(self, text: str, public_key: str, *about: str) -> str:
        """`about` names the place: message and field. Equal for equal arguments."""
        owner = _decoded(public_key)
        seed = hmac.digest(self._key, owner + bound((*about, text)), "sha256")
        once = X25519PrivateKey.from_private_bytes(seed)
        shared = once.exchange(X25519PublicKey.from_public_bytes(owner))
        head = _key_id(owner) + once.public_key().public_bytes_raw()
        sealed = _cipher(shared, head, owner).encrypt(_NONCE, text.encode(), bound(about))
        return text_of(head + sealed)


class BoxKey:
    """Opens what was sealed for its public key; the private one never leaves the process."""

    def __init__(self, secret: SecretStr, purpose: str) -> None:
        self._private = X25519PrivateKey.from_private_bytes(derived_key(secret, purpose))
        self._public = self._private.public_key().public_bytes_raw()

    @property
    def public_key(self) -> str:
        """32 bytes in base64url; anybody may know it."""
        return text_of(self._public)

    def open(self, box: str, *about: str) -> str:
        """The text.

        Raises:
            WrongSecret: sealed for another key.
            InvalidTag: changed, cut short, or moved here from another place.
        """
        whole = _decoded(box)
        head, sealed = whole[:_HEAD_BYTES], whole[_HEAD_BYTES:]
        if not head.startswith(_key_id(self._public)):
            raise WrongSecret
        try:
            once = X25519PublicKey.from_public_bytes(head[_KEY_ID_BYTES:])
            shared = self._private.exchange(once)
        except ValueError as error:  # no point of the curve, or one that gives everything away
            raise InvalidTag from error
        return _cipher(shared, head, self._public).decrypt(_NONCE, sealed, bound(about)).decode()


def _cipher(shared: bytes, head: bytes, owner: bytes) -> ChaCha20Poly1305:
    """Under a key that both public keys are part of."""
    info = b"bank.box" + head + owner
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(shared))


def _key_id(public: bytes) -> bytes:
    return sha256(public).digest()[:_KEY_ID_BYTES]


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
