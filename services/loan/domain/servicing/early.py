"""Instalments of a progressive schedule that are paid before they are due.

Such an instalment consists of the interest that was earned until then, and of principal. What the
days bear after that, until it would have been due, is due with the next one that is not paid.
"""

from collections.abc import Iterator
from datetime import date

from contracts.loan.servicing import PreClosure
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.lines import Line
from services.loan.domain.spans import InterestIs


def in_advance(course: Course, earned: int) -> Iterator[tuple[Line, Part]]:
    """Instalment after instalment, each made due with what is left of the interest that is earned,
    and not paid on later ones: its principal, then that interest."""
    course.plan_rest()
    later = sum(line.interest.done for line in course.lines[course.at :])
    for index in range(course.at, len(course.lines)):
        line = course.lines[index]
        later -= line.interest.done
        earned -= _make_due(course, index, earned - later)
        yield line, Part.PRINCIPAL
        yield line, Part.INTEREST


def _make_due(course: Course, index: int, earned: int) -> int:
    """Make an instalment due with at most so much interest; returns how much that is."""
    line, is_last = course.lines[index], index == len(course.lines) - 1
    on_top = line.brought - line.carried
    if line.interest_is is InterestIs.DUE or is_last:
        is_free = is_last or not line.is_paid_ahead
        line.interest.due = earned if is_free else min(earned, on_top + line.room)
    line.interest.due = max(line.interest.due, line.interest.done)
    later = sum(each.principal.paid for each in course.lines[index + 1 :])
    opening = course.to_repay(index) - later
    wanted = min(line.target - max(line.interest.due - on_top, 0), opening - course.balloon)
    principal = opening if is_last else 0 if line.is_principal_free else max(wanted, 0)
    line.principal.due = max(principal, line.principal.paid)
    line.is_paid_ahead = True
    return line.interest.due


def keep_until_due(course: Course) -> None:
    """Let the period under way bear its interest to the end, where paying off is agreed so."""
    line = course.current
    if line is not None and course.rules.pre_closure is PreClosure.TO_DUE_DATE:
        line.stretches, line.coming = [*line.stretches, *line.coming], []
        course.since = max(course.since, line.due)


def finish(course: Course, day: date) -> None:
    """Let nothing more become of a loan that is paid off: no interest, and no fee."""
    course.refresh()
    course.replan(day)
    course.plan_rest()
    for line in course.lines[course.at :]:
        line.coming = []
        line.drop_fee()
    course.end(day)
