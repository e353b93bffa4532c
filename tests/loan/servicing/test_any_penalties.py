"""What holds for the penal charges of any loan, under any rules, with any history, on any date."""

from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.loan.penal import PenalTerms
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, over_accounts
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.explaining import explain, explain_instalment
from services.loan.domain.servicing.position import PenalCharge, Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.any_loan import ANY_LOAN, ON, AnyLoan, recorded_otherwise
from tests.loan.terms import INR

ANY_PENAL = st.builds(
    PenalTerms,
    penal_rate=st.sampled_from((Decimal(0), Decimal(3), Decimal("36.5"))),
    penal_amount_minor=st.sampled_from((0, 1, 250_00)),
    penal_grace_days=st.integers(0, 31),
    penal_cap_minor=st.none() | st.integers(250_00, 300_00),
    penal_tax_percent=st.sampled_from((Decimal(0), Decimal(18))),
)


def penalised(
    loan: AnyLoan, penal: PenalTerms, on: date, events: list[LoanEvent] | None = None
) -> Position:
    known = loan.events if events is None else events
    return replay(loan.terms, known, on, rules=loan.rules, penal=penal)


def all_charges(found: Position) -> list[tuple[int, PenalCharge]]:
    return [(each.number, charge) for each in found.instalments for charge in each.penal_charges]


@given(loan=ANY_LOAN, penal=ANY_PENAL, on=ON)
@settings(max_examples=150, deadline=None)
def test_whatever_happens_charges_are_bounded_and_the_sums_hold(
    loan: AnyLoan, penal: PenalTerms, on: date
) -> None:
    found = penalised(loan, penal, on)

    for each in found.instalments:
        made = each.penal_charges
        if penal.penal_cap_minor is not None:
            assert sum(charge.amount_minor for charge in made) <= penal.penal_cap_minor
        assert sum(charge.days is None for charge in made) <= 1
        months = [charge.on for charge in made if charge.days is not None]
        assert len({day.isoformat()[:7] for day in months}) == len(months)
        assert all(each.due_on < charge.on <= on for charge in made)
        told = explain_instalment(found, each.number, INR)
        assert sum(reason.amount_minor for reason in told.reasons) == each.outstanding_minor
    for is_npa in (False, True):
        assert sum(books(found, is_npa=is_npa).values()) + over_accounts(found) == 0
    assert arrears_of(found).overdue_minor <= found.outstanding_minor
    assert sum(each.amount_minor for each in explain(found, INR).reasons) == found.payoff_minor


@given(loan=ANY_LOAN, penal=ANY_PENAL, on=ON)
@settings(max_examples=100, deadline=None)
def test_whatever_happens_no_penalty_is_charged_on_a_penalty(
    loan: AnyLoan, penal: PenalTerms, on: date
) -> None:
    for number, charge in all_charges(penalised(loan, penal, on)):
        if charge.days is not None:
            known = [each for each in loan.known(on) if each.value_date < charge.on]
            [then] = [
                each
                for each in penalised(loan, penal, charge.on, known).instalments
                if each.number == number
            ]
            without = then.outstanding_minor - then.penalties.outstanding_minor
            assert charge.days.balance_minor == without


@given(loan=ANY_LOAN, penal=ANY_PENAL, on=ON, seed=st.integers())
@settings(max_examples=100, deadline=None)
def test_whatever_happens_charges_do_not_depend_on_when_it_became_known(
    loan: AnyLoan, penal: PenalTerms, on: date, seed: int
) -> None:
    otherwise, _ = recorded_otherwise(loan, Random(seed))

    again = penalised(loan, penal, on, otherwise)

    assert all_charges(again) == all_charges(penalised(loan, penal, on))


@given(loan=ANY_LOAN, penal=ANY_PENAL, on=ON, days=st.integers(1, 120))
@settings(max_examples=100, deadline=None)
def test_whatever_happens_days_that_pass_add_charges_and_change_none(
    loan: AnyLoan, penal: PenalTerms, on: date, days: int
) -> None:
    known = loan.known(on)
    today = all_charges(penalised(loan, penal, on, known))

    later = all_charges(penalised(loan, penal, on.fromordinal(on.toordinal() + days), known))

    assert [each for each in later if each[1].on <= on] == today
