"""The one rounding of loans."""

from fractions import Fraction

import pytest

from services.loan.domain.rounding import rounded


@pytest.mark.parametrize(
    ("number", "multiple", "nearest"),
    [
        (Fraction(15_625, 10), 1, 15_62),
        (Fraction(5, 2), 1, 2),
        (Fraction(3, 2), 1, 2),
        (Fraction(4_487_45, 10_000), 1, 45),
        (Fraction(304_91), 100, 305_00),
        (Fraction(304_50), 100, 304_00),
        (Fraction(305_50), 100, 306_00),
        (Fraction(304_49), 100, 304_00),
        (Fraction(0), 100, 0),
    ],
)
def test_the_nearest_and_of_two_the_even_one(number: Fraction, multiple: int, nearest: int) -> None:
    assert rounded(number, multiple) == nearest
