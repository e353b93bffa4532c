"""Schedules made anew, charges, waivers, losses; figures of sources where they are named."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.loan.products import CreateLoanProduct
from contracts.loan.servicing import ServicingRules
from services.loan.domain.products import check_bounds
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.servicing.books import books
from services.loan.domain.servicing.events import (
    Charged,
    Disbursed,
    LoanEvent,
    Part,
    RateChanged,
    Reamortised,
    Recovered,
    Refunded,
    Repaid,
    Rescheduled,
    Waived,
    WrittenOff,
)
from services.loan.domain.servicing.explaining import (
    NoSuchInstalment,
    explain,
    explain_instalment,
)
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.histories import day, paid, position
from tests.loan.terms import INR, inr, terms

JULY = date(2023, 7, 1)


def at(number: int, on: str) -> dict[str, Any]:
    return {"sequence": number, "value_date": day(on), "booked_on": day(on)}


def borrowed(
    *events: LoanEvent, on: str, amount: str = "3000", rate: str = "0", **chosen: Any
) -> Position:
    """Three instalments from 1 July 2023, in multiples of one rupee."""
    wanted = terms(amount, rate, instalments=3, start_date=JULY, instalment_multiple_minor=100)
    out = Disbursed(sequence=1, value_date=JULY, booked_on=JULY, amount_minor=inr(amount))
    return replay(wanted, [out, *events], day(on), rules=ServicingRules(**chosen))


def dues(found: Position) -> list[tuple[str, int]]:
    return [(each.due_on.isoformat(), each.principal.due_minor) for each in found.instalments]


def rescheduled(**changes: Any) -> Rescheduled:
    """From the instalment of 1 September on, as it became known on 5 July."""
    return Rescheduled(**at(2, "2023-07-05"), from_due=date(2023, 9, 1), **changes)


@pytest.mark.parametrize("recalculation", ["NONE", "DAILY"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"new_due": date(2023, 9, 15)},
            [("2023-08-01", 1000), ("2023-09-15", 1000), ("2023-10-15", 1000)],
        ),
        (
            {"extra_instalments": 2},
            [
                ("2023-08-01", 1000),
                ("2023-09-01", 500),
                ("2023-10-01", 500),
                ("2023-11-01", 500),
                ("2023-12-01", 500),
            ],
        ),
        (
            {"principal_grace": 1},
            [("2023-08-01", 1000), ("2023-09-01", 0), ("2023-10-01", 1000), ("2023-11-01", 1000)],
        ),
    ],
    ids=["another due date", "more instalments", "a pause of principal"],
)
def test_a_schedule_is_made_anew_as_published(
    changes: dict[str, Any], expected: list[tuple[str, int]], recalculation: str
) -> None:
    """Apache Fineract, LoanReschedule.feature, lines 127 to 225, at commit 4198b0bcf."""
    found = borrowed(rescheduled(**changes), on="2023-07-05", recalculation=recalculation)

    assert dues(found) == [(when, rupees * 100) for when, rupees in expected]


@pytest.mark.parametrize("recalculation", ["NONE", "DAILY"])
def test_interest_that_is_put_off_is_due_with_the_next_instalment(recalculation: str) -> None:
    """12 percent a year on 3000, 2010 and 1010, as it is without the reschedule."""
    plain = borrowed(on="2023-07-05", rate="12", recalculation=recalculation)
    put_off = Rescheduled(
        **at(2, "2023-07-05"), from_due=date(2023, 8, 1), interest_grace=2, reason="illness"
    )

    found = borrowed(put_off, on="2023-07-05", rate="12", recalculation=recalculation)

    interest = [each.interest.due_minor for each in plain.instalments]
    assert [each.interest.due_minor for each in found.instalments] == [0, 0, sum(interest)]
    assert dues(found) == dues(plain)


def test_an_event_that_made_another_schedule_is_known_and_the_one_before_stays_readable() -> None:
    change = rescheduled(extra_instalments=2)
    found = borrowed(change, on="2023-07-05")

    paid_out, changed = found.changed_by
    assert changed == change.sequence
    assert len(found.instalments) == 5
    before = borrowed(on="2023-07-05")
    assert before.changed_by == (paid_out,)
    assert [each.principal.due_minor for each in before.instalments] == [inr("1000")] * 3


@pytest.mark.parametrize(
    ("repaid", "on", "expected"),
    [
        ((), "2023-08-10", ["0", "187", "188"]),
        ((("50", "2023-08-02"),), "2023-08-30", ["50", "163", "162"]),
        ((), "2023-09-01", ["0", "0", "375"]),
    ],
    ids=["after a missed one", "after a part of it", "on the due date of the next"],
)
def test_what_is_overdue_is_spread_over_the_instalments_to_come(
    repaid: tuple[tuple[str, str], ...], on: str, expected: list[str]
) -> None:
    """Amounts of Apache Fineract, LoanReAmortization.feature (happy path, UC6, UC5): 375 in three
    instalments of 125, of which those that are due by then are moved on."""
    events: list[LoanEvent] = [
        Repaid(**at(number, when), amount_minor=inr(amount))
        for number, (amount, when) in enumerate(repaid, start=2)
    ]

    found = borrowed(*events, Reamortised(**at(9, on)), on=on, amount="375")

    assert [each.principal.due_minor for each in found.instalments] == [inr(x) for x in expected]
    assert not found.overdue


def test_a_new_rate_counts_from_its_day_where_interest_is_by_the_day() -> None:
    before = borrowed(on="2023-07-01", rate="12", recalculation="DAILY")
    change = RateChanged(**at(2, "2023-07-16"), annual_rate=Decimal(24))

    found = borrowed(change, on="2023-07-16", rate="12", recalculation="DAILY")

    first = found.instalments[0]
    assert [(each.days, str(each.annual_rate)) for each in first.stretches] == [
        (15, "12"),
        (16, "24"),
    ]
    assert first.interest.due_minor > before.instalments[0].interest.due_minor
    assert found.instalments[1].target_minor > before.instalments[1].target_minor
    assert found.changed_by[-1] == change.sequence


def test_a_longer_first_period_bears_interest_for_its_length() -> None:
    found = borrowed(
        Rescheduled(**at(2, "2023-07-05"), from_due=date(2023, 8, 1), new_due=date(2023, 10, 1)),
        on="2023-07-05",
        rate="12",
    )

    assert found.instalments[0].interest.due_minor == inr("90")  # three months on 3 000


def test_penal_charges_bear_no_interest_and_are_paid_first() -> None:
    penal = Charged(
        **at(2, "2023-08-10"), amount_minor=inr("118"), part=Part.PENALTIES, name="late",
        tax_minor=inr("18"),
    )  # fmt: skip
    with_charge = borrowed(penal, on="2023-08-12", rate="12", recalculation="DAILY")
    without = borrowed(on="2023-08-12", rate="12", recalculation="DAILY")
    repaid = Repaid(**at(3, "2023-08-12"), amount_minor=inr("1200"))

    after = borrowed(penal, repaid, on="2023-08-12", rate="12", recalculation="DAILY")

    assert with_charge.accrued == without.accrued
    assert with_charge.payoff_minor == without.payoff_minor + inr("118")
    # 1 020 of the first instalment are due, and the charge; the rest is repaid in advance.
    assert after.instalments[1].penalties.outstanding_minor == 0
    assert books(after)["PENAL-INCOME"] + books(after)["GST-PAYABLE"] == inr("118")


def test_by_the_order_of_the_reserve_bank_all_interest_due_comes_before_any_principal() -> None:
    oldest_first = position(paid("100", "2023-01-01"), on="2023-01-01")
    principal_last = position(
        paid("100", "2023-01-01"), on="2023-01-01", allocation="PRINCIPAL_LAST"
    )

    assert [(each.instalment, each.part) for each in oldest_first.allocations] == [
        (1, "interest"),
        (1, "principal"),
    ]
    assert [(each.instalment, each.part) for each in principal_last.allocations] == [
        (1, "interest"),
        (2, "interest"),
        (1, "principal"),
    ]


def test_interest_that_is_waived_is_no_income_and_stays_waived() -> None:
    waiver = Waived(**at(2, "2023-08-05"), amount_minor=inr("10"), part=Part.INTEREST)
    earlier = Repaid(**at(3, "2023-08-01"), amount_minor=inr("25"))

    found = borrowed(waiver, earlier, on="2023-08-05", rate="12")

    first = found.instalments[0].interest
    assert (first.paid_minor, first.waived_minor) == (inr("25"), inr("5"))
    assert found.instalments[1].interest.waived_minor == min(inr("5"), found.accrued_minor)
    assert books(found)["INTEREST-INCOME"] == inr("25")


def test_what_is_written_off_is_a_loss_and_what_comes_later_a_recovery() -> None:
    lost = WrittenOff(**at(2, "2023-09-10"))
    found = borrowed(
        lost,
        Recovered(**at(3, "2024-01-10"), amount_minor=inr("700")),
        on="2024-02-01",
        rate="12",
    )

    assert found.written_off is not None
    assert found.written_off.principal_minor == inr("3000")
    lines = books(found)
    assert "LOANS" not in lines
    assert lines["LOAN-LOSSES"] == -(
        found.written_off.principal_minor + found.written_off.interest_minor
    )
    assert lines["RECOVERY-INCOME"] == inr("700")


def test_what_was_overpaid_and_given_back_is_owed_to_nobody() -> None:
    found = borrowed(
        Repaid(**at(2, "2023-07-02"), amount_minor=inr("3100")),
        Refunded(**at(3, "2023-07-03"), amount_minor=inr("100")),
        on="2023-07-03",
    )

    assert found.overpaid_minor == 0
    assert books(found) == {}


def test_an_instalment_is_explained_so_that_anybody_can_compute_it_again() -> None:
    found = position(paid("200", "2022-12-05"), on="2022-12-05")

    told = explain_instalment(found, 1, INR)

    assert [each.sentence for each in told.reasons] == [
        "Interest for 30 days, from 1 November 2022 to 30 November 2022, on INR 5000.00 at 12 % a"
        " year: INR 5000.00 x 0.010000000000, rounded to INR 50.00.",
        "Principal: the instalment of INR 862.74 less interest of INR 50.00, INR 812.74.",
        "The repayment of 5 December 2022 paid INR 50.00 of interest.",
        "The repayment of 5 December 2022 paid INR 150.00 of principal.",
    ]
    assert told.figure_minor == inr("662.74")
    with pytest.raises(NoSuchInstalment):
        explain_instalment(found, 7, INR)


def test_what_closes_a_loan_is_explained_part_by_part() -> None:
    found = position(on="2022-12-16")

    told = explain(found, INR)

    assert told.figure_minor == found.payoff_minor
    assert [each.rule for each in told.reasons] == [
        "outstanding-interest",
        "outstanding-principal",
        "interest-of-days",
        "principal-to-come",
    ]
    # 15 of 31 days of December, on what would be owed had the first instalment been paid
    assert sum(r.amount_minor for r in told.reasons if r.rule == "interest-of-days") == 2026


def test_a_product_with_flat_interest_has_none_that_is_recalculated() -> None:
    offered: dict[str, Any] = {
        "code": "FLAT", "name": "Flat", "principal_min_minor": 1, "principal_max_minor": 2,
        "annual_rate_min": 1, "annual_rate_max": 2, "annual_rate": 1, "instalments_min": 1,
        "instalments_max": 2, "methods": ("FLAT",),
    }  # fmt: skip

    check_bounds(CreateLoanProduct(**offered))
    with pytest.raises(UnsupportedTerms, match="not recalculated"):
        check_bounds(CreateLoanProduct(**offered, servicing={"recalculation": "DAILY"}))
