"""What a repayment pays: first what is due, in the product's order; then what is to come.

What is due are the instalments whose due date is not after the repayment, and the fees and penal
charges that were charged until then. A repayment of at least what closes the loan closes it;
whatever it is more than that stays the borrower's.
"""

from collections.abc import Iterator
from datetime import date

from contracts.loan.servicing import AllocationOrder, PreClosure, PrepaymentRule, Recalculation
from services.loan.domain.servicing.bearing import interest_of
from services.loan.domain.servicing.course import Course
from services.loan.domain.servicing.early import finish, in_advance, keep_until_due
from services.loan.domain.servicing.events import GivenBack, Part, Repaid
from services.loan.domain.servicing.lines import Line

_BEFORE_PRINCIPAL = (Part.PENALTIES, Part.FEES, Part.INTEREST)
_CHARGES = (Part.PENALTIES, Part.FEES)
_IN_ORDER = {
    AllocationOrder.PENALTIES_FEES_INTEREST_PRINCIPAL: (*_BEFORE_PRINCIPAL, Part.PRINCIPAL),
    AllocationOrder.INTEREST_PRINCIPAL_PENALTIES_FEES: (Part.INTEREST, Part.PRINCIPAL, *_CHARGES),
    AllocationOrder.PRINCIPAL_LAST: (*_BEFORE_PRINCIPAL, Part.PRINCIPAL),
}


def repay(course: Course, event: Repaid | GivenBack) -> None:
    """Let a repayment count."""
    day = event.value_date
    course.was_paid = True
    course.replan_for(day)
    course.repaid += event.amount_minor
    is_all = event.amount_minor >= course.balance  # all closes the loan, with what is due beside
    is_end = is_all and event.amount_minor >= payoff_of(course, day)
    if is_end and not course.pays_early:
        _pay_off(course, day)
    elif course.rules.recalculation is Recalculation.DAILY:
        if is_end:
            keep_until_due(course)
        course.settle_until(day, is_repayment=True)
        course.replan(day)
    left = _pay(course, event, _due(course, day), event.amount_minor)
    if course.pays_early:
        left = _pay_early(course, event, left, is_end=is_end)
    else:
        left = _pay_ahead(course, event, left)
    course.overpaid += left


def _pay_off(course: Course, day: date) -> None:
    """Close the loan; or where that saves nothing of instalments that can be paid in advance, let
    them stand to be paid."""
    planned = sum(line.open + line.planned_fee for line in course.lines)
    is_last = course.at >= len(course.lines) - 1
    if is_last or not course.pays_next_ones or payoff_of(course, day) != planned:
        close(course, day)


def give_back(course: Course, event: GivenBack) -> None:
    """Let a loan that is given back be repaid, whatever was agreed for paying it off: it bears the
    interest of its days and no more, and no fee."""
    course.rules = course.rules.model_copy(update={"pre_closure": PreClosure.TO_DATE})
    course.kept_back -= event.fees_minor
    course.kept_back_tax -= event.tax_minor
    course.is_given_back = True
    repay(course, event)


def payoff_of(course: Course, day: date) -> int:
    """What closes the loan on this day, on which all due dates before have passed."""
    line = course.current
    if line is None or course.ends_on is not None:
        return sum(each.open for each in course.lines)
    until_now = sum(each.open for each in course.lines[: course.at])
    charges = sum(each.fees.open + each.penalties.open for each in course.lines[course.at :])
    principal = course.balance - course.overdue_principal
    return until_now + charges + principal + interest_to_close(course, line, day) - _borne(course)


def interest_to_close(course: Course, line: Line, day: date) -> int:
    """What the period under way bears if the loan is paid off now, with what was put off until
    then; never less than was paid."""
    if day >= line.due or course.rules.pre_closure is PreClosure.TO_DUE_DATE:
        return line.brought + line.own
    return max(_borne(course), line.brought + min(accrued_minor(course, day), line.own))


def _borne(course: Course) -> int:
    """Interest of the period under way that is paid or waived, in whatever instalment."""
    if course.pays_early:
        return sum(line.interest.done for line in course.lines[course.at :])
    line = course.lines[course.at]
    return line.interest.done + _paid_later(course, line)


def _paid_later(course: Course, line: Line) -> int:
    """What the period under way has put off and is paid already, in advance, where it is due."""
    later = course.lines[course.at + 1 :] if line.put_off and not course.pays_early else []
    return min(line.put_off, sum(min(each.brought, each.interest.done) for each in later))


