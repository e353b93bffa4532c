"""Exact numbers to whole ones: to the nearest, a tie away from zero, as banks print amounts."""

from fractions import Fraction
from math import floor


def round_half_up(number: Fraction, multiple: int = 1) -> int:
    """The multiple of `multiple` that is nearest to a number >= 0; of two, the greater.

    `round_half_up(Fraction(305, 10)) == 31`, `round_half_up(Fraction(304), 100) == 300`.
    """
    return floor(number / multiple + Fraction(1, 2)) * multiple
