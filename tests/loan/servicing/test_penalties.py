"""Penal charges, in figures by hand.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on. Who
has not paid by 4 February is charged 250.00; on the first day of each month after, 24 percent a
year of what is overdue of an instalment; and 18 percent of tax on both.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.loan.penal import PenalTerms
from contracts.loan.servicing import AllocationOrder, ServicingRules
from services.loan.domain.servicing.books import books
from services.loan.domain.servicing.events import (
    Charged,
    Disbursed,
    LoanEvent,
    Part,
    Repaid,
    RepaymentReversed,
    Rescheduled,
    Waived,
    WrittenOff,
)
from services.loan.domain.servicing.explaining import explain, explain_instalment
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.histories import day
from tests.loan.terms import INR, inr, terms

NEW_YEAR = date(2026, 1, 1)
EMI = inr("10661.85")
PENAL = PenalTerms(
    penal_rate=Decimal(24), penal_amount_minor=250_00, penal_grace_days=3,
    penal_tax_percent=Decimal(18),
)  # fmt: skip
FIRST = (date(2026, 2, 5), inr("250"), inr("45"))
SECOND = (date(2026, 3, 1), inr("196.29"), inr("35.33"))  # 28 days on 10 661.85


def at(number: int, on: str) -> dict[str, Any]:
    return {"sequence": number, "value_date": day(on), "booked_on": day(on)}


def repaid(number: int, minor: int, on: str) -> Repaid:
    return Repaid(**at(number, on), amount_minor=minor)


def late(*events: LoanEvent, on: str, penal: PenalTerms | None = PENAL, **chosen: Any) -> Position:
    more = {name: chosen.pop(name) for name in ("moratorium",) if name in chosen}
    wanted = terms("120000", "12", instalments=12, start_date=NEW_YEAR, **more)
    out = Disbursed(**at(1, "2026-01-01"), amount_minor=120_000_00)
    rules = ServicingRules(**chosen)
    return replay(wanted, [out, *events], day(on), rules=rules, penal=penal)


def charges(found: Position, number: int = 1) -> list[tuple[date, int, int]]:
    """Day, amount and tax of what an instalment was charged."""
    made = found.instalments[number - 1].penal_charges
    return [(each.on, each.amount_minor, each.tax_minor) for each in made]


def test_who_pays_on_the_last_day_of_grace_is_not_charged() -> None:
    assert charges(late(repaid(2, EMI, "2026-02-04"), on="2026-04-01")) == []


def test_who_pays_a_day_later_is_charged_the_amount_once() -> None:
    assert charges(late(on="2026-02-04")) == []
    assert charges(late(on="2026-02-05")) == [FIRST]

    found = late(repaid(2, EMI + inr("295"), "2026-02-05"), on="2026-02-28")

    assert charges(found) == [FIRST]
    assert found.instalments[0].outstanding_minor == 0


def test_the_rate_is_charged_each_month_for_the_days_on_what_is_overdue_then() -> None:
    assert charges(late(on="2026-02-28")) == [FIRST]
    assert charges(late(on="2026-03-01")) == [FIRST, SECOND]

    found = late(on="2026-04-01")

    third = (date(2026, 4, 1), inr("217.33"), inr("39.12"))  # 31 days
    assert charges(found) == [FIRST, SECOND, third]
    assert charges(found, 2) == [(date(2026, 3, 5), inr("250"), inr("45")), third]
    assert charges(found, 3) == []


def test_only_what_is_still_overdue_then_is_charged() -> None:
    found = late(repaid(2, inr("5661.85"), "2026-02-03"), on="2026-03-01")

    [amount, rate] = charges(found)
    assert amount == FIRST
    assert rate[1] == inr("92.05")  # 24 % of 5 000 for 28 days


def test_a_penal_charge_is_paid_first_and_is_never_charged_itself() -> None:
    found = late(repaid(2, inr("295"), "2026-02-06"), on="2026-03-01")

    assert found.instalments[0].penalties.outstanding_minor == inr("231.62")
    assert charges(found)[1] == SECOND

    only_penal = late(
        repaid(2, EMI, "2026-02-06"), on="2026-06-01",
        allocation=AllocationOrder.INTEREST_PRINCIPAL_PENALTIES_FEES,
    )  # fmt: skip
    assert only_penal.instalments[0].outstanding_minor == inr("295")
    assert charges(only_penal) == [FIRST]


def test_all_charges_of_an_instalment_are_no_more_than_the_cap() -> None:
    capped = PENAL.model_copy(update={"penal_cap_minor": inr("300")})

    found = late(on="2026-06-01", penal=capped)

    assert charges(found) == [FIRST, (date(2026, 3, 1), inr("50"), inr("9"))]
    assert found.instalments[0].penal_charges[1].is_capped


def test_a_grace_beyond_the_first_month_leaves_its_days_to_the_second() -> None:
    patient = PenalTerms(penal_rate=Decimal(24), penal_grace_days=31)

    found = late(on="2026-04-01", penal=patient)

    assert charges(found) == [(date(2026, 4, 1), inr("413.62"), 0)]  # 59 days


def test_a_due_date_at_the_end_of_a_month_keeps_its_day() -> None:
    out = Disbursed(**at(1, "2025-12-31"), amount_minor=120_000_00)
    wanted = terms("120000", "12", instalments=12, start_date=date(2025, 12, 31))
    found = replay(wanted, [out], day("2026-04-30"), penal=PENAL)

    assert [on.isoformat() for on, _, _ in charges(found)] == [
        "2026-02-04", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip


def test_a_payment_that_becomes_known_later_takes_the_charges_away() -> None:
    first = repaid(2, EMI + inr("295"), "2026-02-10")
    earlier = Repaid(
        sequence=3, value_date=day("2026-02-04"), booked_on=day("2026-02-20"), amount_minor=EMI
    )
    before, after = late(first, on="2026-02-20"), late(first, earlier, on="2026-02-20")

    assert before.instalments[0].penalties.paid_minor == inr("295")
    assert charges(after) == []
    # What had paid the charge pays what is to come.
    paid = [each.paid_minor for each in after.instalments]
    assert paid[:3] == [EMI, EMI, inr("295")]
    assert "PENAL-INCOME" not in books(after)
    assert "GST-PAYABLE" not in books(after)


def test_a_repayment_that_is_taken_back_was_never_in_time() -> None:
    in_time = repaid(2, EMI, "2026-02-01")
    back = RepaymentReversed(**at(3, "2026-03-10"), reverses=2)

    assert charges(late(in_time, on="2026-03-10")) == []
    assert charges(late(in_time, back, on="2026-03-10")) == [FIRST, SECOND]


def test_nothing_is_charged_on_a_loan_that_was_written_off() -> None:
    lost = WrittenOff(**at(2, "2026-03-01"))

    assert charges(late(lost, on="2026-09-01")) == [FIRST, SECOND]


def test_nothing_falls_due_in_a_moratorium_and_so_nothing_is_charged() -> None:
    fee = Charged(**at(2, "2026-01-15"), amount_minor=500_00, part=Part.FEES, name="stamp")

    found = late(fee, on="2026-04-01", moratorium=3)

    assert found.instalments[0].fees.outstanding_minor == 500_00
    assert [charges(found, number) for number in (1, 2, 3)] == [[], [], []]


def test_days_of_a_pause_of_principal_are_not_charged_also_not_afterwards() -> None:
    paused = Rescheduled(**at(2, "2026-02-20"), from_due=day("2026-03-01"), principal_grace=2)

    found = late(paused, on="2026-05-01")

    # The pause is until 1 April; then 30 days are charged.
    assert charges(found) == [FIRST, (date(2026, 5, 1), inr("210.32"), inr("37.86"))]


def test_a_fee_on_a_loan_that_was_paid_is_late_from_its_own_day() -> None:
    wanted = terms("1000", "0", instalments=1, start_date=NEW_YEAR)
    history: list[LoanEvent] = [
        Disbursed(**at(1, "2026-01-01"), amount_minor=1_000_00),
        repaid(2, 1_000_00, "2026-02-01"),
        Charged(**at(3, "2026-03-11"), amount_minor=1_000_00, part=Part.FEES, name="stamp"),
    ]

    found = replay(wanted, history, day("2026-04-01"), penal=PENAL)

    assert charges(found) == [(date(2026, 4, 1), inr("13.81"), inr("2.49"))]  # 21 days


def test_a_penal_charge_that_is_waived_is_no_income_and_bears_no_tax() -> None:
    whole = Waived(**at(2, "2026-02-06"), amount_minor=inr("295"), part=Part.PENALTIES)
    half = Waived(**at(2, "2026-02-06"), amount_minor=inr("147.50"), part=Part.PENALTIES)

    forgiven, shared = late(whole, on="2026-02-06"), late(half, on="2026-02-06")

    assert not {"PENAL-INCOME", "GST-PAYABLE", "LOAN-PENALTIES-RECEIVABLE"} & set(books(forgiven))
    assert books(shared)["PENAL-INCOME"] == inr("125")
    assert books(shared)["GST-PAYABLE"] == inr("22.50")
    assert books(shared)["LOAN-PENALTIES-RECEIVABLE"] == -inr("147.50")


def test_unpaid_charges_of_a_loan_that_does_not_perform_are_no_income() -> None:
    found = late(repaid(2, inr("118"), "2026-02-06"), on="2026-02-28")
    performing, not_performing = books(found), books(found, is_npa=True)

    assert performing["PENAL-INCOME"] == inr("250")
    assert not_performing["PENAL-INCOME"] == inr("100")  # that are paid, without 18 of tax
    assert performing["GST-PAYABLE"] == not_performing["GST-PAYABLE"] == inr("45")
    interest = -not_performing["LOAN-INTEREST-RECEIVABLE"]
    assert not_performing["INTEREST-SUSPENSE"] == interest + inr("150")


def test_each_charge_is_explained_with_base_rate_days_tax_and_cap() -> None:
    capped = PENAL.model_copy(update={"penal_cap_minor": inr("300")})

    told = explain_instalment(late(on="2026-03-01", penal=capped), 1, INR)

    said = [each.sentence for each in told.reasons if each.rule.startswith("penal-")]
    assert said == [
        "Penal charge of 5 February 2026 as instalment 1 was not paid by 4 February 2026: INR"
        " 250.00; and INR 45.00 of tax, 18 %.",
        "Penal charge of 1 March 2026 for 28 days, from 1 February 2026 to 28 February 2026, on INR"
        " 10661.85 that was overdue of instalment 1, at 24 % a year: INR 10661.85 x 0.018410958904,"
        " rounded to INR 196.29; of this INR 50.00, as no instalment is charged more than INR"
        " 300.00; and INR 9.00 of tax, 18 %.",
    ]
    assert sum(each.amount_minor for each in told.reasons) == told.figure_minor


def test_what_closes_a_loan_names_its_charges_and_what_was_paid_of_them() -> None:
    told = explain(late(repaid(2, inr("100"), "2026-02-06"), on="2026-03-01"), INR)

    said = [(each.rule, each.amount_minor) for each in told.reasons if "penal" in each.rule]
    assert said == [
        ("penal-amount", inr("295")), ("penal-rate", inr("231.62")),
        ("penalties-paid", -inr("100")),
    ]  # fmt: skip
    assert sum(each.amount_minor for each in told.reasons) == told.figure_minor


@pytest.mark.parametrize("recalculation", ["NONE", "DAILY", "SAME_AS_REPAYMENT"])
def test_penal_charges_leave_principal_and_interest_as_they_are(recalculation: str) -> None:
    plain, charged = (
        late(on="2026-08-01", penal=penal, recalculation=recalculation) for penal in (None, PENAL)
    )

    assert [(each.principal, each.interest) for each in plain.instalments] == [
        (each.principal, each.interest) for each in charged.instalments
    ]
    assert charged.outstanding_minor > plain.outstanding_minor
