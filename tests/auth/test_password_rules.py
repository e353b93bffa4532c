import pytest

from services.auth.domain.passwords import (
    LENGTH_MAX,
    SamePassword,
    WeakPassword,
    normal,
    require_different,
    require_strong,
)
from services.auth.passwords import common_passwords
from tests.auth.world import SPELLINGS_OF_COMMON_ONES

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
    *SPELLINGS_OF_COMMON_ONES,
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


@pytest.mark.parametrize("password", ["asha rao 2026", "\u0410SHA.R\u0410O 26", "\uff41sha.rao 26"])
def test_the_username_is_found_in_every_spelling(password: str) -> None:
    with pytest.raises(WeakPassword, match="username"):
        require_strong(password, "asha.rao", common_passwords())


def test_a_name_of_signs_alone_is_not_found_everywhere() -> None:
    require_strong("plain sailing 47", "...", common_passwords())


def test_a_password_is_no_longer_than_what_is_hashed() -> None:
    grows = "\ufdfa" * 9  # a ligature that stands for 18 characters

    assert len(normal(grows)) > LENGTH_MAX
    with pytest.raises(WeakPassword, match="at most 128"):
        require_strong(grows, "asha.rao", common_passwords())


@pytest.mark.parametrize("new", ["Zug um Zug 47é", "Zug um Zug 47e\u0301", "\uff3aug um Zug 47é"])
def test_a_new_password_differs_from_the_old_one_however_it_is_typed(new: str) -> None:
    with pytest.raises(SamePassword):
        require_different(new, "Zug um Zug 47é")


def test_a_refusal_says_what_to_do_better() -> None:
    with pytest.raises(WeakPassword, match="at least 8 characters") as refusal:
        require_strong("short7!", "asha.rao", common_passwords())

    assert refusal.value.code == "weak-password"


def test_the_list_holds_hundreds_of_words_in_lower_case() -> None:
    listed = common_passwords()

    assert len(listed) > 500
    assert all(word == word.casefold() for word in listed)
