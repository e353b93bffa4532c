"""The one rounding of loans."""

from fractions import Fraction

import pytest

from services.loan.domain.rounding import round_half_up


@pytest.mark.parametrize(
    ("number", "multiple", "rounded"),
    [
        (Fraction(5, 2), 1, 3),
        (Fraction(3, 2), 1, 2),
        (Fraction(4_487_45, 10_000), 1, 45),
        (Fraction(304_91), 100, 305_00),
        (Fraction(304_50), 100, 305_00),
        (Fraction(304_49), 100, 304_00),
        (Fraction(0), 100, 0),
    ],
)
def test_the_nearest_and_of_two_the_greater(number: Fraction, multiple: int, rounded: int) -> None:
    assert round_half_up(number, multiple) == rounded
