"""Exact numbers to whole ones: to the nearest, and of two the even one, as published schedules do.

Such ties do occur: 1 250.00 bear 15.625 in a month of 15 % a year, which is 15.62.
"""

from fractions import Fraction


def rounded(number: Fraction, multiple: int = 1) -> int:
    """The multiple of `multiple` that is nearest to a number.

    `rounded(Fraction(15625, 10)) == 1562`, `rounded(Fraction(304), 100) == 300`.
    """
    return rounded_ratio(number.numerator, number.denominator, multiple)


def rounded_ratio(numerator: int, denominator: int, multiple: int = 1) -> int:
    """The same for a ratio that is not in its lowest terms, which would take time to find."""
    denominator *= multiple
    whole, rest = divmod(numerator, denominator)
    is_up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return (whole + is_up) * multiple
