from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from infra.data.sealing import WrongSecret
from services.customer.domain.identity import (
    InvalidAadhaar,
    InvalidPan,
    checked_aadhaar,
    checked_pan,
    masked,
)
from services.customer.sealing import Vault
from tests.customer.world import AADHAAR, PAN

VAULT, OTHER = (Vault(SecretStr(digits * 32)) for digits in ("5e", "a5"))
ASHA, BINA = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("text", ["ABCPE1234F", " abcpe1234f ", "ABCPE 1234 F"])
def test_a_pan_is_taken_as_people_write_it(text: str) -> None:
    assert checked_pan(text) == PAN


@pytest.mark.parametrize(
    "text",
    ["", "ABCPE1234", "ABCPE12345", "1BCPE1234F", "ABCPE0000F", "ABCDE1234F", "ABCCE1234F", "٣"],
    ids=["empty", "short", "digit last", "digit first", "serial 0", "no type D", "company", "٣"],
)
def test_what_is_not_the_pan_of_a_person_is_refused(text: str) -> None:
    with pytest.raises(InvalidPan):
        checked_pan(text)


@pytest.mark.parametrize("text", ["234123412346", "2341 2341 2346", "2341-2341-2346"])
def test_an_aadhaar_is_taken_as_people_write_it(text: str) -> None:
    assert checked_aadhaar(text) == AADHAAR


@pytest.mark.parametrize("text", ["", "23412341234", "134123412346", "034123412346", "abc"])
def test_what_cannot_be_an_aadhaar_is_refused(text: str) -> None:
    with pytest.raises(InvalidAadhaar):
        checked_aadhaar(text)


@given(st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_of_an_aadhaar_is_always_noticed(place: int, step: int) -> None:
    digit = (int(AADHAAR[place]) + step) % 10

    with pytest.raises(InvalidAadhaar):
        checked_aadhaar(f"{AADHAAR[:place]}{digit}{AADHAAR[place + 1 :]}")


@given(st.integers(0, 10))
def test_two_neighbouring_digits_changed_about_are_always_noticed(place: int) -> None:
    if AADHAAR[place] == AADHAAR[place + 1]:
        return
    swapped = AADHAAR[:place] + AADHAAR[place + 1] + AADHAAR[place] + AADHAAR[place + 2 :]

    with pytest.raises(InvalidAadhaar):
        checked_aadhaar(swapped)


def test_people_see_the_last_four_characters_only() -> None:
    assert masked(PAN) == "XXXXXX234F"
    assert masked(AADHAAR) == "XXXXXXXX2346"


def test_a_sealed_number_opens_for_its_own_customer_and_column_only() -> None:
    sealed = VAULT.seal(PAN, "pan_sealed", ASHA)

    assert PAN.encode() not in sealed
    assert VAULT.open(sealed, "pan_sealed", ASHA) == PAN
    with pytest.raises(InvalidTag):
        VAULT.open(sealed, "pan_sealed", BINA)
    with pytest.raises(InvalidTag):
        VAULT.open(sealed, "aadhaar_sealed", ASHA)
    with pytest.raises(WrongSecret):
        OTHER.open(sealed, "pan_sealed", ASHA)


def test_the_same_number_is_sealed_differently_each_time() -> None:
    assert VAULT.seal(PAN, "pan_sealed", ASHA) != VAULT.seal(PAN, "pan_sealed", ASHA)


def test_the_digest_of_a_number_tells_nothing_without_the_key() -> None:
    digest = VAULT.digest(AADHAAR, "aadhaar_sealed")

    assert len(digest) == 32
    assert digest == VAULT.digest(AADHAAR, "aadhaar_sealed")
    assert digest != OTHER.digest(AADHAAR, "aadhaar_sealed")
    assert digest != VAULT.digest(AADHAAR, "pan_sealed")


def test_a_process_without_a_full_secret_does_not_start() -> None:
    with pytest.raises(ValueError, match="BANK_SECRET must be 64 hexadecimal digits"):
        Vault(SecretStr(""))
