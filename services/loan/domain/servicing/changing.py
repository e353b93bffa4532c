"""What else happens to a loan: another rate, another schedule, charges, waivers, a loss.

When an event happens, all due dates before its day have passed. Nothing here refuses: what a
command may ask was judged when it was asked, and a history is replayed as it is. Where an event
finds less than it wanted, a waiver of what was paid since, it does less.
"""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from contracts.loan.rescheduling import MoratoriumInterest
from services.loan.domain.calendar import Period
from services.loan.domain.servicing.allocation import accrued_minor, close
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.drawing import add, lend
from services.loan.domain.servicing.events import (
    Charged,
    MoratoriumGranted,
    Part,
    RateChanged,
    Reamortised,
    Recovered,
    Refunded,
    Rescheduled,
    ToppedUp,
    Waived,
    WrittenOff,
)
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.position import WriteOff
from services.loan.domain.spans import InterestIs


def change_rate(course: Course, event: RateChanged) -> None:
    """Days from now on bear the new rate; of flat interest, periods from the next one on."""
    day = event.value_date
    course.settle_until(day)
    line = course.current
    is_within = line is not None and day < line.due and not course.plan.is_flat
    first = course.at if is_within else course.at + 1
    is_other = any(each.present_rate != event.annual_rate for each in course.lines[first:])
    course.bear_at(event.annual_rate, day)
    course.replan(day)
    if is_other:
        _plan_again(course, first, day)


def reschedule(course: Course, event: Rescheduled) -> None:
    """Plan the instalments anew that are due from a date on and are still to come."""
    first = course.at + sum(line.due < event.from_due for line in course.lines[course.at :])
    if first == len(course.lines):
        return
    course.settle_until(event.value_date)
    _change_lines(course, event, first)
    if first == course.at:
        course.lines[first].coming = []
    course.replan(event.value_date)
    if event.extra_instalments or event.annual_rate is not None:
        _plan_again(course, first, event.value_date)
    course.is_changed = course.is_replanned = True


def _change_lines(course: Course, event: Rescheduled, first: int) -> None:
    changed = course.lines[first:]
    if event.annual_rate is not None:
        for line in changed:
            line.rate, line.rate_now = event.annual_rate, None
    if event.new_due is not None:
        _move(course, first, event.new_due)
    free = changed[: event.principal_grace]
    for line in free:
        line.is_principal_free = line.is_paused = True
    course.defers = course.defers or bool(event.interest_grace)
    for line in changed[: event.interest_grace]:
        if line.interest_is is InterestIs.DUE:
            line.interest_is = InterestIs.DEFERRED
    _extend(course, event.extra_instalments + len(free))


def top_up(course: Course, event: ToppedUp) -> None:
    """Let more be lent than was approved: the instalments to come are found anew for all that is
    owed then, and nothing of it is paid back at once."""
    lend(course, event)
    course.is_replanned = True
    _extend(course, event.extra_instalments)
    add(course, event, 0, is_found_anew=True)


def grant_moratorium(course: Course, event: MoratoriumGranted) -> None:
    """Let nothing be due with the next so many lines that are not paused already, and find the
    instalments after them anew."""
    day = event.value_date
    course.settle_until(day)
    coming = [line for line in course.lines[course.at :] if line.due > day]
    free = [line for line in coming if not (line.is_paused or line.is_down_payment)]
    free = free[: event.instalments]
    if not free:
        return
    course.defers = course.is_replanned = True
    _extend(course, sum(line.repays for line in free))
    is_capitalised = event.interest is MoratoriumInterest.CAPITALISED
    for line in free:
        _relieve(line, capitalises=is_capitalised)
    for line in course.lines[free[-1].number :]:
        line.spreads = line.spreads or not is_capitalised
    _plan_again(course, free[0].number - 1, day)


def _relieve(line: Line, *, capitalises: bool) -> None:
    line.is_principal_free = line.is_paused = line.is_relieved = True
    if line.interest_is is not InterestIs.FREE:
        line.interest_is, line.capitalises = InterestIs.DEFERRED, capitalises


