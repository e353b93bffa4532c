"""The annual percentage rate: twelve times the monthly internal rate of return.

The rate r at which the dues are worth, today, exactly what the borrower receives:
net = Σ due_k / (1 + r)^k. This is the figure of the Reserve Bank of India's Key Facts Statement
(circular RBI/2024-25/18, Annex B): fees kept back at disbursement lessen `net` and so raise it.

It is found by halving, among the rates that two decimals of a yearly percentage can print, and
decided in whole numbers, so neither a tolerance nor a float can turn the last digit.
"""

from collections.abc import Sequence
from decimal import Decimal

_PER_MONTH = 12 * 100 * 100  # hundredths of a percent a year in a monthly rate of 1


def annual_percentage_rate(net_minor: int, dues_minor: Sequence[int]) -> Decimal:
    """Percent a year with two decimals, for dues a month apart that add up to `net` or more."""
    surely = 0  # hundredths of a percent that the rate, rounded, reaches
    # No due comes before the first month, so all of them at once bound the rate from above.
    beyond = _PER_MONTH * (sum(dues_minor) - net_minor) // net_minor + 2
    while beyond - surely > 1:
        middle = (surely + beyond) // 2
        if _is_earned(2 * middle - 1, net_minor, dues_minor):
            surely = middle
        else:
            beyond = middle
    return Decimal(surely).scaleb(-2)


def _is_earned(rate: int, net_minor: int, dues_minor: Sequence[int]) -> bool:
    """Whether the dues repay `net` and interest on it at `rate`, in half-hundredths of a percent.

    What is owed grows by the rate and falls by each due; both sides are kept multiplied by the
    rate's denominator, once per month, to stay whole.
    """
    whole = 2 * _PER_MONTH
    owed, scale = net_minor, 1
    for due in dues_minor:
        scale *= whole
        owed = owed * (whole + rate) - due * scale
    return owed <= 0
