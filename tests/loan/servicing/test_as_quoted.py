"""A loan that is kept is due as it was quoted, to the last paisa."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.loan.quotes import QuoteLoan
from contracts.loan.words import (
    DayCount,
    DaysInMonth,
    DaysInYear,
    Frequency,
    InterestPeriod,
    Method,
    ScheduleType,
)
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.events import Disbursed
from services.loan.domain.servicing.replaying import replay

START = date(2023, 11, 30)

TERMS = st.builds(
    QuoteLoan,
    principal_minor=st.integers(10_000, 10**9),
    annual_rate=st.decimals(0, 40, places=2),
    instalments=st.integers(1, 60),
    start_date=st.just(START),
    first_due_date=st.none() | st.integers(5, 60).map(lambda days: START + timedelta(days=days)),
    method=st.sampled_from((Method.EMI, Method.EQUAL_PRINCIPAL)),
    frequency=st.sampled_from((Frequency.MONTHLY, Frequency.WEEKLY, Frequency.FORTNIGHTLY)),
    interest_period=st.sampled_from(InterestPeriod),
    days_in_year=st.sampled_from(DaysInYear),
    days_in_month=st.sampled_from(DaysInMonth),
    day_count=st.none() | st.sampled_from(DayCount),
    schedule_type=st.none() | st.sampled_from(ScheduleType),
    instalment_multiple_minor=st.sampled_from((1, 100)),
)


@given(wanted=TERMS)
def test_a_loan_that_is_paid_out_has_the_schedule_that_was_quoted(wanted: QuoteLoan) -> None:
    try:
        quoted = draw_schedule(wanted).instalments
    except UnsupportedTerms:
        return
    paid_out = Disbursed(
        sequence=1, value_date=START, booked_on=START, amount_minor=wanted.principal_minor
    )

    kept = replay(wanted, [paid_out], START).instalments

    assert [(each.due_on, each.principal.due_minor, each.interest.due_minor) for each in kept] == [
        (each.due_date, each.principal_minor, each.interest_minor) for each in quoted
    ]
