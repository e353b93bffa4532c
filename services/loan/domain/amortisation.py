"""The equal instalment: the bank lends what all instalments are worth on the day of lending.

With f_k the factor of period k, each instalment E repays P = Σ E / Π (1 + f_j), j = 1 … k. So
E = P · Π (1 + f_k) / F_n, where F_1 = 1 and F_k = 1 + F_(k-1) · (1 + f_k); where all factors are
the same i, that is P · i / (1 - (1 + i)^-n), and P / n where there is no interest. A balloon B that
is left to the last instalment comes off P · Π (1 + f_k). The rules on rounding are those of Apache
Fineract, whose published schedules are this module's tests: E to the instalment multiple, interest
to the minor unit, and whatever rounding leaves over into the last instalment.
"""

from collections.abc import Sequence
from fractions import Fraction

from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import rounded_ratio

REPAYS_NOTHING = "The instalment, rounded to its multiple, would not repay any principal."


def equal_instalment(
    principal_minor: int,
    rate: Fraction,
    count: int,
    *,
    multiple_minor: int,
    balloon_minor: int = 0,
) -> int:
    """E of the formula above at `rate` in each of `count` periods.

    Raises:
        UnsupportedTerms: rounded so, an instalment would not exceed the least interest of a period,
            and the loan would never be repaid by equal instalments.
    """
    return instalment_by_factors(
        principal_minor,
        [rate.numerator] * count,
        rate.denominator,
        multiple_minor=multiple_minor,
        balloon_minor=balloon_minor,
    )


def instalment_by_factors(
    principal_minor: int,
    factors: Sequence[int],
    scale: int,
    *,
    multiple_minor: int,
    balloon_minor: int = 0,
) -> int:
    """E of the formula above with each period's own factor, a whole number over `scale`.

    Raises:
        UnsupportedTerms: as above.
    """
    grown, worth, unit = 1, 0, 1  # Π (1 + f_k), F_k · scale^(k - 1), and scale^k
    for factor in factors:
        grown *= scale + factor
        worth = worth * (scale + factor) + unit
        unit *= scale
    instalment = rounded_ratio(
        principal_minor * grown - balloon_minor * unit, scale * worth, multiple_minor
    )
    if instalment <= rounded_ratio(principal_minor * min(factors), scale):
        raise UnsupportedTerms(REPAYS_NOTHING)
    return instalment
