"""What holds for every loan: charges, waivers, other rates and other schedules included."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.loan.servicing import ServicingRules
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, difference, over_accounts
from services.loan.domain.servicing.differences import differences
from services.loan.domain.servicing.events import (
    Charged,
    Classified,
    LoanEvent,
    Part,
    RateChanged,
    Reamortised,
    Repaid,
    Rescheduled,
    Waived,
    WrittenOff,
    details_of,
    event_of,
)
from services.loan.domain.servicing.explaining import explain, explain_instalment
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.replaying import replay_plan
from tests.loan.servicing.histories import START
from tests.loan.servicing.test_replay import ANY_PLAN, ANY_RULES, AS_OF, PAID_OUT, parts
from tests.loan.terms import INR, inr

DAYS = st.integers(0, 300)
MINOR = st.integers(1, 300_000)
WHATEVER = st.lists(
    st.one_of(
        st.tuples(st.just(Repaid), DAYS, st.fixed_dictionaries({"amount_minor": MINOR})),
        st.tuples(
            st.just(Charged),
            DAYS,
            st.fixed_dictionaries(
                {
                    "amount_minor": MINOR,
                    "part": st.sampled_from((Part.FEES, Part.PENALTIES)),
                    "name": st.just("penal charge"),
                }
            ),
        ),
        st.tuples(
            st.just(Waived),
            DAYS,
            st.fixed_dictionaries(
                {
                    "amount_minor": MINOR,
                    "part": st.sampled_from((Part.FEES, Part.PENALTIES, Part.INTEREST)),
                }
            ),
        ),
        st.tuples(
            st.just(RateChanged),
            DAYS,
            st.fixed_dictionaries({"annual_rate": st.sampled_from((Decimal(6), Decimal(20)))}),
        ),
        st.tuples(
            st.just(Rescheduled),
            DAYS,
            st.fixed_dictionaries(
                {
                    "from_due": st.integers(0, 300).map(lambda days: START + timedelta(days=days)),
                    "extra_instalments": st.integers(0, 3),
                    "interest_grace": st.integers(0, 2),
                    "principal_grace": st.integers(0, 2),
                    "annual_rate": st.sampled_from((None, Decimal(9))),
                }
            ),
        ),
        st.tuples(st.just(Reamortised), DAYS, st.just({})),
        st.tuples(
            st.just(Classified),
            DAYS,
            st.fixed_dictionaries({"npa_since": st.sampled_from((None, START))}),
        ),
        st.tuples(st.just(WrittenOff), st.just(310), st.just({})),
    ),
    max_size=7,
)


def made(whatever: list[tuple[Any, int, dict[str, Any]]]) -> list[LoanEvent]:
    events: list[LoanEvent] = [PAID_OUT]
    for number, (kind, days, fields) in enumerate(whatever, start=2):
        on = START + timedelta(days=days)
        events.append(kind(sequence=number, value_date=on, booked_on=on, **fields))
    return events


def figures(found: Any) -> Iterator[tuple[int, int]]:
    yield explain(found, INR).figure_minor, sum(r.amount_minor for r in explain(found, INR).reasons)
    for each in found.instalments:
        told = explain_instalment(found, each.number, INR)
        assert told.figure_minor == each.outstanding_minor
        yield told.figure_minor, sum(reason.amount_minor for reason in told.reasons)


@given(plan=ANY_PLAN, rules=ANY_RULES, whatever=WHATEVER, as_of=AS_OF)
@settings(max_examples=300)
def test_whatever_happens_the_sums_hold_and_every_figure_is_explained(
    plan: Plan, rules: ServicingRules, whatever: list[Any], as_of: date
) -> None:
    found = replay_plan(plan, made(whatever), as_of, rules=rules)

    assert sum(each.principal.due_minor for each in found.instalments) == inr("5000")
    assert min(parts(found)) >= 0
    allocated = sum(each.amount_minor for each in found.allocations if not each.is_waiver)
    assert allocated + found.overpaid_minor == found.repaid_minor
    for is_npa in (False, True):
        assert sum(books(found, is_npa=is_npa).values()) + over_accounts(found) == 0
    for figure, explained in figures(found):
        assert figure == explained
    assert arrears_of(found).overdue_minor <= found.outstanding_minor


@given(plan=ANY_PLAN, rules=ANY_RULES, whatever=WHATEVER, as_of=AS_OF)
@settings(max_examples=100)
def test_whatever_happens_a_due_date_changes_no_total_that_it_should_not(
    plan: Plan, rules: ServicingRules, whatever: list[Any], as_of: date
) -> None:
    events = made(whatever)
    today = replay_plan(plan, events, as_of, rules=rules)
    paid_off = Repaid(
        sequence=99, value_date=as_of, booked_on=as_of, amount_minor=max(today.payoff_minor, 1)
    )

    closed = replay_plan(plan, [*events, paid_off], as_of, rules=rules)

    if today.written_off is None:
        assert closed.outstanding_minor == 0
        assert arrears_of(closed).days_past_due == 0
    moved = difference(books(closed), books(today))
    assert sum(moved.values()) == paid_off.amount_minor
    changed = {each.instalment for each in differences(today, closed)}
    assert changed <= {each.number for each in (*today.instalments, *closed.instalments)}


@given(whatever=WHATEVER)
@settings(max_examples=50)
def test_every_event_has_one_exact_form_in_its_row(whatever: list[Any]) -> None:
    for event in made(whatever):
        columns = {
            "sequence": event.sequence,
            "kind": event.kind,
            "value_date": event.value_date,
            "booked_on": event.booked_on,
            "amount_minor": getattr(event, "amount_minor", None),
            "reverses": getattr(event, "reverses", None),
        }

        assert event_of(columns, details_of(event)) == event
