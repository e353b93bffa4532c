"""What each term does to a schedule, where no published one shows it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.loan.quotes import QuoteLoan, RateChange, Tranche
from contracts.loan.terms import Fee
from contracts.loan.words import (
    DayCount,
    FeeCharged,
    Frequency,
    InterestPeriod,
    Method,
    PercentOf,
    ScheduleType,
)
from services.loan.domain.refusals import FeesExceedPrincipal, UnsupportedTerms
from services.loan.domain.schedule import draw_schedule
from tests.loan.terms import inr, terms


def year(principal: str = "1200", annual_rate: str = "12", **changes: Any) -> QuoteLoan:
    """A loan over 12 months from 1 January 2024."""
    plain = {"instalments": 12, "start_date": date(2024, 1, 1)}
    return terms(principal, annual_rate, **(plain | changes))


def principals(wanted: QuoteLoan) -> list[int]:
    return [each.principal_minor for each in draw_schedule(wanted).instalments]


def interests(wanted: QuoteLoan) -> list[int]:
    return [each.interest_minor for each in draw_schedule(wanted).instalments]


def fees(wanted: QuoteLoan) -> list[int]:
    return [each.fees_minor for each in draw_schedule(wanted).instalments]


def test_a_balloon_is_left_to_the_last_instalment() -> None:
    schedule = draw_schedule(year(balloon_minor=inr("600")))

    *others, last = schedule.instalments
    assert {each.due_minor for each in others} == {schedule.instalment_minor}
    assert last.due_minor - inr("600") == pytest.approx(schedule.instalment_minor, abs=12)
    assert others[-1].balance_minor > inr("600")
    assert schedule.apr == Decimal("12.00")


def test_a_balloon_of_equal_principal_is_left_to_the_last_instalment() -> None:
    wanted = year(method=Method.EQUAL_PRINCIPAL, balloon_minor=inr("600"))

    assert principals(wanted) == [inr("50")] * 11 + [inr("650")]


def test_a_moratorium_puts_off_interest_and_principal_and_loses_neither() -> None:
    schedule = draw_schedule(year(moratorium=3))

    assert [each.due_minor for each in schedule.instalments[:3]] == [0, 0, 0]
    # Three months of 12.00 that were put off, and the fourth.
    assert schedule.instalments[3].interest_minor == inr("48")
    assert sum(each.principal_minor for each in schedule.instalments) == inr("1200")


def test_interest_put_off_until_the_end_is_due_at_the_end() -> None:
    wanted = year(interest_grace=12)

    assert interests(wanted)[:-1] == [0] * 11
    assert interests(wanted)[-1] > inr("70")


def test_flat_interest_is_spread_over_the_instalments_without_grace() -> None:
    wanted = year(method=Method.FLAT, interest_grace=2, interest_free_periods=0)

    assert interests(wanted) == [0, 0] + [inr("14.40")] * 10


def test_periods_free_of_flat_interest_take_their_part_away() -> None:
    assert interests(year(method=Method.FLAT, interest_free_periods=2)) == [0, 0] + [inr("12")] * 10


def test_flat_interest_by_the_day_is_that_of_all_days() -> None:
    wanted = year(
        "1000", "10", method=Method.FLAT, interest_period=InterestPeriod.DAILY,
        days_in_month="ACTUAL",
    )  # fmt: skip

    # 366 days of a year of 365.
    assert sum(interests(wanted)) == inr("100.27")


def test_months_of_the_eurobond_basis_have_thirty_days() -> None:
    wanted = year("1000", "12", day_count=DayCount.THIRTY_E_360, start_date=date(2024, 1, 31))

    # 31 January counts as the 30th; to 29 February it is 29 days, on to 31 March 31.
    factors = [each.rate_factor for each in draw_schedule(wanted).instalments]
    assert factors[:2] == [Decimal("0.009666666667"), Decimal("0.010333333333")]


def test_a_down_payment_is_paid_on_the_day_of_its_disbursement() -> None:
    wanted = year(
        "2000",
        down_payment_percent=Decimal(25),
        tranches=(Tranche(on=date(2024, 3, 1), amount_minor=inr("1000")),),
    )
    schedule = draw_schedule(wanted)

    down = [each for each in schedule.instalments if each.days == 0]
    assert [(each.number, each.due_date, each.principal_minor) for each in down] == [
        (1, date(2024, 1, 1), inr("250")), (4, date(2024, 3, 1), inr("250")),
    ]  # fmt: skip
    assert down[0].balance_minor == inr("750")
    assert down[1].balance_minor == schedule.instalments[2].balance_minor + inr("750")
    assert schedule.instalments[-1].balance_minor == 0


def test_a_down_payment_of_an_amount_is_one_of_the_first_disbursement() -> None:
    assert principals(year("1200", "0", down_payment_minor=inr("120")))[:2] == [
        inr("120"), inr("90"),
    ]  # fmt: skip


def test_tranches_that_leave_nothing_come_on_top_of_the_principal() -> None:
    second = Tranche(on=date(2024, 2, 15), amount_minor=inr("1200"))
    on_top = draw_schedule(year("1200", tranches=(second,)))
    within = draw_schedule(year("2400", tranches=(second,)))

    assert on_top == within
    assert on_top.total_principal_minor == inr("2400")
    assert [each.on for each in on_top.disbursements] == [date(2024, 1, 1), date(2024, 2, 15)]


def test_a_cumulative_instalment_is_that_of_the_whole_principal() -> None:
    second = Tranche(on=date(2024, 2, 15), amount_minor=inr("600"))
    schedule = draw_schedule(year(tranches=(second,), instalment_multiple_minor=100))

    assert schedule.schedule_type is ScheduleType.CUMULATIVE
    assert {each.due_minor for each in schedule.instalments[:-1]} == {inr("107")}


def test_a_higher_rate_makes_the_instalments_to_come_greater() -> None:
    change = RateChange(from_date=date(2024, 7, 1), annual_rate=Decimal(24))
    schedule = draw_schedule(year(rate_changes=(change,)))

    dues = [each.due_minor for each in schedule.instalments]
    assert dues[5] == schedule.instalment_minor < dues[6]
    assert schedule.instalments[6].rate_factor == Decimal("0.02")
    assert Decimal(12) < schedule.apr < Decimal(24)


def test_fees_with_tax_are_due_with_each_instalment() -> None:
    every = Fee(
        name="service", amount_minor=inr("10"), charged=FeeCharged.PER_INSTALMENT,
        tax_percent=Decimal(18),
    )  # fmt: skip
    schedule = draw_schedule(year(fees=(every,)))

    assert {each.fees_minor for each in schedule.instalments} == {inr("11.80")}
    assert schedule.total_fees_minor == 12 * inr("11.80")
    assert schedule.net_disbursed_minor == inr("1200")
    assert schedule.apr > Decimal(30)


@pytest.mark.parametrize(
    ("percent_of", "first"),
    [
        (PercentOf.PRINCIPAL, "1.00"),
        (PercentOf.INTEREST, "0.12"),
        (PercentOf.PRINCIPAL_AND_INTEREST, "1.12"),
    ],
)
def test_a_fee_in_percent_follows_its_part_of_the_instalment(
    percent_of: PercentOf, first: str
) -> None:
    fee = Fee(
        name="service", percent=Decimal(1), percent_of=percent_of,
        charged=FeeCharged.PER_INSTALMENT,
    )  # fmt: skip

    assert fees(year(method=Method.EQUAL_PRINCIPAL, fees=(fee,)))[0] == inr(first)


def test_a_fee_in_percent_with_tax_is_kept_back() -> None:
    """1 % of 1 200 is 12.00, and 18 % of that 2.16."""
    fee = Fee(name="processing", percent=Decimal(1), tax_percent=Decimal(18))
    schedule = draw_schedule(year(fees=(fee,)))

    assert schedule.net_disbursed_minor == inr("1200") - inr("14.16")
    assert fees(year(fees=(fee,))) == [0] * 12


def test_the_yearly_cost_of_weeks_is_52_times_that_of_a_week() -> None:
    schedule = draw_schedule(year("1000", "5.2", frequency=Frequency.WEEKLY, instalments=1))

    # One week at a tenth of a percent.
    assert (schedule.total_interest_minor, schedule.apr) == (inr("1"), Decimal("5.20"))


def test_a_longer_month_may_bear_more_interest_than_the_instalment() -> None:
    wanted = year("1000000", "12.345678", instalments=600, interest_period="DAILY",
                  days_in_month="ACTUAL")  # fmt: skip
    schedule = draw_schedule(wanted)

    first = schedule.instalments[0]
    assert first.principal_minor == 0
    assert first.due_minor == first.interest_minor > schedule.instalment_minor


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"frequency": Frequency.EVERY_N_DAYS}, "every_days"),
        ({"every_days": 7}, "every_days"),
        ({"principal_grace": 12}, "repays principal"),
        ({"moratorium": 12}, "repays principal"),
        ({"interest_free_periods": 13}, "more periods"),
        ({"down_payment_minor": 1, "down_payment_percent": Decimal(1)}, "either an amount"),
        ({"down_payment_minor": inr("1200")}, "leave something"),
        ({"balloon_minor": inr("1200")}, "balloon"),
        ({"fees": (Fee(name="none"),)}, "either an amount"),
        ({"fees": (Fee(name="two", amount_minor=1, percent=Decimal(1)),)}, "either an amount"),
        (
            {"fees": (Fee(name="p", percent=Decimal(1), percent_of=PercentOf.INTEREST),)},
            "percentage of the principal",
        ),
        ({"tranches": (Tranche(on=date(2023, 12, 31), amount_minor=1),)}, "before the start"),
        ({"tranches": (Tranche(on=date(2024, 1, 1), amount_minor=1),)}, "add up"),
        ({"tranches": (Tranche(on=date(2025, 1, 1), amount_minor=1),)}, "last due date"),
        (
            {"rate_changes": (RateChange(from_date=date(2025, 1, 1), annual_rate=Decimal(1)),)},
            "last due date",
        ),
        (
            {
                "method": Method.FLAT,
                "tranches": (Tranche(on=date(2024, 2, 1), amount_minor=1),),
            },
            "Flat interest",
        ),
        ({"method": Method.FLAT, "instalment_multiple_minor": 10**6}, "not repay any principal"),
        (
            {"method": Method.EQUAL_PRINCIPAL, "instalment_multiple_minor": 10**6},
            "not repay any principal",
        ),
    ],
)
def test_terms_that_contradict_one_another_are_refused_with_the_reason(
    changes: dict[str, Any], why: str
) -> None:
    with pytest.raises(UnsupportedTerms, match=why):
        draw_schedule(year(**changes))


def test_fees_of_the_whole_loan_are_kept_back_from_what_is_first_paid_out() -> None:
    fee = Fee(name="processing", percent=Decimal(10))
    first = (Tranche(on=date(2024, 2, 1), amount_minor=inr("1100")),)

    with pytest.raises(FeesExceedPrincipal):
        draw_schedule(year(fees=(fee,), tranches=first))
