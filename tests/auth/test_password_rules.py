import pytest

from services.auth.domain.passwords import WeakPassword, require_strong
from services.auth.passwords import common_passwords

STRONG = [
    "plain sailing 47",
    "correct-horse-in-mumbai",
    "Zug um Zug nach Ulm",
    "मेरी लंबी पासफ़्रेज़",
    "x7!kQ#z2",
]
WEAK = [
    "",
    "short7!",
    "password",
    "PASSWORD",
    "p@ssw0rd",
    "P@55word123!",
    "12345678",
    "1q2w3e4r5t",
    "qwertyuiop",
    "!!Welcome2026!!",
    "Sachin@1989",
    "aaaaaaaaaaaaaaaa",
    "abababababab",
]


@pytest.mark.parametrize("password", STRONG)
def test_a_long_enough_password_that_nobody_tries_first_is_taken(password: str) -> None:
    require_strong(password, "asha.rao", common_passwords())


@pytest.mark.parametrize("password", WEAK)
def test_a_short_or_well_known_password_is_refused_in_every_disguise(password: str) -> None:
    with pytest.raises(WeakPassword):
        require_strong(password, "asha.rao", common_passwords())


def test_the_username_is_no_part_of_a_password() -> None:
    with pytest.raises(WeakPassword, match="username"):
        require_strong("my-Asha.Rao-2026", "asha.rao", common_passwords())


def test_a_refusal_says_what_to_do_better() -> None:
    with pytest.raises(WeakPassword, match="at least 8 characters") as refusal:
        require_strong("short7!", "asha.rao", common_passwords())

    assert refusal.value.code == "weak-password"


def test_the_list_holds_hundreds_of_words_in_lower_case() -> None:
    listed = common_passwords()

    assert len(listed) > 500
    assert all(word == word.casefold() for word in listed)
