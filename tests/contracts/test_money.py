"""Amounts as text and as minor units: exact, bounded, and never a float."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.money import MINOR_MAX, Currency, InvalidAmount, Money, format_minor, parse_amount

amounts = st.integers(min_value=1, max_value=MINOR_MAX)
currencies = st.sampled_from(Currency)


@given(minor=amounts, currency=currencies)
def test_what_is_written_is_read_back(minor: int, currency: Currency) -> None:
    assert parse_amount(format_minor(minor, currency), currency) == minor


@given(minor=st.integers(-MINOR_MAX, MINOR_MAX), currency=currencies)
def test_an_answer_always_shows_the_scale_of_its_currency(minor: int, currency: Currency) -> None:
    text = format_minor(minor, currency)

    assert len(text.partition(".")[2]) == currency.scale
    assert Decimal(text).scaleb(currency.scale) == minor


@given(text=st.text(alphabet="0123456789.,-+eE_ ₹Na", max_size=34), currency=currencies)
def test_a_text_is_read_exactly_or_refused(text: str, currency: Currency) -> None:
    try:
        minor = parse_amount(text, currency)
    except InvalidAmount:
        return

    assert Decimal(text).scaleb(currency.scale) == minor
    assert 0 < minor <= MINOR_MAX


@given(minor=amounts, currency=currencies, digit=st.integers(1, 9))
def test_more_decimals_than_the_currency_has_are_refused(
    minor: int, currency: Currency, digit: int
) -> None:
    text = format_minor(minor, currency)
    assume(len(text) < 30)
    finer = f"{text}{digit}" if currency.scale else f"{text}.{digit}"

    with pytest.raises(InvalidAmount):
        parse_amount(finer, currency)


@pytest.mark.parametrize(
    "text",
    ["", ".", "0", "0.00", "-1", "+1", "1e3", "NaN", "Infinity", "1,000", "1_000", " 1", "1 ",
     "१", "²", "1.2.3", "10000000000000.01", "0" * 40],
)  # fmt: skip
def test_nothing_but_a_plain_positive_amount_is_accepted(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(text, Currency.INR)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("500", Currency.INR, 50_000),
        ("500.00", Currency.INR, 50_000),
        (".5", Currency.INR, 50),
        ("10000000000000.00", Currency.INR, MINOR_MAX),
        ("7", Currency.JPY, 7),
        ("1.234", Currency.KWD, 1_234),
    ],
)
def test_an_amount_counts_in_minor_units_of_its_currency(
    text: str, currency: Currency, minor: int
) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize("minor", [0, -1, MINOR_MAX + 1, 1.0, "1", True, Decimal(1)])
def test_money_is_a_positive_bounded_integer_and_nothing_that_looks_like_one(
    minor: object,
) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"minor": minor})


def test_money_cannot_be_changed_after_the_fact() -> None:
    money = Money(minor=100)

    with pytest.raises(ValidationError):
        money.minor = 200  # type: ignore[misc]
