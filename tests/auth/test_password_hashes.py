import bcrypt
import pytest
from pydantic import SecretStr

from services.auth.passwords import NOBODYS_HASH, hash_password, verify

RIGHT = SecretStr("plain sailing 47")
WRONG = SecretStr("plain sailing 48")


async def test_a_hash_is_argon2id_and_differs_each_time() -> None:
    first, second = await hash_password(RIGHT), await hash_password(RIGHT)

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert (await verify(RIGHT, first)).is_right
    assert not (await verify(WRONG, first)).is_right


async def test_an_old_bcrypt_hash_is_read_and_comes_back_as_argon2id() -> None:
    old = bcrypt.hashpw(b"plain sailing 47", bcrypt.gensalt(4)).decode()

    verdict = await verify(RIGHT, old)

    assert verdict.is_right
    assert verdict.upgraded_hash is not None
    assert verdict.upgraded_hash.startswith("$argon2id$")
    assert (await verify(RIGHT, verdict.upgraded_hash)).is_right


async def test_a_present_hash_is_not_replaced() -> None:
    verdict = await verify(RIGHT, await hash_password(RIGHT))

    assert verdict.upgraded_hash is None


@pytest.mark.parametrize("password", ["x" * 100, "é" * 64, "nul\0byte"])
async def test_what_bcrypt_cannot_hash_is_wrong_and_no_error(password: str) -> None:
    old = bcrypt.hashpw(b"plain sailing 47", bcrypt.gensalt(4)).decode()

    assert not (await verify(SecretStr(password), old)).is_right


async def test_nobody_has_no_password_not_even_the_one_he_is_compared_with() -> None:
    assert not (await verify(SecretStr("nobody has this password"), None)).is_right


async def test_an_unknown_user_costs_as_much_as_a_known_one() -> None:
    fresh = await hash_password(RIGHT)

    assert NOBODYS_HASH.split("$")[:4] == fresh.split("$")[:4]
    assert len(NOBODYS_HASH) == len(fresh)


async def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    composed, decomposed = SecretStr("caf\u00e9 au lait"), SecretStr("cafe\u0301 au lait")

    assert (await verify(decomposed, await hash_password(composed))).is_right