def accrued_minor(course: Course, day: date) -> int:
    """Interest of the present period for the days before this one, each stretch rounded."""
    return interest_of(course.accrued(day))


def close(course: Course, day: date) -> None:
    """Make all that is owed due in the present period, with interest until now alone."""
    line = course.current
    if line is None or course.ends_on is not None:
        return
    course.plan_rest()
    line.principal.due -= sum(each.capitalised for each in course.lines[course.at :])
    whole, line.put_off = interest_to_close(course, line, day), _paid_later(course, line)
    line.interest.due = whole - line.put_off
    line.own, line.capitalised = whole - line.brought, 0
    line.drop_fee()
    is_whole = day >= line.due or course.rules.pre_closure is PreClosure.TO_DUE_DATE
    line.stretches = [*line.stretches, *line.coming] if is_whole else course.accrued(day)
    line.coming = []
    for later in course.lines[course.at + 1 :]:
        line.principal.due += later.principal.open
        later.let_go()
    course.end(day)


def _due(course: Course, day: date) -> Iterator[tuple[Line, Part]]:
    """What is payable now, in the product's order."""
    order = _IN_ORDER[course.rules.allocation]
    lines = [line for line in course.lines if line.due <= day and line.open]
    wanted = [(line, part) for line in lines for part in order]
    line = course.current
    if line is not None and line.due > day:
        parts = order if course.ends_on is not None else _CHARGES
        wanted += [(line, part) for part in order if part in parts]
    if course.rules.allocation is AllocationOrder.PRINCIPAL_LAST:
        wanted.sort(key=lambda each: each[1] is Part.PRINCIPAL)
    yield from wanted


def _pay(
    course: Course, event: Repaid | GivenBack, wanted: Iterator[tuple[Line, Part]], amount: int
) -> int:
    """Pay these parts as far as the amount goes; returns what is left of it."""
    while amount and (each := next(wanted, None)) is not None:
        amount -= _pay_part(course, event, *each, amount)
    return amount


def _pay_part(
    course: Course, event: Repaid | GivenBack, line: Line, part: Part, at_most: int
) -> int:
    bucket = line.bucket(part)
    paid = min(bucket.open, at_most)
    if paid > 0:
        bucket.paid += paid
        course.note(event, line, part, paid)
        if part is Part.PRINCIPAL:
            course.balance -= paid
        if part not in _CHARGES and not line.debt:
            line.settled_on = event.value_date
    return max(paid, 0)


def _pay_early(course: Course, event: Repaid | GivenBack, amount: int, *, is_end: bool) -> int:
    """Pay instalments before they are due; returns what is more than all that is owed."""
    line, day = course.current, event.value_date
    if not amount or line is None or course.ends_on is not None:
        return amount
    earned = line.brought + accrued_minor(course, day)
    if is_end:
        earned = interest_to_close(course, line, day)
    left = _pay(course, event, in_advance(course, earned), amount)
    if is_end:
        finish(course, day)
    return left


def _pay_ahead(course: Course, event: Repaid | GivenBack, amount: int) -> int:
    """Pay what is not due yet; returns what is more than all that is owed."""
    line = course.current
    if not amount or line is None:
        return amount
    if course.rules.recalculation is not Recalculation.DAILY:
        amount = _pay(course, event, _all_of(course, [line]), amount)
        if course.pays_next_ones:
            return _pay(course, event, _all_of(course, course.lines[course.at :]), amount)
    return _prepay_principal(course, event, line, amount) if amount else 0


def _all_of(course: Course, lines: list[Line]) -> Iterator[tuple[Line, Part]]:
    """All parts of these lines in the product's order, due or not, their fees among them."""
    for line in lines:
        course.charge_fee(line)
        for part in _IN_ORDER[course.rules.allocation]:
            yield line, part


def _prepay_principal(course: Course, event: Repaid | GivenBack, line: Line, amount: int) -> int:
    """Repay principal before it is due, within the present period; what is beyond the instalment
    changes those to come, as the product says."""
    planned = line.principal.due
    paid = min(amount, course.balance - course.overdue_principal)
    line.principal.due = max(planned, line.principal.paid + paid)
    _pay_part(course, event, line, Part.PRINCIPAL, paid)
    if line.principal.due > planned:
        course.is_changed = course.is_shortened = True
        if course.rules.prepayment is PrepaymentRule.REDUCE_INSTALMENT:
            course.retarget(course.at + 1)
        if not course.recalculates:
            course.replan()
    return amount - paid
