"""Months in which nothing is due, in figures by hand.

120 000 at 12 percent is paid out on 1 January 2026, twelve times 10 661.85 from 1 February on. On
10 January the borrower is granted some instalments of which nothing is due.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from contracts.loan.rescheduling import MoratoriumInterest
from contracts.loan.servicing import ServicingRules
from contracts.loan.terms import Fee
from contracts.loan.words import FeeCharged, Method
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, over_accounts
from services.loan.domain.servicing.events import (
    Disbursed,
    LoanEvent,
    MoratoriumGranted,
    RateChanged,
    Repaid,
    WrittenOff,
)
from services.loan.domain.servicing.explaining import explain, explain_instalment
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.any_loan import ANY_LOAN, ON, START, AnyLoan
from tests.loan.servicing.histories import day
from tests.loan.terms import INR, inr, terms

CAPITALISED, SEPARATE = MoratoriumInterest
NEW_YEAR = date(2026, 1, 1)
GRANTED = "2026-01-10"


def at(number: int, on: str) -> dict[str, Any]:
    return {"sequence": number, "value_date": day(on), "booked_on": day(on)}


def pause(count: int = 3, interest: MoratoriumInterest = CAPITALISED) -> MoratoriumGranted:
    return MoratoriumGranted(**at(2, GRANTED), instalments=count, interest=interest)


def lent(*events: LoanEvent, on: str = GRANTED, rules: Any = None, **more: Any) -> Position:
    wanted = terms("120000", "12", instalments=12, start_date=NEW_YEAR, **more)
    out = Disbursed(**at(1, "2026-01-01"), amount_minor=inr("120000"))
    return replay(wanted, [out, *events], day(on), rules=ServicingRules(**(rules or {})))


@pytest.mark.parametrize("recalculation", ["NONE", "DAILY"])
def test_interest_that_is_capitalised_bears_interest_from_its_due_date(recalculation: str) -> None:
    found = lent(pause(), rules={"recalculation": recalculation})

    first = found.instalments[:3]
    assert [each.due_minor for each in first] == [0, 0, 0]
    # One percent of 120 000.00, of 121 200.00 and of 122 412.00.
    assert [each.to_capitalise_minor for each in first] == [
        inr("1200"), inr("1212"), inr("1224.12"),
    ]  # fmt: skip
    assert first[-1].balance_minor == inr("123636.12")
    assert found.principal_minor == inr("120000")  # none of it is principal yet


def test_afterwards_it_is_the_loan_of_what_is_owed_then_over_as_many_instalments() -> None:
    found = lent(pause())

    rest = found.instalments[3:]
    new = draw_schedule(terms("123636.12", "12", instalments=12, start_date=date(2026, 4, 1)))
    assert [(each.principal.due_minor, each.interest.due_minor, each.due_on) for each in rest] == [
        (each.principal_minor, each.interest_minor, each.due_date) for each in new.instalments
    ]
    assert rest[-1].balance_minor == 0


def test_interest_that_is_separate_bears_none_and_is_due_in_equal_parts() -> None:
    found = lent(pause(interest=SEPARATE))

    first, rest = found.instalments[:3], found.instalments[3:]
    assert [each.due_minor for each in first] == [0, 0, 0]
    # Three times one percent of 120 000.00, in twelve parts of 300.00.
    new = draw_schedule(terms("120000", "12", instalments=12, start_date=date(2026, 4, 1)))
    assert [(each.principal.due_minor, each.interest.due_minor) for each in rest] == [
        (each.principal_minor, each.interest_minor + inr("300")) for each in new.instalments
    ]
    assert sum(each.principal.due_minor for each in found.instalments) == inr("120000")


@pytest.mark.parametrize("interest", MoratoriumInterest)
def test_nothing_is_late_nor_charged_while_nothing_is_due(interest: MoratoriumInterest) -> None:
    fee = Fee(name="service", amount_minor=100_00, charged=FeeCharged.PER_INSTALMENT)

    found = lent(pause(interest=interest), on="2026-04-30", fees=(fee,))

    assert (arrears_of(found).since, arrears_of(found).overdue_minor) == (None, 0)
    assert [each.fees.due_minor for each in found.instalments[:4]] == [0, 0, 0, 100_00]


def test_interest_becomes_principal_in_the_books_when_its_due_date_is_over() -> None:
    on_the_day, after = lent(pause(), on="2026-02-01"), lent(pause(), on="2026-02-02")

    assert books(on_the_day) == {
        "LOANS": -inr("120000"), "LOAN-INTEREST-RECEIVABLE": -inr("1200"),
        "INTEREST-INCOME": inr("1200"),
    }  # fmt: skip
    assert books(after)["LOANS"] == -inr("121200")
    assert after.principal_minor == inr("121200")
    assert books(after)["INTEREST-INCOME"] == inr("1200") + after.accrued_minor
    assert sum(books(after).values()) + over_accounts(after) == 0


def test_capitalised_interest_of_a_loan_that_does_not_perform_is_no_income() -> None:
    found = lent(pause(), on="2026-04-02")

    lines = books(found, is_npa=True)

    assert lines["LOANS"] == -inr("123636.12")
    assert "INTEREST-INCOME" not in lines
    assert lines["INTEREST-SUSPENSE"] == inr("3636.12") + found.accrued_minor


@pytest.mark.parametrize(
    "on", ["2026-01-10", "2026-02-01", "2026-02-02", "2026-03-15", "2026-06-20"]
)
@pytest.mark.parametrize("interest", MoratoriumInterest)
def test_it_is_paid_off_on_any_day_at_a_figure_that_is_explained(
    on: str, interest: MoratoriumInterest
) -> None:
    owed = lent(pause(interest=interest), on=on)
    told = explain(owed, INR)
    assert sum(each.amount_minor for each in told.reasons) == owed.payoff_minor

    last = Repaid(**at(3, on), amount_minor=owed.payoff_minor)
    found = lent(pause(interest=interest), last, on="2028-01-01")

    assert (found.outstanding_minor, found.overpaid_minor, found.is_repaid) == (0, 0, True)
    assert set(books(found)) == {"INTEREST-INCOME"}


def test_each_instalment_says_what_becomes_of_its_interest() -> None:
    found = lent(pause(), on="2026-02-20")

    told = [explain_instalment(found, number, INR) for number in (1, 2)]

    for each in told:
        assert each.figure_minor == 0 == sum(reason.amount_minor for reason in each.reasons)
        assert [reason.rule for reason in each.reasons] == [
            "interest-of-days", "interest-capitalised",
        ]  # fmt: skip
    assert told[0].reasons[1].sentence == (
        "Interest that is added to the principal on 1 February 2026: INR 1200.00."
    )


def test_a_payment_meanwhile_repays_principal_and_less_is_capitalised() -> None:
    repaid = Repaid(**at(3, "2026-02-01"), amount_minor=inr("21200"))

    found = lent(
        pause(), repaid, on="2026-03-02", rules={"recalculation": "DAILY"}, method=Method.EMI
    )

    # 120 000.00 less 21 200.00 bears one percent, once January's 1 200.00 is added.
    assert [each.capitalised_minor for each in found.instalments[:2]] == [inr("1200"), inr("1000")]
    assert found.principal_minor == inr("101000")


def test_another_rate_meanwhile_counts_for_what_is_capitalised() -> None:
    floated = RateChanged(**at(3, "2026-02-01"), annual_rate=Decimal(24))

    found = lent(pause(), floated, on="2026-03-02")

    assert [each.capitalised_minor for each in found.instalments[:2]] == [inr("1200"), inr("2424")]
    assert found.instalments[-1].balance_minor == 0


def test_a_second_one_follows_the_first() -> None:
    again = MoratoriumGranted(**at(3, "2026-02-10"), instalments=2, interest=CAPITALISED)

    found = lent(pause(2), again, on="2026-02-10")

    assert [each.due_minor > 0 for each in found.instalments] == [False] * 4 + [True] * 12


def test_a_loss_in_a_moratorium_is_what_was_owed() -> None:
    found = lent(pause(), WrittenOff(**at(3, "2026-02-15")), on="2026-03-15")

    assert found.written_off is not None
    assert found.written_off.principal_minor == inr("121200")
    assert sum(books(found).values()) + over_accounts(found) == 0


def granted(loan: AnyLoan, days: int, count: int, interest: MoratoriumInterest) -> AnyLoan:
    """The same loan with a moratorium some days after it was wholly paid out, as the last thing
    that became known."""
    paid_out = [each.value_date for each in loan.events if isinstance(each, Disbursed)]
    on = max([START + timedelta(days=days), *paid_out])
    assume(loan.replayed(on).instalments[-1].due_on > on)
    event = MoratoriumGranted(
        sequence=len(loan.events) + 1,
        value_date=on,
        booked_on=on,
        instalments=count,
        interest=interest,
    )
    return replace(loan, events=(*loan.events, event))


RUNNING = st.builds(
    granted,
    ANY_LOAN.filter(lambda loan: loan.terms.method is not Method.FLAT),
    st.integers(0, 60),
    st.integers(1, 5),
    st.sampled_from(MoratoriumInterest),
)


@given(loan=RUNNING, on=ON)
@settings(max_examples=100, deadline=None)
def test_whatever_else_happens_books_balance_and_all_is_repaid(loan: AnyLoan, on: date) -> None:
    found = loan.replayed(on)

    interest = found.capitalised_minor + found.to_capitalise_minor
    due = sum(each.principal.due_minor for each in found.instalments)
    assert due == found.disbursed_minor + interest
    assert found.instalments[-1].balance_minor == 0
    assert 0 <= found.principal_minor <= found.payoff_minor
    for is_npa in (False, True):
        assert sum(books(found, is_npa=is_npa).values()) + over_accounts(found) == 0


@given(loan=RUNNING, on=ON)
@settings(max_examples=100, deadline=None)
def test_whatever_else_happens_it_is_paid_off_by_what_is_explained(loan: AnyLoan, on: date) -> None:
    found = loan.replayed(on)
    told = explain(found, INR)
    assert sum(each.amount_minor for each in told.reasons) == found.payoff_minor
    assume(found.payoff_minor)

    last = Repaid(sequence=999, value_date=on, booked_on=on, amount_minor=found.payoff_minor)
    after = loan.replayed(on + timedelta(days=700), [*loan.known(on), last])

    assert (after.outstanding_minor, after.payoff_minor) == (0, 0)
    assert after.overpaid_minor == found.overpaid_minor