def reamortise(course: Course, event: Reamortised) -> None:
    """Add an equal share of the principal that is due and unpaid to each instalment to come."""
    course.roll(event.value_date + timedelta(days=1))
    coming = [line for line in course.lines[course.at :] if line.repays]
    overdue = course.overdue_principal
    if not coming or not overdue:
        return
    for line in course.lines[: course.at]:
        line.principal.due -= line.principal.open
        if not line.debt:
            line.settled_on = line.settled_on or event.value_date
    multiple = course.plan.multiple_minor
    # Ties go to the even multiple, as in the published schedules.
    share = round(Fraction(overdue, len(coming) * multiple)) * multiple
    for line in coming:
        line.target += share
    course.refresh()
    course.replan(event.value_date)
    course.is_changed = course.is_replanned = True


def charge(course: Course, event: Charged) -> None:
    """Due with the instalment under way, or with the last one."""
    line = course.current or course.lines[-1]
    line.bucket(event.part).due += event.amount_minor
    if event.part is Part.FEES:
        course.fees_tax += event.tax_minor
    else:
        line.penalties_tax += event.tax_minor


def waive(course: Course, event: Waived) -> None:
    """The oldest first; of interest no more than was earned until now."""
    course.replan_for(event.value_date)
    left = event.amount_minor
    for line in course.lines:
        bucket = line.bucket(event.part)
        waived = min(left, bucket.open, _earned(course, line, event.part, event.value_date))
        if waived > 0:
            bucket.waived += waived
            left -= waived
            course.note(event, line, event.part, waived)
            if event.part is Part.INTEREST and not line.debt:
                line.settled_on = event.value_date


def refund(course: Course, event: Refunded) -> None:
    course.overpaid -= event.amount_minor
    course.refunded += event.amount_minor


def write_off(course: Course, event: WrittenOff) -> None:
    """From now on nothing accrues; what is owed until now is the loss."""
    course.replan_for(event.value_date)
    close(course, event.value_date)
    course.end(event.value_date)
    lost = {part: sum(line.bucket(part).open for line in course.lines) for part in Part}
    course.written_off = WriteOff(
        event.value_date,
        principal_minor=lost[Part.PRINCIPAL],
        interest_minor=lost[Part.INTEREST],
        fees_minor=lost[Part.FEES],
        penalties_minor=lost[Part.PENALTIES],
    )


def recover(course: Course, event: Recovered) -> None:
    course.recovered += event.amount_minor
    loss = course.written_off
    if loss is not None and course.recovered >= loss.total_minor:
        course.written_off = replace(loss, recovered_on=event.value_date)


def _plan_again(course: Course, first: int, day: date) -> None:
    """Equal instalments from this line on, for the days and rates that there are now."""
    course.replan(day)
    course.retarget(first)
    course.replan(day)
    course.is_changed = True


def _move(course: Course, first: int, new_due: date) -> None:
    """Give the first of these lines another due date; the others follow it, a period apart."""
    lines = course.lines[first:]
    course.anchor, course.anchored = new_due, lines[0].place
    lines[0].period = course.plan.moved(lines[0].period, new_due)
    for before, line in pairwise(lines):
        line.period = _regular(course, line.place, before.due)


def _extend(course: Course, count: int) -> None:
    """Add instalments at the end, like the last one."""
    for _ in range(count):
        last = course.lines[-1]
        period = _regular(course, last.place + 1, last.due)
        line = Line(
            last.number + 1,
            last.place + 1,
            period,
            last.present_rate,
            last.target,
            is_equal_part=last.is_equal_part,
            spreads=last.spreads,
        )
        course.lines.append(line)


def _regular(course: Course, place: int, start: date) -> Period:
    """The period of a line after the anchored one."""
    return Period(start, course.plan.due_date(course.anchor, place - course.anchored))


def _earned(course: Course, line: Line, part: Part, day: date) -> int:
    """How much of what is open is due, or was earned, by this day."""
    bucket = line.bucket(part)
    if part is not Part.INTEREST or line.due <= day or course.ends_on is not None:
        return bucket.open
    if line is not course.current:
        return 0
    return accrued_minor(course, day) + line.brought - bucket.done
