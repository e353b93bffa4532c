"""A loan that is kept is due as it was quoted, to the last paisa, whatever its terms are."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.calendar import HolidayRule
from contracts.loan.quotes import QuoteLoan, RateChange, Tranche
from contracts.loan.servicing import Recalculation, ServicingRules
from contracts.loan.terms import Fee
from contracts.loan.words import (
    DayCount,
    DaysInMonth,
    DaysInYear,
    FeeCharged,
    Frequency,
    InterestPeriod,
    Method,
    PercentOf,
    ScheduleType,
)
from contracts.words import Weekday
from services.loan.domain.refusals import FeesExceedPrincipal, UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.books import books, over_accounts
from services.loan.domain.servicing.events import Disbursed, LoanEvent, RateChanged, Repaid
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from services.loan.domain.terms import schedule_type

START = date(2023, 11, 30)
FEES = st.builds(
    Fee,
    name=st.just("service"),
    percent=st.decimals(0, 3, places=2),
    percent_of=st.sampled_from(PercentOf),
    charged=st.just(FeeCharged.PER_INSTALMENT),
    tax_percent=st.sampled_from((Decimal(0), Decimal(18))),
)
FEW = st.sampled_from((0, 0, 0, 1, 2, 3))
CHANGES: dict[str, Any] = {
    "tranches": st.lists(
        st.builds(
            Tranche,
            on=st.integers(1, 200).map(lambda days: START + timedelta(days=days)),
            amount_minor=st.integers(1, 10**6),
        ),
        max_size=3,
        unique_by=lambda each: each.on,
    ).map(tuple),
    "rate_changes": st.lists(
        st.builds(
            RateChange,
            from_date=st.integers(1, 200).map(lambda days: START + timedelta(days=days)),
            annual_rate=st.decimals(0, 40, places=1),
        ),
        max_size=3,
        unique_by=lambda each: each.from_date,
    ).map(tuple),
}
KNOBS: dict[str, Any] = {
    "principal_minor": st.integers(10_000, 10**9),
    "annual_rate": st.decimals(0, 40, places=2),
    "instalments": st.integers(1, 40),
    "start_date": st.just(START),
    "first_due_date": st.none() | st.integers(5, 60).map(lambda days: START + timedelta(days=days)),
    "method": st.sampled_from(Method),
    "frequency": st.sampled_from(Frequency),
    "every_days": st.integers(1, 45),
    "interest_period": st.sampled_from(InterestPeriod),
    "days_in_year": st.sampled_from(DaysInYear),
    "days_in_month": st.sampled_from(DaysInMonth),
    "day_count": st.none() | st.sampled_from(DayCount),
    "schedule_type": st.none() | st.sampled_from(ScheduleType),
    "instalment_multiple_minor": st.sampled_from((1, 1, 100, 10_000)),
    "principal_grace": FEW,
    "interest_grace": FEW,
    "interest_free_periods": FEW,
    "moratorium": st.sampled_from((0, 0, 0, 2)),
    "balloon_minor": st.sampled_from((0, 0, 0, 5_000)),
    "down_payment_minor": st.sampled_from((0, 0, 0, 2_500)),
    "down_payment_percent": st.sampled_from((Decimal(0), Decimal(0), Decimal(25))),
    "holiday_rule": st.sampled_from(HolidayRule),
    "weekly_holidays": st.sampled_from(((), (Weekday.SUNDAY,), (Weekday.SATURDAY, Weekday.SUNDAY))),
    "fees": st.lists(FEES, max_size=2).map(tuple),
}


def _wanted(**chosen: Any) -> QuoteLoan | None:
    """The terms, where they do not contradict each other; their principal is all parts of it."""
    is_free = chosen["frequency"] is Frequency.EVERY_N_DAYS
    chosen["every_days"] = chosen["every_days"] if is_free else None
    tranches = chosen.get("tranches", ())
    if tranches:
        first = Tranche(on=START, amount_minor=chosen["principal_minor"])
        chosen["tranches"] = (first, *tranches)
        chosen["principal_minor"] += sum(each.amount_minor for each in tranches)
    wanted = QuoteLoan(**chosen)
    try:
        draw_schedule(wanted)
    except (UnsupportedTerms, FeesExceedPrincipal):
        return None
    return wanted


TERMS = st.fixed_dictionaries(KNOBS).map(lambda chosen: _wanted(**chosen)).filter(bool)
CHANGING = st.fixed_dictionaries(KNOBS | CHANGES).map(lambda chosen: _wanted(**chosen)).filter(bool)


def _before_it_changes(wanted: QuoteLoan) -> QuoteLoan:
    """The terms on which the loan is paid out, of the same type of schedule."""
    known = {"tranches": (), "rate_changes": (), "schedule_type": schedule_type(wanted)}
    plain = wanted.model_copy(update=known)
    # A schedule for the whole principal would have to know how each part's share is rounded.
    is_rounded = bool(wanted.down_payment_percent and wanted.tranches)
    assume(not is_rounded or plain.schedule_type is ScheduleType.PROGRESSIVE)
    assume(_is_drawn(plain))
    return plain


def _is_drawn(terms: QuoteLoan) -> bool:
    try:
        replay(terms, _known(terms), START)
    except UnsupportedTerms:
        return False
    return True


def _due_as_quoted(wanted: QuoteLoan, kept: Position) -> None:
    assert [
        (
            each.due_on,
            each.principal.due_minor,
            each.interest.due_minor,
            each.fees.due_minor,
            each.balance_minor,
        )
        for each in kept.instalments
    ] == [
        (
            each.due_date,
            each.principal_minor,
            each.interest_minor,
            each.fees_minor,
            each.balance_minor,
        )
        for each in draw_schedule(wanted).instalments
    ]


@given(wanted=TERMS)
@settings(max_examples=150, deadline=None)
def test_a_loan_that_is_paid_out_has_the_schedule_that_was_quoted(wanted: QuoteLoan) -> None:
    _due_as_quoted(wanted, replay(wanted, _known(wanted), START))


@given(wanted=CHANGING)
@settings(max_examples=150, deadline=None)
def test_a_loan_whose_terms_change_on_its_way_ends_as_it_was_quoted(wanted: QuoteLoan) -> None:
    plain = _before_it_changes(wanted)
    events = _known(wanted)

    kept = replay(plain, events, max(each.value_date for each in events))

    _due_as_quoted(wanted, kept)


@given(wanted=CHANGING, recalculation=st.sampled_from(Recalculation))
@settings(max_examples=120, deadline=None)
def test_a_loan_that_is_paid_on_its_due_dates_was_due_as_quoted_and_is_repaid_to_nothing(
    wanted: QuoteLoan, recalculation: Recalculation
) -> None:
    plain = _before_it_changes(wanted)
    rules = ServicingRules(recalculation=recalculation)
    quoted = draw_schedule(wanted).instalments
    paid = [
        Repaid(
            sequence=number, value_date=each.due_date, booked_on=each.due_date,
            amount_minor=each.due_minor,
        )
        for number, each in enumerate(quoted, start=100)
        if each.due_minor
    ]  # fmt: skip

    kept = replay(plain, [*_known(wanted), *paid], quoted[-1].due_date, rules=rules)

    _due_as_quoted(wanted, kept)
    assert (kept.outstanding_minor, kept.overpaid_minor, kept.payoff_minor) == (0, 0, 0)
    assert sum(books(kept).values()) + over_accounts(kept) == 0


def _known(wanted: QuoteLoan) -> list[LoanEvent]:
    """What is paid out, and every new rate, as events."""
    return list(_events(wanted))


def _events(wanted: QuoteLoan) -> Iterator[LoanEvent]:
    first = (Tranche(on=START, amount_minor=wanted.principal_minor),)
    for number, each in enumerate(wanted.tranches or first, start=1):
        yield Disbursed(
            sequence=number, value_date=each.on, booked_on=each.on, amount_minor=each.amount_minor
        )
    for number, change in enumerate(wanted.rate_changes, start=50):
        yield RateChanged(
            sequence=number, value_date=change.from_date, booked_on=change.from_date,
            annual_rate=change.annual_rate,
        )  # fmt: skip
