"""The annual percentage rate: the internal rate of return of a period, times the periods a year.

The rate r at which the dues are worth, on the first day, exactly what the borrower receives:
net = Σ flow / (1 + r)^t, with t in periods. This is the figure of the Reserve Bank of India's Key
Facts Statement (circular RBI/2024-25/18, Annex B), 12 x the monthly rate: fees kept back at
disbursement lessen `net` and so raise it.

It is found by halving, among the rates that two decimals of a yearly percentage can print: at the
rate just between two of them something is left to pay or not. That is computed to 60 digits, and
where this leaves a doubt, in whole numbers; so neither a tolerance nor a float can turn the last
digit. Only (1 + r)^t of a broken t, which is no fraction, is left to the 60 digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from services.loan.domain.refusals import UnsupportedTerms

_HUNDREDTHS = 100 * 100  # of a percent, in a rate of 1
_APR_MAX = 10**24  # hundredths of a percent: whole periods never reach it, a day can
_DIGITS = Context(prec=60)
_DOUBT = Decimal("1e-40")  # of all that grows: six hundred roundings of 60 digits are far less


@dataclass(frozen=True, slots=True)
class Flow:
    """What the borrower pays, or with a minus receives, so many periods after the first day."""

    periods: Fraction
    amount_minor: int


def annual_percentage_rate(
    net_minor: int, dues_minor: Sequence[int], periods_in_year: int = 12
) -> Decimal:
    """Percent a year with two decimals, for dues a period apart that add up to `net` or more."""
    dues = [Flow(Fraction(number), due) for number, due in enumerate(dues_minor, start=1)]
    return rate_of_flows(net_minor, dues, Fraction(periods_in_year))


def rate_of_flows(net_minor: int, flows: Sequence[Flow], periods_in_year: Fraction) -> Decimal:
    """The same for flows in the order of their times; with `net` they add up to 0 or more.

    Raises:
        UnsupportedTerms: the cost is beyond any rate that makes sense.
    """
    surely, beyond = 0, 2  # hundredths of a percent that the rate, rounded, reaches
    course = _course(net_minor, flows, periods_in_year)
    while course.is_earned(2 * beyond - 1):
        surely, beyond = beyond, 2 * beyond
        if beyond > _APR_MAX:
            raise UnsupportedTerms("The yearly cost is beyond any percentage.")
    while beyond - surely > 1:
        middle = (surely + beyond) // 2
        if course.is_earned(2 * middle - 1):
            surely = middle
        else:
            beyond = middle
    return Decimal(surely).scaleb(-2)


@dataclass(frozen=True, slots=True)
class _Course:
    """What is received and paid, made ready to be looked at under one rate after another."""

    net_minor: int
    periods_in_year: Fraction
    gaps: tuple[Fraction, ...]  # between flows, each length once
    moves: tuple[tuple[int, int], ...]  # the place of the gap before a flow, and its amount

    def is_earned(self, rate: int) -> bool:
        """Whether all is repaid with interest at `rate`, in half-hundredths of a percent."""
        grown = _decimal(1 + rate / (2 * _HUNDREDTHS * self.periods_in_year))
        powers = [_power(grown, gap) for gap in self.gaps]
        multiply, subtract = _DIGITS.multiply, _DIGITS.subtract
        owed = whole = Decimal(self.net_minor)
        for gap, amount in self.moves:
            owed = subtract(multiply(owed, powers[gap]), amount)
            whole = multiply(whole, powers[gap])
        is_doubtful = abs(owed) < multiply(whole, _DOUBT)
        if is_doubtful and all(gap.denominator == 1 for gap in self.gaps):
            return self._is_earned_exactly(rate)
        return owed <= 0

    def _is_earned_exactly(self, rate: int) -> bool:
        """The same for flows whole periods apart.

        What is owed grows by the rate and falls by each due; both sides are kept multiplied by the
        rate's denominator, once per period, to stay whole.
        """
        one = 2 * _HUNDREDTHS * self.periods_in_year.numerator
        grown = one + rate * self.periods_in_year.denominator
        powers = [(one**gap.numerator, grown**gap.numerator) for gap in self.gaps]
        owed, scale = self.net_minor, 1
        for gap, amount in self.moves:
            scale *= powers[gap][0]
            owed = owed * powers[gap][1] - amount * scale
        return owed <= 0


def _course(net_minor: int, flows: Sequence[Flow], periods_in_year: Fraction) -> _Course:
    places: dict[Fraction, int] = {}
    moves, now = [], Fraction(0)
    for flow in flows:
        place = places.setdefault(flow.periods - now, len(places))
        moves.append((place, flow.amount_minor))
        now = flow.periods
    return _Course(net_minor, periods_in_year, tuple(places), tuple(moves))


def _power(grown: Decimal, periods: Fraction) -> Decimal:
    return _DIGITS.power(grown, _decimal(periods))


def _decimal(number: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))
