"""A loan's position from its terms and its events: the one way in which it is ever computed.

Events count in the order of their value dates; of one date, in the order of their ranks, then of
their numbers. So it makes no difference when each became known: a repayment that is backdated, or
taken back, gives what would have been had it been known in time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from contracts.loan.penal import PenalTerms
from contracts.loan.quotes import QuoteLoan
from contracts.loan.servicing import ServicingRules
from services.loan.domain.servicing.allocation import give_back, payoff_of, repay
from services.loan.domain.servicing.changing import (
    change_rate,
    charge,
    grant_moratorium,
    reamortise,
    recover,
    refund,
    reschedule,
    top_up,
    waive,
    write_off,
)
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.drawing import disburse
from services.loan.domain.servicing.events import (
    Cancelled,
    Charged,
    Classified,
    Disbursed,
    GivenBack,
    LoanEvent,
    MoratoriumGranted,
    RateChanged,
    Reamortised,
    Recovered,
    Refunded,
    Repaid,
    RepaymentReversed,
    Rescheduled,
    ToppedUp,
    Waived,
    WrittenOff,
)
from services.loan.domain.servicing.lines import Bucket, Line
from services.loan.domain.servicing.penalties import charge_late, penalties_tax
from services.loan.domain.servicing.plan import Plan
from services.loan.domain.servicing.position import Amounts, Instalment, Position

_PLAIN = ServicingRules()


def replay(
    terms: QuoteLoan,
    events: Iterable[LoanEvent],
    as_of: date,
    *,
    rules: ServicingRules = _PLAIN,
    penal: PenalTerms | None = None,
) -> Position:
    """The loan on `as_of`, by the events whose value date is not after it, in whatever order.

    Late payment is charged on the terms `penal`; None: it is not.
    """
    return replay_plan(Plan(terms), events, as_of, rules=rules, penal=penal)


def replay_plan(
    plan: Plan,
    events: Iterable[LoanEvent],
    as_of: date,
    *,
    rules: ServicingRules,
    penal: PenalTerms | None = None,
) -> Position:
    """The same by the arithmetic that the terms stand for."""
    course, events = Course(plan, rules, penal=penal), list(events)
    for event in counting(events, as_of):
        _begin(course, event.value_date)
        _HAPPENS[type(event)](course, event)
        course.follow(event.value_date)
        course.note_change(event)
    _begin(course, as_of)
    course.replan_for(as_of)
    return _position(course, as_of, events)


def counting(events: Iterable[LoanEvent], as_of: date) -> list[LoanEvent]:
    """The events until this date that change something, in order: none that was taken back."""
    events = list(events)
    reversed_ones = {each.reverses for each in events if isinstance(each, RepaymentReversed)}
    return sorted(
        (
            each
            for each in events
            if each.value_date <= as_of
            and not isinstance(each, RepaymentReversed | Classified | Cancelled)
            and each.sequence not in reversed_ones
        ),
        key=lambda each: each.order,
    )


def _begin(course: Course, day: date) -> None:
    """Come to the morning of a day: due dates before it have passed, and who is late is charged."""
    course.roll(day)
    charge_late(course, day)


_HAPPENS: Mapping[type[Any], Callable[[Course, Any], None]] = {
    Disbursed: disburse,
    ToppedUp: top_up,
    Repaid: repay,
    GivenBack: give_back,
    RateChanged: change_rate,
    Rescheduled: reschedule,
    MoratoriumGranted: grant_moratorium,
    Reamortised: reamortise,
    Charged: charge,
    Waived: waive,
    Refunded: refund,
    WrittenOff: write_off,
    Recovered: recover,
}


def _position(course: Course, on: date, events: Sequence[LoanEvent]) -> Position:
    return Position(
        on=on,
        disbursed_minor=course.disbursed,
        kept_back_minor=course.kept_back,
        kept_back_tax_minor=course.kept_back_tax,
        fees_tax_minor=course.fees_tax,
        penalties_tax_minor=sum(penalties_tax(line) for line in course.lines),
        repaid_minor=course.repaid,
        refunded_minor=course.refunded,
        recovered_minor=course.recovered,
        overpaid_minor=course.overpaid,
        instalments=_instalments(course),
        allocations=tuple(course.allocations),
        changed_by=tuple(course.changed_by),
        payoff_minor=payoff_of(course, on),
        accruing=tuple(course.accrued(on)),
        written_off=course.written_off,
        is_given_back=course.is_given_back,
        borrower_npa_since=_borrower_npa_since(events, on),
    )


def _borrower_npa_since(events: Iterable[LoanEvent], on: date) -> date | None:
    known = (each for each in events if isinstance(each, Classified) and each.value_date <= on)
    last = max(known, key=lambda each: each.order, default=None)
    return last.npa_since if last else None


def _instalments(course: Course) -> tuple[Instalment, ...]:
    return tuple(
        _instalment(line, balance, is_past=line.number <= course.at)
        for line, balance in course.balances()
    )


def _instalment(line: Line, balance: int, *, is_past: bool) -> Instalment:
    return Instalment(
        number=line.number,
        start_on=line.start,
        due_on=line.due,
        principal=_amounts(line.principal),
        interest=_amounts(line.interest),
        fees=Amounts(line.fees.due + line.planned_fee, line.fees.paid, line.fees.waived),
        penalties=_amounts(line.penalties),
        balance_minor=balance,
        target_minor=line.target,
        stretches=(*line.stretches, *line.coming),
        settled_on=line.settled_on,
        penal_charges=tuple(line.penal_charges),
        brought_minor=line.brought,
        put_off_minor=line.put_off,
        capitalised_minor=line.capitalised if is_past else 0,
        to_capitalise_minor=0 if is_past else line.capitalised,
        fee_to_come_minor=line.planned_fee,
        is_down_payment=line.is_down_payment,
    )


def _amounts(bucket: Bucket) -> Amounts:
    return Amounts(bucket.due, bucket.paid, bucket.waived)
