"""Amounts over HTTP: exact, positive, at the currency's scale, or refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.money import MINOR_MAX, Currency, format_minor
from gateway.exact_json import parse_object
from gateway.money import Amount, minor_units, minor_units_or_zero
from gateway.problems import Problem

AMOUNTS: TypeAdapter[str] = TypeAdapter(Amount)
CURRENCIES = st.sampled_from(Currency)
MINORS = st.integers(1, MINOR_MAX)


def read(literal: str, currency: Currency = Currency.INR) -> int:
    """Minor units of the JSON literal, by the way a request goes."""
    amount = parse_object(f'{{"amount": {literal}}}'.encode())["amount"]
    return minor_units(AMOUNTS.validate_python(amount), currency)


@given(MINORS, CURRENCIES)
def test_an_amount_comes_back_as_it_went_out(minor: int, currency: Currency) -> None:
    assert read(json.dumps(format_minor(minor, currency)), currency) == minor


@given(MINORS, CURRENCIES)
def test_a_json_number_is_as_exact_as_a_text(minor: int, currency: Currency) -> None:
    assert read(format_minor(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("literal", "currency", "minor"),
    [
        ("500.00", Currency.INR, 50_000),
        ('"500.00"', Currency.INR, 50_000),
        ("500", Currency.INR, 50_000),
        ("0.1", Currency.INR, 10),
        ("9999999999999.99", Currency.INR, 999_999_999_999_999),
        ("500", Currency.JPY, 500),
        ("0.001", Currency.KWD, 1),
    ],
)
def test_plain_decimals_are_read(literal: str, currency: Currency, minor: int) -> None:
    assert read(literal, currency) == minor


@pytest.mark.parametrize(
    ("literal", "currency"),
    [
        ("0", Currency.INR),
        ("0.00", Currency.INR),
        ('"0"', Currency.INR),
        ("10.005", Currency.INR),
        ("10.500", Currency.INR),
        ("10.5", Currency.JPY),
        ("0.0001", Currency.KWD),
        ("10000000000000.01", Currency.INR),
        ("99999999999999999999", Currency.INR),
    ],
)
def test_zero_too_many_decimals_and_too_much_are_refused(literal: str, currency: Currency) -> None:
    with pytest.raises(Problem) as refused:
        read(literal, currency)

    assert (refused.value.status_code, refused.value.code) == (422, "invalid-amount")


@pytest.mark.parametrize(
    "literal",
    ["-1", "-0.5", '"-1"', "1e5", "1E5", '"1e5"', "NaN", '"NaN"', "Infinity", '"Infinity"',
     "true", "null", "[]", "{}", '""', '" 5"', '"+5"', '"5,00"', '"1_000"', '"5."', '".5"',
     '"\u0665"', '"0x10"', "1" * 40],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_no_amount(literal: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(literal)

    assert [fault["type"] for fault in refused.value.errors()] == ["invalid_amount"]


def test_an_initial_deposit_may_be_nothing() -> None:
    assert minor_units_or_zero("0.00", Currency.INR, "/initial_deposit") == 0
    assert minor_units_or_zero("10", Currency.INR, "/initial_deposit") == 1_000
    with pytest.raises(Problem):
        minor_units_or_zero("0.000", Currency.INR, "/initial_deposit")
