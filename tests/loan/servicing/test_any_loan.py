"""What holds for a loan of any terms, under any rules, with any history, on any date."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.loan.servicing import PreClosure, Recalculation
from contracts.loan.words import Method
from contracts.money import format_minor
from services.loan.domain.servicing.books import books, over_accounts
from services.loan.domain.servicing.events import Disbursed, LoanEvent, Repaid
from services.loan.domain.servicing.explaining import explain, explain_instalment
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.any_loan import ANY_LOAN, ON, AnyLoan, recorded_otherwise
from tests.loan.servicing.histories import START, day, paid, position, rules
from tests.loan.terms import INR, inr, terms

EXAMPLES = settings(max_examples=120, deadline=None)


@given(loan=ANY_LOAN, on=ON, seed=st.integers())
@EXAMPLES
def test_a_history_recorded_in_another_order_comes_to_the_same(
    loan: AnyLoan, on: date, seed: int
) -> None:
    again, old = recorded_otherwise(loan, Random(seed))

    assert _renumbered(loan.replayed(on, again), old) == loan.replayed(on)


def _renumbered(position: Position, old: dict[int, int]) -> Position:
    """With the numbers that the events had in the other order."""
    return replace(
        position,
        allocations=tuple(
            replace(each, sequence=old[each.sequence]) for each in position.allocations
        ),
        changed_by=tuple(old[each] for each in position.changed_by),
    )


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_what_is_quoted_on_any_date_closes_the_loan_at_exactly_nothing(
    loan: AnyLoan, on: date
) -> None:
    before = loan.replayed(on)
    if not before.payoff_minor:
        return
    last = Repaid(sequence=999, value_date=on, booked_on=on, amount_minor=before.payoff_minor)

    for later in (on, on + timedelta(days=1), on + timedelta(days=700)):
        after = loan.replayed(later, [*loan.known(on), last])
        assert (after.outstanding_minor, after.payoff_minor) == (0, 0)
        assert after.overpaid_minor == before.overpaid_minor
        assert sum(books(after).values()) + over_accounts(after) == 0


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_every_figure_on_any_date_is_the_sum_of_its_explanation(loan: AnyLoan, on: date) -> None:
    found = loan.replayed(on)

    told = explain(found, INR)
    assert told.figure_minor == found.payoff_minor == sum(r.amount_minor for r in told.reasons)
    for each in found.instalments:
        told = explain_instalment(found, each.number, INR)
        assert told.figure_minor == each.outstanding_minor
        assert told.figure_minor == sum(reason.amount_minor for reason in told.reasons)


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_principal_parts_are_what_was_lent_and_no_part_is_negative(loan: AnyLoan, on: date) -> None:
    found = loan.replayed(on)

    interest = found.capitalised_minor + found.to_capitalise_minor
    principal = sum(each.principal.due_minor for each in found.instalments)
    assert principal == found.disbursed_minor + interest
    paid = sum(each.principal.paid_minor for each in found.instalments)
    assert found.principal_minor == found.disbursed_minor + found.capitalised_minor - paid
    for each in found.instalments:
        for part in each.parts:
            amounts = (part.due_minor, part.paid_minor, part.waived_minor, part.outstanding_minor)
            assert min(amounts) >= 0, (each.number, part)
        assert each.balance_minor >= 0
    assert found.instalments[-1].balance_minor == 0
    assert found.overpaid_minor >= 0


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_due_dates_increase_and_each_period_begins_where_the_one_before_ends(
    loan: AnyLoan, on: date
) -> None:
    instalments = loan.replayed(on).instalments

    assert [each.number for each in instalments] == list(range(1, len(instalments) + 1))
    regular = [each for each in instalments if not each.is_down_payment]
    for first, second in pairwise(regular):
        assert first.start_on < first.due_on == second.start_on < second.due_on
    assert [each.due_on for each in instalments] == sorted(each.due_on for each in instalments)


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_what_is_booked_of_any_loan_balances_performing_or_not(loan: AnyLoan, on: date) -> None:
    found = loan.replayed(on)

    for is_npa in (False, True):
        assert sum(books(found, is_npa=is_npa).values()) + over_accounts(found) == 0


@given(loan=ANY_LOAN, on=ON)
@EXAMPLES
def test_stretches_of_interest_follow_one_another_within_their_period(
    loan: AnyLoan, on: date
) -> None:
    for each in loan.replayed(on).instalments:
        for stretch in each.stretches:
            assert each.start_on <= stretch.since < stretch.until <= each.due_on
            assert stretch.balance_minor >= 0
        # What was planned, or agreed until the due date, stands beside what is paid out later.
        is_recalculated = loan.rules.recalculation is not Recalculation.NONE
        if is_recalculated and loan.rules.pre_closure is PreClosure.TO_DATE:
            for first, second in pairwise(each.stretches):
                assert first.until <= second.since


@pytest.mark.parametrize("recalculation", Recalculation)
@pytest.mark.parametrize("pre_closure", PreClosure)
@pytest.mark.parametrize("on", ["2022-11-20", "2022-12-01", "2022-12-20"])
def test_interest_of_a_loan_that_was_paid_off_is_explained_by_its_days(
    recalculation: Recalculation, pre_closure: PreClosure, on: str
) -> None:
    chosen: dict[str, Any] = {"recalculation": recalculation, "pre_closure": pre_closure}
    owed = position(on=on, **chosen)
    paid_off = paid(format_minor(owed.payoff_minor, INR), on)

    found = position(paid_off, on="2023-02-01", **chosen)

    told = [explain_instalment(found, each.number, INR) for each in found.instalments]
    said = [each for part in told for each in part.reasons if each.rule.startswith("interest")]
    assert {each.rule for each in said} == {"interest-of-days"}
    interest = sum(each.interest.due_minor for each in found.instalments)
    assert sum(each.amount_minor for each in said) == interest > 0


def test_a_part_paid_out_after_a_backdated_closure_bears_interest_of_its_own_days_alone() -> None:
    lent: list[LoanEvent] = [
        Disbursed(sequence=1, value_date=START, booked_on=START, amount_minor=1_000_00),
        Disbursed(
            sequence=2, value_date=day("2022-11-21"), booked_on=day("2022-11-21"),
            amount_minor=1_000_00,
        ),
        Repaid(
            sequence=3, value_date=day("2022-11-11"), booked_on=day("2022-11-25"),
            amount_minor=1_500_00,
        ),
    ]  # fmt: skip
    chosen = rules(recalculation="SAME_AS_REPAYMENT")
    wanted = terms("2000", instalments=6)

    found = replay(wanted, lent, day("2022-12-01"), rules=chosen)

    # Of the month's 1 %: ten days on the first thousand, and ten on the second.
    assert found.instalments[0].interest.due_minor == inr("3.33") + inr("3.33")


@pytest.mark.parametrize("recalculation", Recalculation)
@pytest.mark.parametrize("method", [Method.EMI, Method.EQUAL_PRINCIPAL])
def test_a_part_paid_out_between_due_dates_bears_interest_from_its_own_day_on(
    recalculation: Recalculation, method: Method
) -> None:
    first, second = (
        Disbursed(sequence=n, value_date=day(on), booked_on=day(on), amount_minor=1_000_00)
        for n, on in ((1, "2022-11-01"), (2, "2022-11-21"))
    )
    wanted = terms("2000", instalments=6, method=method)

    found = replay(
        wanted, [first, second], day("2022-12-01"), rules=rules(recalculation=recalculation)
    )

    # Of the month's 1 %: thirty days on the first thousand, and ten on the second.
    assert abs(found.instalments[0].interest.due_minor - inr("13.33")) <= 1
    told = explain_instalment(found, 1, INR)
    assert {each.rule for each in told.reasons if "interest" in each.rule} == {"interest-of-days"}


@pytest.mark.parametrize("recalculation", Recalculation)
def test_a_part_paid_out_after_a_due_date_bears_no_interest_of_the_days_before_it(
    recalculation: Recalculation,
) -> None:
    first, second = (
        Disbursed(sequence=n, value_date=day(on), booked_on=day(on), amount_minor=1_000_00)
        for n, on in ((1, "2022-11-01"), (3, "2022-12-15"))
    )
    repaid = Repaid(
        sequence=2, value_date=day("2022-12-01"), booked_on=day("2022-12-01"), amount_minor=200_00
    )
    wanted = terms("2000", instalments=12)

    found = replay(
        wanted, [first, repaid, second], day("2022-12-31"), rules=rules(recalculation=recalculation)
    )

    borne = [each for each in found.instalments[1].stretches if each.since < second.value_date]
    assert borne
    assert max(each.balance_minor for each in borne) < first.amount_minor
