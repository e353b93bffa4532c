"""The arithmetic of one loan, which remembers what it was asked."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.accrual import rate_factor
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.servicing.plan import Plan
from tests.loan.servicing.any_loan import START, TERMS

ASKED = st.lists(
    st.tuples(
        st.integers(0, 13), st.integers(0, 20), st.integers(0, 20),
        st.sampled_from((Decimal(0), Decimal(6), Decimal("12.5"))),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


@given(TERMS, ASKED)
def test_the_factor_of_any_days_is_the_same_whatever_was_asked_before(
    terms: QuoteLoan, asked: list[tuple[int, int, int, Decimal]]
) -> None:
    try:
        plan = Plan(terms)
        periods = plan.periods(START)
    except UnsupportedTerms:
        return
    for number, later, earlier, rate in asked:
        period = periods[number % len(periods)]
        since = min(period.start + timedelta(days=later), period.due)
        until = max(period.due - timedelta(days=earlier), since)
        expected = rate_factor(plan.terms, period, since, until, rate)
        assert plan.factor(period, since, until, rate) == expected
