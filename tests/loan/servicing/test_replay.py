"""What holds for every loan, whatever is paid and when."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.loan.servicing import (
    AllocationOrder,
    LateInterest,
    PreClosure,
    PrepaymentRule,
    Recalculation,
    ServicingRules,
)
from contracts.loan.words import Frequency, Method, ScheduleType
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.books import books, over_accounts
from services.loan.domain.servicing.events import Disbursed, LoanEvent, Repaid, RepaymentReversed
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay, replay_plan
from tests.loan.servicing.histories import (
    BY_DAYS,
    START,
    daily,
    day,
    paid,
    position,
    rows,
)
from tests.loan.terms import inr, terms

ANY_RULES = st.builds(
    ServicingRules,
    allocation=st.sampled_from(AllocationOrder),
    prepayment=st.sampled_from(PrepaymentRule),
    recalculation=st.sampled_from(Recalculation),
    late_interest=st.sampled_from(LateInterest),
    pre_closure=st.sampled_from(PreClosure),
)
ANY_PLAN = st.builds(
    lambda counting, count, rate, multiple, method: Plan(
        terms(
            "5000",
            rate,
            instalments=count,
            instalment_multiple_minor=multiple,
            method=method,
            **counting,
        )
    ),
    st.sampled_from(({}, BY_DAYS)),
    st.integers(1, 8),
    st.sampled_from(("0", "1", "12", "36.5")),
    st.sampled_from((1, 100)),
    st.sampled_from(Method),
)
REPAYMENTS = st.lists(
    st.tuples(st.integers(0, 400), st.one_of(st.integers(1, 600_000), st.just(86_200))),
    max_size=6,
)
AS_OF = st.integers(0, 420).map(lambda days: START + timedelta(days=days))
PAID_OUT = Disbursed(sequence=1, value_date=START, booked_on=START, amount_minor=inr("5000"))


def events(repayments: list[tuple[int, int]]) -> list[LoanEvent]:
    made: list[LoanEvent] = [PAID_OUT]
    for number, (days, minor) in enumerate(repayments, start=2):
        on = START + timedelta(days=days)
        made.append(Repaid(sequence=number, value_date=on, booked_on=on, amount_minor=minor))
    return made


def parts(found: Position) -> Iterator[int]:
    for each in found.instalments:
        for amounts in each.parts:
            yield from (amounts.due_minor, amounts.paid_minor, amounts.outstanding_minor)


@given(plan=ANY_PLAN, rules=ANY_RULES, repayments=REPAYMENTS, as_of=AS_OF)
@settings(max_examples=300)
def test_whatever_is_paid_the_sums_hold(
    plan: Plan, rules: ServicingRules, repayments: list[tuple[int, int]], as_of: date
) -> None:
    history = events(repayments)

    found = replay_plan(plan, history, as_of, rules=rules)

    repaid = sum(minor for days, minor in repayments if START + timedelta(days=days) <= as_of)
    assert sum(each.principal.due_minor for each in found.instalments) == inr("5000")
    assert found.instalments[-1].balance_minor == 0
    assert min(parts(found)) >= 0
    allocated = sum(each.amount_minor for each in found.allocations)
    assert allocated + found.overpaid_minor == found.repaid_minor == repaid
    assert sum(each.paid_minor for each in found.instalments) == allocated
    assert sum(books(found).values()) + over_accounts(found) == 0
    assert sum(books(found, is_npa=True).values()) + over_accounts(found) == 0
    assert found.payoff_minor <= found.outstanding_minor


@given(plan=ANY_PLAN, rules=ANY_RULES, repayments=REPAYMENTS, as_of=AS_OF, seed=st.integers())
@settings(max_examples=100)
def test_it_makes_no_difference_in_which_order_events_became_known(
    plan: Plan, rules: ServicingRules, repayments: list[tuple[int, int]], as_of: date, seed: int
) -> None:
    history = events(repayments)
    shuffled = list(history)
    Random(seed).shuffle(shuffled)

    assert replay_plan(plan, shuffled, as_of, rules=rules) == replay_plan(
        plan, history, as_of, rules=rules
    )


@given(plan=ANY_PLAN, rules=ANY_RULES, repayments=REPAYMENTS, as_of=AS_OF)
@settings(max_examples=200)
def test_what_is_quoted_for_a_day_and_paid_on_it_closes_the_loan_at_zero(
    plan: Plan, rules: ServicingRules, repayments: list[tuple[int, int]], as_of: date
) -> None:
    history = events(repayments)
    before = replay_plan(plan, history, as_of, rules=rules)
    if before.is_repaid:
        return
    last = Repaid(sequence=99, value_date=as_of, booked_on=as_of, amount_minor=before.payoff_minor)

    after = replay_plan(plan, [*history, last], as_of, rules=rules)
    later = replay_plan(plan, [*history, last], as_of + timedelta(days=500), rules=rules)

    assert after.outstanding_minor == after.payoff_minor == 0
    assert after.overpaid_minor == before.overpaid_minor
    assert later.outstanding_minor == 0
    assert "LOANS" not in books(later)
    assert "LOAN-INTEREST-RECEIVABLE" not in books(later)


@given(plan=ANY_PLAN, rules=ANY_RULES, repayments=REPAYMENTS, as_of=AS_OF)
@settings(max_examples=100)
def test_a_repayment_taken_back_leaves_the_loan_as_if_it_had_never_been(
    plan: Plan, rules: ServicingRules, repayments: list[tuple[int, int]], as_of: date
) -> None:
    history = events(repayments)
    wrong = Repaid(sequence=50, value_date=as_of, booked_on=as_of, amount_minor=123_456)
    back = RepaymentReversed(sequence=51, value_date=as_of, booked_on=as_of, reverses=50)

    found = replay_plan(plan, [*history, wrong, back], as_of, rules=rules)

    assert found == replay_plan(plan, history, as_of, rules=rules)


@pytest.mark.parametrize("recalculation", Recalculation)
def test_a_loan_as_it_is_paid_out_has_the_schedule_that_was_quoted(
    recalculation: Recalculation,
) -> None:
    quoted = draw_schedule(terms(instalments=6))

    found = position(on="2022-11-01", recalculation=recalculation)

    assert [row[:2] for row in rows(found)] == [
        (each.principal_minor, each.interest_minor) for each in quoted.instalments
    ]
    assert [each.due_on for each in found.instalments] == [
        each.due_date for each in quoted.instalments
    ]
    assert len(found.changed_by) == 1


def test_without_recalculation_a_repayment_changes_no_interest() -> None:
    found = position(paid("862.74", "2022-11-15"), paid("100", "2023-02-20"), on="2023-03-01")

    assert [each.interest.due_minor for each in found.instalments] == [
        each.interest.due_minor for each in position(on="2022-11-01").instalments
    ]


def test_what_is_more_than_all_that_is_owed_stays_the_borrowers() -> None:
    found = daily(paid("6000", "2022-11-11"), on="2022-11-11", recalculation="DAILY")

    # 10 days on 5 000 at 12 % of 365 days: 16.44
    assert found.overpaid_minor == inr("983.56")
    assert found.is_repaid
    assert books(found)["LOAN-OVERPAID"] == inr("983.56")


@pytest.mark.parametrize("on", ["2022-11-01", "2022-11-20", "2022-12-01", "2023-01-15"])
def test_what_is_earned_of_interest_grows_by_the_day(on: str) -> None:
    found = daily(on=on, recalculation="DAILY")
    days = (day(on) - START).days

    # All instalments are late, so all days are on 5 000; each due date rounds once.
    assert abs(books(found).get("INTEREST-INCOME", 0) - 500_000 * 12 * days / 36_500) <= 2


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("frequency", [Frequency.MONTHLY, Frequency.WEEKLY, Frequency.FORTNIGHTLY])
@pytest.mark.parametrize("principal_grace", [0, 2])
def test_however_it_is_repaid_a_loan_has_the_schedule_that_was_quoted(
    method: Method, frequency: Frequency, principal_grace: int
) -> None:
    wanted = terms(
        instalments=6, method=method, frequency=frequency, principal_grace=principal_grace
    )

    found = replay(wanted, [PAID_OUT], START)

    assert [row[:2] for row in rows(found)] == [
        (each.principal_minor, each.interest_minor) for each in draw_schedule(wanted).instalments
    ]


@pytest.mark.parametrize("prepayment", PrepaymentRule)
def test_flat_interest_stays_that_of_the_whole_principal(prepayment: PrepaymentRule) -> None:
    wanted = terms(instalments=6, method=Method.FLAT)
    repaid = Repaid(sequence=2, value_date=START, booked_on=START, amount_minor=inr("2000"))

    found = replay(wanted, [PAID_OUT, repaid], START, rules=ServicingRules(prepayment=prepayment))

    assert {each.interest.due_minor for each in found.instalments} == {inr("50")}
    assert sum(each.principal.due_minor for each in found.instalments) == inr("5000")


def test_parts_that_are_paid_out_on_one_day_are_repaid_as_one() -> None:
    wanted = terms(instalments=6, schedule_type=ScheduleType.PROGRESSIVE)
    parts = [
        PAID_OUT.model_copy(update={"sequence": number, "amount_minor": inr(amount)})
        for number, amount in enumerate(("3000", "500", "1500"), start=1)
    ]

    assert rows(replay(wanted, parts, START)) == rows(replay(wanted, [PAID_OUT], START))


@pytest.mark.parametrize("pre_closure", PreClosure)
def test_interest_put_off_and_paid_in_advance_is_not_asked_for_again_when_it_is_paid_off(
    pre_closure: PreClosure,
) -> None:
    wanted = terms(instalments=6, interest_grace=1)
    chosen = ServicingRules(prepayment=PrepaymentRule.NEXT_INSTALMENTS, pre_closure=pre_closure)
    first, second, *_ = draw_schedule(wanted).instalments
    in_advance = Repaid(
        sequence=2,
        value_date=day("2022-11-05"),
        booked_on=day("2022-11-05"),
        amount_minor=first.due_minor + second.due_minor,
    )
    on = day("2022-11-20")
    before = replay(wanted, [PAID_OUT, in_advance], on, rules=chosen)
    rest = Repaid(sequence=3, value_date=on, booked_on=on, amount_minor=before.payoff_minor)

    after = replay(wanted, [PAID_OUT, in_advance, rest], on, rules=chosen)

    assert before.payoff_minor == before.principal_minor
    assert after.outstanding_minor == after.overpaid_minor == 0
    assert sum(each.interest.paid_minor for each in after.instalments) == second.interest_minor
