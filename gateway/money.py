"""Money over HTTP: decimal text outside, minor units in messages, floats nowhere."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from contracts.envelope import DomainError, FieldError
from contracts.money import (
    DEFAULT_CURRENCY,
    Currency,
    InvalidAmount,
    Money,
    Whole,
    format_minor,
    parse_amount,
)
from gateway.exact_json import NumberText
from gateway.problems import INVALID_AMOUNT, Problem

_PLAIN = re.compile(r"[0-9]{1,20}(\.[0-9]{1,10})?")
_WORDS = "A plain decimal number, as text or as a JSON number, without sign or exponent."


def _plain_text(value: Any) -> str:
    """The number as it was written; `True` is an int to Python and no amount to us."""
    if isinstance(value, NumberText):
        value = value.text
    elif isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise PydanticCustomError(INVALID_AMOUNT, _WORDS)
    return value


Amount = Annotated[
    str,
    BeforeValidator(_plain_text),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": rf"^{_PLAIN.pattern}$"}, {"type": "number"}],
            "x-unit": "A positive decimal number with at most the decimals of its currency.",
        }
    ),
]
MONEY = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^-?[0-9]+(\.[0-9]+)?$",
        "examples": ["1500.00"],
        "x-unit": "Decimal text with all decimals of its currency.",
    }
)
MoneyText = Annotated[str, MONEY]  # what gateway.telling writes minor units as


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(_plain_text(value))
    except PydanticCustomError as error:
        raise PydanticCustomError("invalid_number", _WORDS) from error


ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": rf"^{_PLAIN.pattern}$"}, {"type": "number"}]}
    ),
]


def minor_units(text: str, currency: Currency, pointer: str = "/amount") -> int:
    """`minor_units("10.50", INR) == 1050`.

    Raises:
        Problem: 422 `invalid-amount`: zero, too large, or more decimals than the currency has.
    """
    try:
        if len(text.partition(".")[2]) > currency.scale:
            raise InvalidAmount(f"{currency} has {currency.scale} decimals.")
        return parse_amount(text, currency)
    except InvalidAmount as error:
        raise _at(error, pointer) from error


def minor_units_or_zero(text: str, currency: Currency, pointer: str) -> int:
    """The same for what may be nothing: an initial deposit, an overdraft limit."""
    if Decimal(text) == 0 and len(text.partition(".")[2]) <= currency.scale:
        return 0
    return minor_units(text, currency, pointer)


def money(text: str, currency: Currency) -> Money:
    return Money(minor=minor_units(text, currency), currency=currency)


def part_or_whole(text: str | None, currency: Currency | None) -> Money | Whole | None:
    """An amount, or all there is; a currency that is named counts for either."""
    if text is not None:
        return money(text, currency or DEFAULT_CURRENCY)
    return None if currency is None else Whole(currency=currency)


def _at(error: DomainError, pointer: str) -> Problem:
    return Problem(
        422, error.code, str(error), errors=[FieldError(pointer=pointer, detail=str(error))]
    )


def as_sent(body: dict[str, Any]) -> dict[str, Any]:
    """The JSON of a command with its amounts as a caller writes them: decimal text, and beside it
    the currency."""
    shown: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict) and "currency" in value:  # Money, or Whole, which has no amount
            shown[name] = _text(value.get("minor"), value["currency"])
            shown["currency"] = value["currency"]
        elif name.endswith("_minor"):
            shown[name.removesuffix("_minor")] = _text(value, body["currency"])
        else:
            shown[name] = value
    return shown


def _text(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_minor(minor, Currency(currency))


def rate_text(rate: Decimal | None) -> str | None:
    """A percentage as it is told, with the decimals that it has."""
    return None if rate is None else f"{rate:f}"
