"""A listed name is found however it is written, and not in names that are merely near it."""

import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payment.domain.screening import HITS_MAX, NameList, key_of

ONE = UUID(int=1)
WORD = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=3, max_size=12)
FOREIGN = st.text(
    st.characters(categories=("Lu", "Ll", "Lt", "Lm", "Lo", "Nd")), min_size=1, max_size=12
)
ACCENTS = st.sampled_from("\u0300\u0301\u0302\u0303\u0308\u030a\u030c")
BETWEEN = st.sampled_from([" ", "  ", ", ", "-", " . ", "/"])


def score(listed: str, name: str) -> int:
    """How alike they are; 0: below what any rule may ask for."""
    return next((match.score for match in NameList([(ONE, listed)], 50).search(name)), 0)


@given(st.lists(WORD, min_size=1, max_size=5).flatmap(st.permutations), st.data())
def test_a_name_is_itself_in_any_order_case_and_accents(
    words: list[str], data: st.DataObject
) -> None:
    others = data.draw(st.permutations(words))
    accented = [
        unicodedata.normalize("NFC", word + data.draw(ACCENTS))
        if data.draw(st.booleans())
        else word
        for word in others
    ]
    cased = [word.upper() if data.draw(st.booleans()) else word.title() for word in accented]
    written = data.draw(BETWEEN).join(cased)

    assert score(" ".join(words), written) == 100


@given(st.lists(FOREIGN, min_size=1, max_size=5))
def test_a_name_in_any_script_is_itself(words: list[str]) -> None:
    name = " ".join(words)

    assert score(name, name) == 100
    assert key_of(name) == key_of(" ".join(reversed(words)))


@given(st.lists(WORD, min_size=2, max_size=3, unique=True), st.lists(WORD, max_size=3))
def test_a_name_is_found_within_a_longer_one(words: list[str], more: list[str]) -> None:
    assert score(" ".join(words), " ".join([*more, *words])) == 100


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("Vladimir Testov", "Владимир Тестов"),
        ("Anna Müller-Strauß", "ANNA MUELLER STRAUSS"),
        ("Łukasz Østergård", "lukasz ostergard"),
        ("Shaun O'Brien", "Mr Shaun O\u2019Brien"),
        ("Osman Ibn Testi", "Ibn Testi, Dr. Osman"),
        ("Jonathan Testworth", "Jonathon Testworth"),
    ],
)
def test_other_spellings_are_alike(listed: str, name: str) -> None:
    assert score(listed, name) >= 90


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("Asha Rao", "Usha Rao"),
        ("Jan de Vries", "Anna de Vries"),
        ("Rao", "Asha Rao"),
        ("Asha Rao", "Rao"),
        ("Vladimir Testov", "Vladimir Tomov"),
        ("Maria Garcia Lopez", "Maria Garcia Perez"),
        ("Mr Singh", "Mr Kumar"),
    ],
)
def test_near_misses_are_not(listed: str, name: str) -> None:
    assert score(listed, name) < 90


def test_the_most_alike_spelling_of_each_name_is_told_and_of_many_names_the_first() -> None:
    two = UUID(int=2)
    found = NameList([(ONE, "Asha Raoo"), (ONE, "Asha Rao"), (two, "Asha Raau")], 70).search(
        "Asha Rao"
    )
    many = NameList([(UUID(int=number), "Asha Rao") for number in range(30)], 90).search("Asha Rao")

    assert [(match.name_id, match.spelling) for match in found] == [
        (ONE, "Asha Rao"), (two, "Asha Raau")
    ]  # fmt: skip
    assert len(many) == HITS_MAX


def test_a_name_without_letters_is_compared_as_it_stands() -> None:
    assert score("Mr", "MR") == 100
    assert score("!!!", "???") == 0
