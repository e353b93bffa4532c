"""Tokens: ES256 access tokens, the keys that sign them, and opaque refresh tokens."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_encode

from contracts.auth import TOKEN_TYPE
from services.auth.sealing import sealer

ALGORITHM = "ES256"
REFRESH_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key as stored: the public part to be told, the private part sealed."""

    kid: str
    public_jwk: dict[str, str]
    sealed_private_key: bytes


def new_signing_key() -> SigningKey:
    private_key = ec.generate_private_key(ec.SECP256R1())
    public = ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    kid = _thumbprint(public)
    plain = private_key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return SigningKey(
        kid=kid,
        public_jwk={**public, "kid": kid, "use": "sig", "alg": ALGORITHM},
        sealed_private_key=sealer().seal(plain, "signing_keys", "sealed_private_key", kid),
    )


def sign(claims: dict[str, Any], key: SigningKey) -> str:
    plain = sealer().open(key.sealed_private_key, "signing_keys", "sealed_private_key", key.kid)
    private_key = serialization.load_der_private_key(plain, password=None)
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    return jwt.encode(
        claims, private_key, algorithm=ALGORITHM, headers={"typ": TOKEN_TYPE, "kid": key.kid}
    )


def new_refresh_token() -> str:
    return secrets.token_urlsafe(REFRESH_BYTES)


def refresh_digest(token: str) -> bytes:
    """What is stored of a refresh token; it is random, so a plain hash tells nothing."""
    return sha256(token.encode()).digest()


def _thumbprint(public_jwk: dict[str, str]) -> str:
    """RFC 7638: the key's name follows from the key."""
    canonical = orjson.dumps(public_jwk, option=orjson.OPT_SORT_KEYS)
    return base64url_encode(sha256(canonical).digest()).decode()
