"""The annual percentage rate, against an independent implementation of the internal rate."""

from decimal import Decimal

import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from services.loan.domain.apr import annual_percentage_rate


def test_dues_that_only_repay_cost_nothing() -> None:
    assert annual_percentage_rate(1200, [100] * 12) == Decimal("0.00")


def test_one_per_cent_a_month_is_twelve_a_year() -> None:
    assert annual_percentage_rate(10_000, [10_100]) == Decimal("12.00")


def test_a_rate_between_two_printed_ones_is_rounded_to_the_nearest() -> None:
    # 0.1254 % and 0.1255 % a month are 1.5048 % and 1.506 % a year.
    assert annual_percentage_rate(1_000_000, [1_001_254]) == Decimal("1.50")
    assert annual_percentage_rate(1_000_000, [1_001_255]) == Decimal("1.51")


def test_a_fee_that_takes_nearly_everything_still_has_a_rate() -> None:
    assert annual_percentage_rate(1, [50, 51]) > Decimal(1_000)


@given(
    dues=st.lists(st.integers(1_000, 10**7), min_size=1, max_size=60),
    received=st.integers(50, 100),
)
def test_it_agrees_with_the_internal_rate_of_return(dues: list[int], received: int) -> None:
    net = sum(dues) * received // 100

    rate = pyxirr.irr([-net, *dues])

    assert rate is not None
    expected = rate * 1200
    assert abs(float(annual_percentage_rate(net, dues)) - expected) <= 0.00501
