"""Repaying a principal in equal instalments, each of interest and principal.

The declining-balance annuity: the bank lends what all instalments are worth today,
P = Σ E / (1 + i)^k for k = 1 … n, hence E = P·i / (1 - (1 + i)^-n), and E = P / n when i = 0.
Interest of a period is what is still owed times i. The rules on rounding are those of Apache
Fineract, whose published schedules are this module's tests: E to the instalment multiple,
interest to the minor unit, and whatever rounding leaves over into the last instalment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.rounding import round_half_up


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment's division; `balance_minor` is what is owed after it."""

    principal_minor: int
    interest_minor: int
    balance_minor: int

    @property
    def due_minor(self) -> int:
        return self.principal_minor + self.interest_minor


def equal_instalment(
    principal_minor: int, rate: Fraction, count: int, *, multiple_minor: int
) -> int:
    """E of the formula above at `rate` per period, rounded to the nearest multiple.

    Raises:
        UnsupportedTerms: rounded so, an instalment would not exceed the first period's interest,
            and the loan would never be repaid by equal instalments.
    """
    annuity = rate / (1 - (1 + rate) ** -count) if rate else Fraction(1, count)
    instalment = round_half_up(principal_minor * annuity, multiple_minor)
    if instalment <= round_half_up(principal_minor * rate):
        raise UnsupportedTerms(
            "The instalment, rounded to its multiple, would not repay any principal."
        )
    return instalment


def amortise(
    principal_minor: int, rate: Fraction, count: int, *, instalment_minor: int
) -> Iterator[Part]:
    """The parts of at most `count` instalments; the last one repays all that is left.

    There are fewer than `count` when rounding the instalment up repays the principal sooner.
    """
    balance = principal_minor
    for number in range(1, count + 1):
        interest = round_half_up(balance * rate)
        is_last = number == count or balance + interest <= instalment_minor
        principal = balance if is_last else instalment_minor - interest
        balance -= principal
        yield Part(principal, interest, balance)
        if not balance:
            return
