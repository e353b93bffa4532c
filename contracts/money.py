"""Money as the bank counts it: an integer number of minor units and a currency, never a float."""

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Annotated

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, Field

from contracts.envelope import DomainError, Kind

MINOR_MAX = 10**15  # largest amount of one instruction, in minor units


class Currency(StrEnum):
    """The ISO 4217 currencies the bank keeps accounts in."""

    AED = "AED"
    BHD = "BHD"
    EUR = "EUR"
    GBP = "GBP"
    INR = "INR"
    JPY = "JPY"
    KWD = "KWD"
    SGD = "SGD"
    USD = "USD"

    @property
    def scale(self) -> int:
        """Decimal places: 2 for INR, 0 for JPY, 3 for KWD (CLDR, by way of babel)."""
        return _scale(self.value)


# Asked for several times in every answer; babel looks it up anew each time.
_scale = cache(get_currency_precision)

DEFAULT_CURRENCY = Currency.INR


class CurrencyMismatch(DomainError):
    """The amount's currency is not the currency of the account."""


class InvalidAmount(DomainError):
    """The amount is not a positive decimal number that its currency can express."""

    kind = Kind.REFUSED


class Money(BaseModel):
    """`Money(minor=1050, currency=INR)` is INR 10.50; an instruction's amount is positive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minor: Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
    currency: Currency = DEFAULT_CURRENCY


class Whole(BaseModel):
    """All that there is of something, which its sender takes to be of this currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: Currency


def parse_amount(text: str, currency: Currency) -> int:
    """Minor units of a plain decimal text: `parse_amount("10.5", INR) == 1050`.

    Raises:
        InvalidAmount: not plain ASCII digits with at most one point, not positive, more decimals
            than the currency has, or more than MINOR_MAX minor units.
    """
    if len(text) > 32 or not text.isascii() or not text.replace(".", "", 1).isdigit():
        raise InvalidAmount
    try:
        minor = Decimal(text).scaleb(currency.scale)
    except InvalidOperation as error:
        raise InvalidAmount from error
    if minor != minor.to_integral_value() or not 0 < minor <= MINOR_MAX:
        raise InvalidAmount
    return int(minor)


def format_minor(minor: int, currency: Currency) -> str:
    """Decimal text at the currency's scale: `format_minor(150000, INR) == "1500.00"`."""
    scale = currency.scale
    return f"{Decimal(minor).scaleb(-scale):.{scale}f}"
