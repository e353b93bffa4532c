"""The schedule of a loan as it is paid out: drawn with the first part, and again with each other.

A cumulative schedule is drawn for the whole principal, which stands in the terms, whatever part of
it is paid out; a progressive one, and flat instalments, for what is paid out, and found anew with
every further part.
"""

from contextlib import suppress
from datetime import date

from contracts.loan.quotes import Disbursement
from services.loan.domain.calendar import Period
from services.loan.domain.flat import bears_flat
from services.loan.domain.refusals import UnsupportedTerms
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.events import Disbursed, ToppedUp
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.plan import Plan


def disburse(course: Course, event: Disbursed) -> None:
    """Let a part of the loan be paid out; what was owed bears interest until then as it was."""
    lend(course, event)
    if course.lines:
        down = course.plan.down_payment(event.amount_minor, is_first=False)
        add(course, event, down, is_found_anew=course.plan.is_found_anew)
    else:
        _draw(course, event)


def lend(course: Course, event: Disbursed | ToppedUp) -> None:
    """Let this much more be owed; what was owed bears interest until then as it was."""
    course.settle_until(event.value_date)
    course.paid_out.append(Disbursement(on=event.value_date, amount_minor=event.amount_minor))
    course.balance += event.amount_minor
    course.kept_back += event.fees_minor
    course.kept_back_tax += event.tax_minor
    course.is_changed = True


def _draw(course: Course, event: Disbursed) -> None:
    """Draw the lines with the first part."""
    plan, start = course.plan, event.value_date
    down = plan.down_payment(event.amount_minor, is_first=True)
    periods = plan.periods(start)
    target = _target(plan, event.amount_minor, periods)
    course.lines = [_line(plan, place, period, target) for place, period in enumerate(periods)]
    first_due = plan.terms.first_due_date
    course.anchor, course.anchored = (first_due, 0) if first_due else (start, -1)
    course.since = start
    course.flat_base = bears_flat(plan.terms, event.amount_minor, down)
    course.flat_periods = tuple(periods)
    _pay_down(course, down, start)
    course.bearing = event.amount_minor - down
    course.replan(start)


def add(course: Course, event: Disbursed | ToppedUp, down: int, *, is_found_anew: bool) -> None:
    """Add a further part to what is to come, so much of which is paid back at once."""
    day = event.value_date
    if course.ends_on is not None:
        course.begin_again(day)
    _pay_down(course, down, day)
    course.flat_base += bears_flat(course.plan.terms, event.amount_minor, down)
    course.bear_more(event.amount_minor - down, day)
    course.replan(day)
    if is_found_anew:
        _find_anew(course, day)
        course.replan(day)


def _find_anew(course: Course, day: date) -> None:
    """Let the instalments to come repay what is paid out now. Flat ones share the whole of it, as
    if it had been paid out at once, and the last repays the rest; unless they were planned anew."""
    line, plan = course.current, course.plan
    shares = plan.is_flat and not plan.is_progressive  # also what is due today
    first = course.at + (line is not None and line.due <= day and not shares)
    if not plan.is_flat or course.is_shortened or course.is_replanned:
        course.retarget(first)
        return
    down = sum(each.principal.due for each in course.lines if each.is_down_payment)
    with suppress(UnsupportedTerms):
        target = plan.flat_target(course.disbursed - down, course.flat_base, course.flat_periods)
        for each in course.lines[first:]:
            each.target = target


def _target(plan: Plan, paid_out_minor: int, periods: list[Period]) -> int:
    """For the part that is paid out, or where none would repay so little, for the whole."""
    whole = plan.terms.principal_minor
    if plan.is_found_anew and paid_out_minor < whole:
        with suppress(UnsupportedTerms):
            return _target_of(plan, paid_out_minor, periods)
    return _target_of(plan, whole, periods)


def _target_of(plan: Plan, lent_minor: int, periods: list[Period]) -> int:
    down = plan.down_payment(lent_minor, is_first=True)
    left = lent_minor - down
    if plan.is_flat:
        return plan.flat_target(left, bears_flat(plan.terms, lent_minor, down), periods)
    grace = plan.terms.principal_grace
    repaying = periods[grace:]
    start = Disbursement(on=repaying[0].start, amount_minor=left)
    free = max(plan.terms.interest_free_periods - grace, 0)
    return plan.target([start], plan.terms.annual_rate, repaying, free=free)


def _line(plan: Plan, place: int, period: Period, target: int) -> Line:
    return Line(
        place + 1,
        place,
        period,
        plan.terms.annual_rate,
        target,
        is_equal_part=plan.repays_equal_parts,
        is_principal_free=place < plan.terms.principal_grace,
        is_paused=place < plan.terms.moratorium,
        interest_is=plan.interest_is(place),
    )


def _pay_down(course: Course, amount_minor: int, day: date) -> None:
    """Make a part of what is paid out due on the same day."""
    if amount_minor:
        rate = course.plan.terms.annual_rate
        line = Line(
            0, -1, Period(day, day), rate, amount_minor, is_equal_part=True, is_down_payment=True
        )
        line.principal.due = amount_minor
        course.insert(line)
