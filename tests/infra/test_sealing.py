"""Values that only their own process, purpose and place can open."""

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from infra.data.sealing import Sealer, WrongSecret, derived_key

SECRET, OTHER = SecretStr("5e" * 32), SecretStr("a5" * 32)
SEALER = Sealer(SECRET, "auth.seal")


def test_a_sealed_value_opens_in_its_own_place_only() -> None:
    sealed = SEALER.seal(b"private", "signing_keys", "sealed_private_key", "a")

    assert b"private" not in sealed
    assert SEALER.open(sealed, "signing_keys", "sealed_private_key", "a") == b"private"
    with pytest.raises(InvalidTag):
        SEALER.open(sealed, "signing_keys", "sealed_private_key", "b")
    with pytest.raises(InvalidTag):
        SEALER.open(sealed, "signing_keyss", "ealed_private_key", "a")


def test_a_value_that_was_changed_does_not_open() -> None:
    sealed = SEALER.seal(b"private", "here")

    with pytest.raises(InvalidTag):
        SEALER.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "here")


@pytest.mark.parametrize(
    "other",
    [Sealer(OTHER, "auth.seal"), Sealer(SECRET, "customer.seal")],
    ids=["secret", "purpose"],
)
def test_a_value_sealed_under_another_key_is_named_as_such(other: Sealer) -> None:
    with pytest.raises(WrongSecret):
        other.open(SEALER.seal(b"private", "here"), "here")


def test_a_key_follows_from_secret_and_purpose() -> None:
    key = derived_key(SECRET, "one")

    assert key == derived_key(SECRET, "one")
    assert len({key, derived_key(SECRET, "two"), derived_key(OTHER, "one")}) == 3


@pytest.mark.parametrize("secret", ["", "5e" * 31, "5e" * 33, "not hexadecimal" * 8])
def test_without_a_whole_secret_there_is_no_key(secret: str) -> None:
    with pytest.raises(ValueError, match="BANK_SECRET must be 64 hexadecimal digits"):
        Sealer(SecretStr(secret), "auth.seal")
