"""What holds for the schedule of any loan, and which terms are refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.loan.quotes import LoanSchedule, QuoteLoan
from contracts.loan.terms import Fee
from contracts.money import MINOR_MAX, Currency
from services.loan.domain.refusals import FeesExceedPrincipal, UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from tests.loan.terms import fee, inr, terms

ANY_TERMS = st.builds(
    QuoteLoan,
    principal_minor=st.integers(1, MINOR_MAX),
    annual_rate=st.decimals(0, 200, places=6),
    instalments=st.integers(1, 120),
    start_date=st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    instalment_multiple_minor=st.sampled_from((1, 5, 100, 1_000, 10_000)),
    fees=st.lists(
        st.builds(Fee, name=st.just("fee"), amount_minor=st.integers(1, 10**6)), max_size=2
    ).map(tuple),
)


def quote(wanted: QuoteLoan) -> LoanSchedule | None:
    try:
        return draw_schedule(wanted)
    except (UnsupportedTerms, FeesExceedPrincipal):
        return None


@given(wanted=ANY_TERMS)
def test_every_schedule_repays_exactly_the_principal(wanted: QuoteLoan) -> None:
    schedule = quote(wanted)
    if schedule is None:
        return
    balance = wanted.principal_minor
    for number, each in enumerate(schedule.instalments, start=1):
        balance -= each.principal_minor
        assert each.number == number
        assert each.principal_minor > 0
        assert each.interest_minor >= 0
        assert each.due_minor == each.principal_minor + each.interest_minor
        assert each.balance_minor == balance
    assert balance == 0
    assert len(schedule.instalments) <= wanted.instalments


@given(wanted=ANY_TERMS)
def test_every_instalment_but_the_last_is_the_quoted_one(wanted: QuoteLoan) -> None:
    schedule = quote(wanted)
    if schedule is None:
        return
    *others, last = schedule.instalments
    assert {each.due_minor for each in others} <= {schedule.instalment_minor}
    assert schedule.instalment_minor % wanted.instalment_multiple_minor == 0
    assert last.due_date > wanted.start_date
    total = sum(each.due_minor for each in schedule.instalments)
    assert schedule.total_due_minor == total
    assert schedule.total_interest_minor == total - wanted.principal_minor


@given(wanted=ANY_TERMS)
def test_fees_never_make_a_loan_look_cheaper(wanted: QuoteLoan) -> None:
    schedule = quote(wanted)
    if schedule is None:
        return
    without_fees = draw_schedule(wanted.model_copy(update={"fees": ()}))
    assert schedule.instalments == without_fees.instalments
    assert schedule.apr >= without_fees.apr


def test_a_loan_without_interest_is_divided_evenly() -> None:
    schedule = draw_schedule(terms("100", "0", instalments=3))

    assert [each.due_minor for each in schedule.instalments] == [3333, 3333, 3334]
    assert schedule.total_interest_minor == 0
    assert schedule.apr == Decimal("0.00")


def test_a_loan_in_one_instalment_bears_one_month_of_interest() -> None:
    schedule = draw_schedule(terms("1000", "12", instalments=1))

    assert [each.due_minor for each in schedule.instalments] == [inr("1010")]
    assert schedule.apr == Decimal("12.00")


def test_a_currency_without_decimals_is_quoted_in_whole_units() -> None:
    schedule = draw_schedule(
        QuoteLoan(
            principal_minor=100_000,
            annual_rate=Decimal(12),
            instalments=12,
            start_date=date(2024, 1, 1),
            currency=Currency.JPY,
        )
    )

    assert schedule.instalment_minor == 8885
    assert schedule.instalments[0].interest_minor == 1000


def test_an_instalment_rounded_up_may_repay_the_loan_sooner() -> None:
    schedule = draw_schedule(terms("1000", "12", instalments=12, instalment_multiple_minor=10_000))

    assert schedule.instalment_minor == inr("100")
    assert len(schedule.instalments) == 11
    assert schedule.instalments[-1].balance_minor == 0


@pytest.mark.parametrize(
    "wanted",
    [
        terms("100", "0", instalments=18, instalment_multiple_minor=10_000),
        terms("1000", "24", instalments=600, instalment_multiple_minor=2_000),
        terms("0.01", "0", instalments=600),
    ],
    ids=["rounds to nothing", "covers interest only", "smaller than a paisa"],
)
def test_an_instalment_that_repays_nothing_is_refused(wanted: QuoteLoan) -> None:
    with pytest.raises(UnsupportedTerms, match="would not repay any principal") as refusal:
        draw_schedule(wanted)

    assert refusal.value.code == "unsupported-terms"


def test_fees_that_leave_nothing_to_pay_out_are_refused() -> None:
    with pytest.raises(FeesExceedPrincipal):
        draw_schedule(terms("400", fees=(fee("400"),)))
