"""How like two names are: the one that the payer knows, and the one that the bank has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payment.payees import NameMatch
from services.payment.domain.payees import match_of

WORDS = st.lists(st.text("abcdefgh", min_size=2, max_size=8), min_size=1, max_size=4)
EXACT, CLOSE, DIFFERENT = NameMatch


@pytest.mark.parametrize(
    ("asked", "known", "match"),
    [
        ("Asha Rao", "RAO, Asha.", EXACT),
        ("Mrs \u0100sha Rao", "asha rao", EXACT),
        ("asha rao", "asha devi rao", CLOSE),
        ("a rao", "asha rao", CLOSE),
        ("asha rao", "a rao", CLOSE),
        ("asha roa", "asha rao", CLOSE),
        ("ashaa rao", "asha rao", CLOSE),
        ("asha", "asha rao", CLOSE),
        ("a r", "asha rao", DIFFERENT),
        ("a", "asha rao", DIFFERENT),
        ("asha rao", "ravi kumar", DIFFERENT),
        ("asha rao", "asha kumari", DIFFERENT),
        ("asha asha", "asha rao", DIFFERENT),
        ("...", "asha rao", DIFFERENT),
    ],
)
def test_names_are_alike_as_people_see_it(asked: str, known: str, match: NameMatch) -> None:
    assert match_of(asked, known) is match


@given(WORDS)
def test_the_order_of_words_is_never_a_difference(words: list[str]) -> None:
    assert match_of(" ".join(words), " ".join(words[::-1])) is EXACT


@given(WORDS, WORDS)
def test_only_names_of_the_same_words_are_exact(asked: list[str], known: list[str]) -> None:
    match = match_of(" ".join(asked), " ".join(known))

    assert (match is EXACT) == (sorted(asked) == sorted(known))
