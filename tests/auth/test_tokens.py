import jwt
import pytest

from contracts.auth import AUDIENCE, ISSUER
from services.auth.tokens import new_refresh_token, new_signing_key, refresh_digest, sign

CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 4_000_000_000}


def test_a_token_is_read_with_the_published_key_and_says_what_it_is() -> None:
    key = new_signing_key()

    token = sign(CLAIMS, key)

    published = jwt.PyJWK(dict(key.public_jwk))
    claims = jwt.decode(token, published, algorithms=["ES256"], audience=AUDIENCE, issuer=ISSUER)
    assert claims == CLAIMS
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "at+jwt", "kid": key.kid}


def test_a_token_is_refused_under_any_other_key() -> None:
    token = sign(CLAIMS, new_signing_key())

    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            token,
            jwt.PyJWK(dict(new_signing_key().public_jwk)),
            algorithms=["ES256"],
            audience=AUDIENCE,
        )


def test_the_published_key_has_no_private_part() -> None:
    key = new_signing_key()

    assert set(key.public_jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert b"PRIVATE" not in key.sealed_private_key


def test_a_refresh_token_has_256_bits_and_only_its_digest_is_kept() -> None:
    token = new_refresh_token()

    assert len(token) == 43
    assert len(refresh_digest(token)) == 32
    assert new_refresh_token() != token
